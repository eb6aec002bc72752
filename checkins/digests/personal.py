"""What this subject holds about people."""

from django.utils.translation import gettext_lazy as _

from checkins.digests.models import DigestTime
from mentoring.kernel.holdings.registry import OWN_WORKING, WHILE_A_MEMBER, by, holds

holds(
    DigestTime,
    what=_("When you are sent how many things need you"),
    why=_("so that it comes at your hour"),
    kept=WHILE_A_MEMBER,
    whose=by("membership"),
    exported="hour on_workdays_only",
    excused={"next_at": OWN_WORKING},
)
