"""What a person says is wrong: raising it, and what becomes of it for whoever raised it. How a case is worked on stands in `cases`.

Decided: who reads is worked out anew each time (`Concern.objects.readable_by`), never kept as a list, because a list goes stale: whoever is
made a coordinator later and is named in a concern stays out.
Decided: whoever raised it does not work on it, whatever role they have. They read what they are told, like anybody else.
Decided: without a name, the readers do not see who it was, and neither does the audit trail. The row itself says it, since answers have to
find their way back: the form says so.
Decided: a name that was typed shuts somebody out only where it is somebody's whole name. A guess would shut out people who have no part
in it.
Decided: that it was read is an event of the audit trail and nothing else, so that looking writes nothing but that.
Decided: no number per program. Two numbers with a gap would tell that there is one between them.
"""
