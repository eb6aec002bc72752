"""The pair's own shared facts of the last twelve weeks: whose topics, who proposed, who found the times, who led.

Decided: both read the same numbers and the same words, and nothing that was answered in private; there is no score, because a number
about two people would be read as one about one of them. Coordinators see the same page, with names in place of "you".
Decided: what leans is told by what both can see alone (SIGNALS section 7). It is no finding, and reaches nobody else.
"""
