"""Contents page for Django. Import from the subject, never from here."""

from matching.facts.models import Fact
from matching.pairings.models import Pairing

__all__ = ["Fact", "Pairing"]
