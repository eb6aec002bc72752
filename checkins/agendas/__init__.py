"""The shared agenda. Each item shows which half put it there; what was not reached is carried over.

Decided: sessions know the agenda, and not the other way round: logging a meeting says which topics were talked about and
carries the rest over, in one transaction.
"""
