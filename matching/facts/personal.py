"""What this subject holds about people."""

from django.utils.translation import gettext_lazy as _

from matching.facts.models import Fact, WeeklyCount
from mentoring.kernel.holdings.registry import (
    OWN_WORKING,
    SHARED_HISTORY,
    STAFF,
    THE_PAIRS,
    Erasure,
    Reader,
    by,
    holds,
    holds_nothing_of_people,
)

holds(
    Fact,
    what=_("What you did in a pairing: how often, never in which words"),
    why=_("to show you two your balance, and to help early where it is lost"),
    kept=THE_PAIRS,
    whose=by("by"),
    read_by=(Reader.OTHER_HALF, *STAFF),
    exported="kind happened_at withdrawn_at",
    excused={"source_id": OWN_WORKING},
    erased=Erasure.UNNAMED,
    stays=SHARED_HISTORY,
)
holds_nothing_of_people(WeeklyCount, _("sums over the table before, reckoned anew from it"))
