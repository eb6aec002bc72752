"""How much somebody who runs a program has to look after, so that it is shared out before it is too much.

Decided: a load is told in pairings, because everybody knows what one pairing is: one that is new counts for more than one that runs, one
that rests for less, and what is open counts besides. Concerns never count: the number would betray that there is one.
Decided: what admins alone may read counts for nobody, so that the number is the same whoever looks at it.
"""
