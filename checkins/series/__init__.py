"""Ending what is left of a series. It is suggested and agreed on as any time is, in `sessions`, and each of its meetings is moved and
cancelled there, without the others.

Decided: who picks a time of a series agrees to all of it, because a yes to each of 26 is 26 questions; so before they pick they see every
date by their own clock, and either may end what is left without giving a reason.

Decided: in calendars a series is one entry that repeats, with a rule, rather than one a meeting: an invitation by mail (REQUEST) is about
one UID (RFC 5546, 3.2.2), so that 26 entries would be 26 mails. One that is moved or cancelled is told by its RECURRENCE-ID. When the rest
is ended, the entry comes again with a rule that ends earlier, as the calendars people use do it themselves; where nothing of it stands,
it is cancelled as a whole.

Decided: what would fall into a holiday of the program is left out and not made up for; the first is when the two chose to have it.
"""
