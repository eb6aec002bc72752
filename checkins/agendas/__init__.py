"""The shared agenda. Each topic shows which half put it there; what was not reached is carried over.

Decided: sessions know the agenda, and not the other way round: logging a meeting says which topics were talked about and
carries the rest over, in one transaction. How many meetings there were is read from the facts.

Decided: the words of a topic stand under its author's name, so that only the author changes them; below them there is room for points
that both write. Order is of both: under the lock a move swaps two neighbours, or puts a topic before one that is named, so that
no move undoes another.
"""
