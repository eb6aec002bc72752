"""What this subject holds about people."""

from django.utils.translation import gettext_lazy as _

from mentoring.kernel.holdings.registry import STAFF, WHILE_A_MEMBER, by, holds
from programs.readiness.models import Requirement

holds(
    Requirement,
    what=_("What you had to do before you could start"),
    why=_("so that nobody starts unprepared"),
    kept=WHILE_A_MEMBER,
    whose=by("membership"),
    read_by=STAFF,
    exported="key opened_at done_at",
)
