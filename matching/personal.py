"""Contents page: each subject's declaration of what it holds about people, made when it is imported. In the order of a copy."""

from matching.criteria import personal as criteria
from matching.endings import personal as endings
from matching.facts import personal as facts
from matching.hand_overs import personal as hand_overs
from matching.joint import personal as joint
from matching.pairings import personal as pairings
from matching.pauses import personal as pauses
from matching.runs import personal as runs

__all__ = [
    "criteria",
    "endings",
    "facts",
    "hand_overs",
    "joint",
    "pairings",
    "pauses",
    "runs",
]
