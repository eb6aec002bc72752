"""A gentle word to two who have not met for a while.

Decided: both halves get the same words, and neither is asked why. A person gets one in ninety days at most, whatever their number of
pairings: who is reminded too often stops reading what matters. So of two, one may have had theirs about another pairing.
"""
