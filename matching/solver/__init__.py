"""Exact, explained matching: who meets whom, with a proof that anyone can check. Knows no Django.

Everything is whole-number arithmetic: no result depends on rounding, on the size of a block or on the process.

Decided: a price-and-verify scheme over few kept pairs rather than a table of all scores, so that 10,000 people fit into little memory.
Decided: a certificate is checked by code that shares only the scores with the solver, rather than by the solver itself.
Decided: who waited longest comes before floor and total, in a first assignment that scores nothing but waiting and whose prices leave the
second every choice among those who waited equally long; rather than one with larger numbers, or a place more or less drawn by chance.
Decided: of results that are equally good the one that leaves most pairs as they stood before, found with the prices of the proof, rather
than by scores that say so: a lock or a "never" does not shuffle everybody else.
Decided: mentors whose places are gone take no part in the solve, and get their price afterwards; their pairs would crowd out others.
"""

from .certificate import verify
from .errors import Cancelled, MatchError
from .explanation import Alternative, Explanation, Part, Unmatched, explain, parity, why_unmatched
from .matching import solve
from .pool import solve_pool
from .pool_certificate import verify_pool
from .problem import MatchProblem, PoolProblem
from .scores import MISSING, CriteriaScores, Criterion, MatrixScores, shown
from .solution import Certificate, MatchSolution, PoolCertificate, PoolSolution
from .staying import stay

__all__ = [
    "MISSING",
    "Alternative",
    "Cancelled",
    "Certificate",
    "CriteriaScores",
    "Criterion",
    "Explanation",
    "MatchError",
    "MatchProblem",
    "MatchSolution",
    "MatrixScores",
    "Part",
    "PoolCertificate",
    "PoolProblem",
    "PoolSolution",
    "Unmatched",
    "explain",
    "parity",
    "shown",
    "solve",
    "solve_pool",
    "stay",
    "verify",
    "verify_pool",
    "why_unmatched",
]
