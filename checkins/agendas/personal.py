"""What this subject holds about people."""

from django.utils.translation import gettext_lazy as _

from checkins.agendas.models import AgendaItem, NothingThisTime
from mentoring.kernel.holdings.registry import OWN_WORKING, SHARED_HISTORY, THE_PAIRS, Erasure, Reader, by, holds

holds(
    AgendaItem,
    what=_("Topics you added to the agenda"),
    why=_("so that both decide what you talk about"),
    kept=THE_PAIRS,
    whose=by("author"),
    read_by=(Reader.OTHER_HALF,),
    exported="text points raised_at carried_over_at discussed_at withdrawn_at suggestion",
    excused={"position": OWN_WORKING, "version": OWN_WORKING},
    erased=Erasure.UNNAMED,
    stays=SHARED_HISTORY,
)
holds(
    NothingThisTime,
    what=_("That you had no topic for the next meeting"),
    why=_("so that the other need not wait for one"),
    kept=_("until that meeting"),
    whose=by("membership"),
    read_by=(Reader.OTHER_HALF,),
    exported="said_at",
)
