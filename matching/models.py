"""Contents page for Django. Import from the subject, never from here."""

from matching.facts.models import Fact, WeeklyCount
from matching.pairings.models import Pairing

__all__ = ["Fact", "Pairing", "WeeklyCount"]
