"""What each of the two would like to learn or reach: a goal for each side, the mentor's too, and what they want to reach together.

Decided: a goal of one half is written by that half alone, and both read it. A goal of both is open to both: a `version` tells when the
other was quicker, and then nothing is written over.
"""
