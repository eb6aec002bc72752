"""What this subject holds about people."""

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from checkins.care.models import CallNote, Task
from mentoring.kernel.holdings.registry import STAFF, THE_PAIRS, Erasure, by, holds


def calls_they_asked_for(user_id: int) -> Q:
    return Q(kind=Task.Kind.PLEASE_CALL, about__user=user_id)


holds(
    Task,
    what=_("Calls you asked for"),
    why=_("so that somebody calls you"),
    kept=THE_PAIRS,
    whose=calls_they_asked_for,
    read_by=STAFF,
    exported="raised_at due_at done_at",
    excused={
        "kind": _("you asked for a call"),
        **dict.fromkeys(
            ["read_by", "seen_on", "since_on", "contact_first", "owner", "put_off_until", "put_off_because"],
            _("how those who run the program plan their work"),
        ),
    },
)
holds(
    CallNote,
    what=_("Calls with you that somebody noted down"),
    why=_("so that you need not tell the same thing twice"),
    kept=THE_PAIRS,
    whose=by("about"),
    read_by=STAFF,
    exported="called_on written_at",
    excused={
        "text": _("the words of whoever called, which may speak of others too: ask them to read it to you"),
        "read_by": _("the rule of that day"),
    },
    erased=Erasure.UNNAMED,
    stays=_("facts about a pairing, which the program may need to account for what it did"),
    is_counted=False,
)
