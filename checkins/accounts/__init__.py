"""What two people write down of a meeting: the log that either makes for both, and how each of them remembers it.

Decided: the pages of a meeting and of all meetings are here, since they show what was planned and what became of it.

Decided: whoever logged a meeting puts it right for a quarter of an hour, until the other says anything about it; what is said of a meeting
is said of what stood there. Afterwards one's own words go beside it. That it was put right stays to see.

Decided: a topic that one half takes out of a log is not gone from it without a trace: both see who says that the two did not get to it.

Decided: who led is a fact about one half; what both led together is a fact about neither.
"""
