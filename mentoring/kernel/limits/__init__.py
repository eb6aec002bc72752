"""How much of something is allowed in a stretch of time: so many wrong links a minute, so many invitations a day.

Decided: counted in the database, in one statement, rather than in the cache, whose counters let a few more through when many come at once,
and which forgets when it is restarted. A stretch is one of the clock's or the calendar's, named by who counts, so that a program's day can
be its own.
"""
