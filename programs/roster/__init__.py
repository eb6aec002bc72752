"""Bringing many people in at once, from a list that somebody keeps elsewhere.

Decided: an uploaded list is read once, into one row a line, because the preview filters and pages by the database instead of reading
twenty thousand lines at every click, and what became of a line is written beside it: a worker that is killed leaves off at a line and
begins at the next. The rows go after thirty days. Until it is read the file waits in the database too, in pieces, because web and workers
need share no disk.

Decided: reading, looking and inviting are each a job, for three rows as for twenty thousand, because a workbook of that size takes a
worker a quarter of a minute and nobody should wait for a page that long; one way is tried out every day.

Decided: an import never touches somebody the program knows (a member, somebody invited, somebody who has left or whose invitation
was taken back), so that importing the same list again changes nothing. Those are for a coordinator to invite by hand.

Decided: two people with one address are both mistakes, rather than the first of them being invited, because nobody can tell whose it is
and an invitation opens what its person has told the program.
"""
