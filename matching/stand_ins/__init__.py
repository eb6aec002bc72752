"""Somebody stands in for a while, where a pairing rests: a pairing of its own, which ends by itself when that one goes on or ends.

Decided: it opens nothing of the pairing that rests, and neither page nor letter tells its third person that it is there. Both halves of it
are told beforehand that what they write is open to them only while it lasts: to both alike, so that neither keeps what the other loses.
What one wrote there for oneself alone stays one's own.
Decided: it ends with the letter of any ending, the same whether its time was over or somebody ended it.
"""
