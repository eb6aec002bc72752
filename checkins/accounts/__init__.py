"""What two people write down of a meeting: the log that either makes for both, and how each of them remembers it.

Decided: the pages of a meeting and of all meetings are here, since they show what was planned and what became of it.

Decided: who led is a fact about one half; what both led together is a fact about neither.
"""
