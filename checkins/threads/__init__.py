"""A plain thread of the two, so that nobody must give a telephone number.

Decided: what is read is marked by a form and never by looking, because a page that is only fetched changes nothing. Where script runs the
form sends itself once the page is there; else there is a button. Who writes has read what came before. The mark is its person's alone:
the other half does not learn whether, or when, something was read.
Decided: one mail tells of all that is unread, ten minutes after the first of it, and no second one until the person has been back, because
two who write to each other at once need no mail for each line.
Decided: what was taken back is kept sealed rather than emptied, whether or not it was read, because it may be what somebody needs help for.
"""
