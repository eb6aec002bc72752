"""What this subject holds about people."""

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from matching.criteria.models import Criterion, Exclusion
from mentoring.kernel.holdings.registry import PROGRAMS_RECORD, WHILE_A_MEMBER, by, holds, holds_nothing_of_people


def private_ones(user_id: int) -> Q:
    """What a coordinator settled about two others is of the program."""
    return by("by")(user_id) & Q(reason=Exclusion.Reason.PRIVATE)


holds(
    Exclusion,
    what=_("With whom you did not want to be put together"),
    why=_("so that it does not happen"),
    kept=WHILE_A_MEMBER,
    whose=private_ones,
    exported="reason made_at",
    told={"other": lambda row, user_id: (row.one if row.other.user_id == user_id else row.other).user.full_name},
    excused={"one": _("you")},
    labels={"other": _("Whom")},
)
holds_nothing_of_people(Criterion, PROGRAMS_RECORD)
