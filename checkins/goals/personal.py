"""What this subject holds about people."""

from django.utils.translation import gettext_lazy as _

from checkins.goals.models import Goal
from mentoring.kernel.holdings.registry import OWN_WORKING, SHARED_HISTORY, THE_PAIRS, Erasure, Reader, by, holds

holds(
    Goal,
    what=_("Goals you wrote"),
    why=_("so that both know what you want to reach"),
    kept=THE_PAIRS,
    whose=by("written_by"),
    read_by=(Reader.OTHER_HALF,),
    exported="text why state made_at settled_at",
    excused={"whose": OWN_WORKING, "version": OWN_WORKING},
    halved="agreed_at says",
    erased=Erasure.UNNAMED,
    stays=SHARED_HISTORY,
)
