"""What each of the two would like to learn or reach: a goal for each side, the mentor's too, and what they want to reach together.

Decided: a goal of one half is written by that half alone, and both read it. A goal of both needs both, as an action of both does: it waits
for the other's yes, and is reached or let go when both say the same. One no is enough to a goal that waits. Either changes its words: a
`version` tells when the other was quicker, and then nothing is written over. What is changed while it waits is for the other to answer.
"""
