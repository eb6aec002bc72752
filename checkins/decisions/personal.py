"""What this subject holds about people."""

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from checkins.decisions.models import Decision
from mentoring.kernel.holdings.registry import SHARED_HISTORY, THE_PAIRS, Erasure, Reader, by, holds, of_two, own_words


def proposed_or_shared(user_id: int) -> Q:
    """What the person proposed, and what both agreed to."""
    shared = Q(first_agreed_at__isnull=False, second_agreed_at__isnull=False)
    return by("proposed_by")(user_id) | (of_two()(user_id) & shared)


holds(
    Decision,
    what=_("Decisions you proposed or agreed to"),
    why=_("so that both know what holds"),
    kept=THE_PAIRS,
    whose=proposed_or_shared,
    read_by=(Reader.OTHER_HALF,),
    exported="text state proposed_at try_until look_again_on ended_at",
    told={"reason": own_words("reason", "proposed_by"), "word": own_words("word", "ended_by")},
    halved="agreed_at kept_on",
    erased=Erasure.UNNAMED,
    stays=SHARED_HISTORY,
)
