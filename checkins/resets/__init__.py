"""The reset conversation: a guided repair. Each prepares alone one thing to ask and one to offer; some days later both are asked how it is.

Decided: it has no table of its own. It is two rounds of `matching.joint`, of which the second is about the first, so that nobody can read
ahead here either.

Decided: both get the same letter when it begins and when it opens, so that it reaches the other half and does not say who began. What did
not open stays to read for whoever wrote it.
"""
