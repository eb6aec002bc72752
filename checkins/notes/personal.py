"""What this subject holds about people."""

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from checkins.notes.models import Note
from mentoring.kernel.holdings.registry import OWN_WORKING, SHARED_HISTORY, THE_PAIRS, Reader, by, holds, own_words

holds(
    Note,
    what=_("Notes you wrote"),
    why=_("so that you can keep what matters to you, alone or together"),
    kept=THE_PAIRS,
    whose=by("author"),
    read_by=(Reader.OTHER_HALF,),
    exported="written_at opened_at saved_at removed_at",
    told={"text": own_words("text", "saved_by")},
    excused={"version": OWN_WORKING},
    only=Q(opened_at=None),
    stays=SHARED_HISTORY,
)
