"""What this subject holds about people."""

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from mentoring.kernel.holdings.registry import OWN_WORKING, holds
from mentoring.kernel.once.models import OnceKey


def sent_by(user_id: int) -> Q:
    return Q(owner=f"user:{user_id}")


holds(
    OnceKey,
    what=_("Forms you sent in the last week"),
    why=_("so that a form sent twice does its work once"),
    kept=_("for seven days"),
    whose=sent_by,
    exported="location at",
    excused={"owner": _("the number that stands for you"), "key": OWN_WORKING},
)
