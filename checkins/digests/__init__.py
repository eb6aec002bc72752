"""One mail a day to somebody who runs a program: how many things need somebody. Numbers, no names, no content.

Decided: whoever has not asked for it gets none. On a day on which nothing needs anybody there is no mail, and no mail is good news.
Decided: the numbers are reckoned when the mail is written, so that what was done since it was owed is not in it.
"""
