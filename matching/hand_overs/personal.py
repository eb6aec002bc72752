"""What this subject holds about people."""

from django.utils.translation import gettext_lazy as _

from matching.hand_overs.models import HandOverNote
from mentoring.kernel.holdings.registry import STAFF, THE_PAIRS, Reader, by, holds

holds(
    HandOverNote,
    what=_("What you wrote for your next partner, or for the program"),
    why=_("so that you need not begin from nothing"),
    kept=THE_PAIRS,
    whose=by("membership"),
    read_by=(Reader.OTHER_HALF, *STAFF),
    exported="text for_partner for_coordinators written_at",
)
