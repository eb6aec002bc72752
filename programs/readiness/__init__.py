"""What a person must still do before a pairing of theirs may start.

Decided: the later apps write their requirements here (guidelines to acknowledge, a profile to finish, a course), rather than
this app asking them, because imports look down. `Membership.ready_at` is kept in step by this subject alone.
"""
