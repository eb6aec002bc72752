"""What this subject holds about people."""

from django.utils.translation import gettext_lazy as _

from checkins.absences.models import Absence
from mentoring.kernel.holdings.registry import SHARED_HISTORY, THE_PAIRS, Erasure, Reader, by, holds

holds(
    Absence,
    what=_("Who could not make it, as you said it"),
    why=_("so that both sides can say how it was"),
    kept=THE_PAIRS,
    whose=by("author"),
    read_by=(Reader.OTHER_HALF,),
    exported="said_at",
    excused={"absent": _("it names one of you two as the first or the second, which is nobody’s name")},
    erased=Erasure.UNNAMED,
    stays=SHARED_HISTORY,
)
