"""Pages that gather: mine, the pair's, the coordinator's morning.

Decided: they are reckoned anew for each visit, from what the viewer may see, rather than kept in counters, because a number that
was counted for everybody is the first thing to tell what somebody may not know.
"""
