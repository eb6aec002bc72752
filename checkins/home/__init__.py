"""Pages that gather: mine, the pair's, the coordinator's morning.

Decided: they are reckoned anew for each visit, from what the viewer may see, rather than kept in counters, because a number that
was counted for everybody is the first thing to tell what somebody may not know.

Decided: introductions that nobody has answered for long are one line of the morning, and no tasks. Each is reminded of and ends by
itself, so that a task would only repeat its state, and somebody would have to say that it is done.
"""
