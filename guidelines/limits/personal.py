"""What this subject holds about people."""

from django.utils.translation import gettext_lazy as _

from guidelines.limits.models import OwnLimit
from mentoring.kernel.holdings.registry import WHILE_A_MEMBER, Reader, by, holds

holds(
    OwnLimit,
    what=_("Limits you set for yourself"),
    why=_("so that the two of you keep to the stricter one, without saying whose it is"),
    kept=WHILE_A_MEMBER,
    whose=by("membership"),
    read_by=(Reader.OTHER_HALF,),
    exported="topic words",
)
