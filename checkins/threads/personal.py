"""What this subject holds about people."""

from django.utils.translation import gettext_lazy as _

from checkins.threads.models import Message, ThreadRead
from mentoring.kernel.holdings.registry import THE_PAIRS, Reader, by, holds

holds(
    Message,
    what=_("Messages you wrote"),
    why=_("so that the other reads them"),
    kept=THE_PAIRS,
    whose=by("author"),
    read_by=(Reader.OTHER_HALF,),
    exported="text sent_at removed_at kept",
)
holds(
    ThreadRead,
    what=_("How far you have read"),
    why=_("so that you are told of what is new, and of nothing else"),
    kept=THE_PAIRS,
    whose=by("membership"),
    exported="read_at told_at",
)
