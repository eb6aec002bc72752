"""What this subject holds about people."""

from django.utils.translation import gettext_lazy as _

from checkins.accounts.models import NotReached, SessionAccount
from mentoring.kernel.holdings.registry import SHARED_HISTORY, THE_PAIRS, Erasure, Reader, by, holds

holds(
    SessionAccount,
    what=_("How you remember a meeting"),
    why=_("so that both accounts stand beside each other"),
    kept=THE_PAIRS,
    whose=by("author"),
    read_by=(Reader.OTHER_HALF,),
    exported="words is_different starts_at minutes place leader agreed_at written_at",
    erased=Erasure.UNNAMED,
    stays=SHARED_HISTORY,
)
holds(
    NotReached,
    what=_("Topics you said you two did not get to"),
    why=_("so that they come up again"),
    kept=THE_PAIRS,
    whose=by("said_by"),
    read_by=(Reader.OTHER_HALF,),
    exported="text said_at",
    erased=Erasure.UNNAMED,
    stays=SHARED_HISTORY,
)
