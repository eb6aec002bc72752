"""What this subject holds about people."""

from django.utils.translation import gettext_lazy as _

from mentoring.kernel.holdings.registry import OWN_WORKING, holds, user
from programs.privacy.models import DataCopy

holds(
    DataCopy,
    what=_("Copies like this one"),
    why=_("so that you can fetch what you asked for"),
    kept=_("for 24 hours"),
    whose=user("user"),
    exported="asked_at ready_at expires_at",
    excused={"content": _("a copy does not hold another"), "job_id": OWN_WORKING},
)
