"""What this subject holds about people."""

from django.utils.translation import gettext_lazy as _

from checkins.actions.models import ActionItem
from mentoring.kernel.holdings.registry import SHARED_HISTORY, THE_PAIRS, Erasure, Reader, by, holds

holds(
    ActionItem,
    what=_("What you two wanted to do, where you wrote it"),
    why=_("so that neither forgets it"),
    kept=THE_PAIRS,
    whose=by("author"),
    read_by=(Reader.OTHER_HALF,),
    exported="text owner due_on added_at done_at declined_at removed_at",
    halved="took_on_at",
    erased=Erasure.UNNAMED,
    stays=SHARED_HISTORY,
)
