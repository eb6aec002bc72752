"""A hand-over note: when a pairing has ended, what somebody would like whoever comes next to know about them.

Decided: it is about its author alone, who chooses who reads it: the next partner, those who run the program, or both; never the one it was
written after. One note a person waits at a time. It is shown when their next pairing begins; until then it can be changed and taken back.
Not to a stand-in, who is there for a while, and not to the same person again.
"""
