"""What this subject holds about people."""

from django.utils.translation import gettext_lazy as _

from checkins.reviews.models import Review
from mentoring.kernel.holdings.registry import OWN_WORKING, SHARED_HISTORY, THE_PAIRS, Erasure, Reader, holds, of_two

holds(
    Review,
    what=_("What you two wrote together when you looked back"),
    why=_("so that both have it at hand"),
    kept=THE_PAIRS,
    whose=of_two(),
    read_by=(Reader.OTHER_HALF,),
    exported="text written_at",
    excused={"version": OWN_WORKING},
    erased=Erasure.UNNAMED,
    stays=SHARED_HISTORY,
)
