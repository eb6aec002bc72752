"""Contents page for Django. Import from the subject, never from here."""

from matching.facts.models import Fact, WeeklyCount
from matching.joint.models import Answer, Round
from matching.pairings.models import Pairing

__all__ = ["Answer", "Fact", "Pairing", "Round", "WeeklyCount"]
