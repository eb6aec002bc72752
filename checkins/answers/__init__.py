"""Check-ins, and what each half answered, apart from the other.

Decided: who may read the answers is written on each check-in on the day it opens, because a program that changes its rule later
must not widen what was already said.
"""
