"""Meetings of a pair: suggested by one and agreed by the other. What became of them is told in `accounts` and `absences`.

Decided: one row from the first suggestion to what became of it, because the mail, the calendar entry and what was said all speak of
the same meeting. A meeting of which a new time is suggested stays where it is until the other half picks one: nobody moves it alone.

Decided: one open suggestion and five planned meetings a pair at most, and no two of them at the same time, checked under the lock of the
pairing rather than by an exclusion constraint, which would need an extension of the database that not every host has.

Decided: a mail's calendar entry names its reader alone as attendee, because people of a program do not see each other's addresses.
"""
