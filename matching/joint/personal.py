"""What this subject holds about people."""

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from matching.joint.models import Answer, NotNow, Round
from mentoring.kernel.holdings.registry import OWN_WORKING, SHARED_HISTORY, THE_PAIRS, Erasure, Reader, by, holds, of_two

holds(
    Answer,
    what=_("What you answered apart from the other half"),
    why=_("so that both say what they think before they hear the other"),
    kept=THE_PAIRS,
    whose=by("membership"),
    read_by=(Reader.OTHER_HALF,),
    exported="given_at",
    told={"content": lambda row, user_id: row.said},
    excused={"sealed": _("the same answer, as it is kept where it may not be read")},
    only=Q(round__opened_together_at=None),
    stays=_("it has opened to the other half as well"),
)
holds(
    NotNow,
    what=_("What you put off"),
    why=_("so that you are not asked again too soon"),
    kept=THE_PAIRS,
    whose=by("membership"),
    exported="kind said_at",
)
holds(
    Round,
    what=_("What you two were asked to answer apart"),
    why=_("so that both are asked the same"),
    kept=THE_PAIRS,
    whose=of_two(),
    read_by=(Reader.OTHER_HALF,),
    exported="kind opened_at opened_together_at",
    excused={
        "source_id": OWN_WORKING,
        "closes_at": OWN_WORKING,
        "called_off_at": _("it may tell what the other half answered"),
    },
    erased=Erasure.UNNAMED,
    stays=SHARED_HISTORY,
)
