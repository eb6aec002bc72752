"""Contents page for Django. Import from the subject, never from here."""

from matching.criteria.models import Criterion, Exclusion
from matching.endings.models import EndingReason
from matching.facts.models import Fact, WeeklyCount
from matching.hand_overs.models import HandOverNote
from matching.joint.models import Answer, NotNow, Round
from matching.pairings.models import Pairing, PartnerWish, Request
from matching.pauses.models import Pause
from matching.runs.models import Lock, Proposal, Run, Unmatched

__all__ = [
    "Answer",
    "Criterion",
    "EndingReason",
    "Exclusion",
    "Fact",
    "HandOverNote",
    "Lock",
    "NotNow",
    "Pairing",
    "PartnerWish",
    "Pause",
    "Proposal",
    "Request",
    "Round",
    "Run",
    "Unmatched",
    "WeeklyCount",
]
