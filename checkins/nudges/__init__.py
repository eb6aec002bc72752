"""A gentle word to two who have not met for a while.

Decided: both are written to alike, and neither is asked why. It goes once for each time without a meeting, and to one person at most every
ninety days, whatever their number of pairings: who is reminded too often stops reading what matters.
"""
