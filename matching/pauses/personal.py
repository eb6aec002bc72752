"""What this subject holds about people."""

from django.utils.translation import gettext_lazy as _

from matching.pauses.models import Pause
from mentoring.kernel.holdings.registry import SHARED_HISTORY, STAFF, THE_PAIRS, Erasure, Reader, holds, of_two

holds(
    Pause,
    what=_("When a pairing of yours rested"),
    why=_("so that nothing is asked of you meanwhile"),
    kept=THE_PAIRS,
    whose=of_two(),
    read_by=(Reader.OTHER_HALF, *STAFF),
    exported="paused_at gone_on_at",
    halved="yes_at",
    erased=Erasure.UNNAMED,
    stays=SHARED_HISTORY,
)
