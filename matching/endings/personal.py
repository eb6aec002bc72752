"""What this subject holds about people."""

from django.utils.translation import gettext_lazy as _

from matching.endings.models import EndingReason
from mentoring.kernel.holdings.registry import STAFF, THE_PAIRS, by, holds

holds(
    EndingReason,
    what=_("Why a pairing ended, as you told the program"),
    why=_("so that the program learns what does not work"),
    kept=THE_PAIRS,
    whose=by("membership"),
    read_by=STAFF,
    exported="words given_at",
    told={"choice": lambda row, user_id: row.label},
)
