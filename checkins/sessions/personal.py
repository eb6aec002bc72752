"""What this subject holds about people."""

from django.utils.translation import gettext_lazy as _

from checkins.sessions.models import Series, Session, SessionOption
from mentoring.kernel.holdings.registry import OWN_WORKING, SHARED_HISTORY, STAFF, THE_PAIRS, Erasure, Reader, by, holds, of_two, own_words

holds(
    Session,
    what=_("Your meetings"),
    why=_("so that both know when you meet, and what you talked about"),
    kept=THE_PAIRS,
    whose=of_two(),
    read_by=(Reader.OTHER_HALF, *STAFF),
    exported="state starts_at minutes place where logged_at log_changed_at led_said_at closed_at",
    told={
        "talked_about": own_words("talked_about", "logged_by"),
        "next_time": own_words("next_time", "logged_by"),
        "word": own_words("word", "closed_by"),
    },
    excused={
        **dict.fromkeys(["uid", "sequence", "recurs_at"], _("how your calendar knows it again")),
        **dict.fromkeys(
            ["logged_starts_at", "logged_minutes", "logged_place", "logged_leader"], _("what the log said until you two agreed otherwise")
        ),
        "topics": _("your own topics are told of under the agenda"),
    },
    erased=Erasure.UNNAMED,
    stays=SHARED_HISTORY,
)
holds(
    SessionOption,
    what=_("Times you suggested"),
    why=_("so that the other can pick one"),
    kept=THE_PAIRS,
    whose=by("proposed_by"),
    read_by=(Reader.OTHER_HALF,),
    exported="starts_at proposed_at closed_at",
    excused={"position": OWN_WORKING},
    erased=Erasure.UNNAMED,
    stays=SHARED_HISTORY,
)
holds(
    Series,
    what=_("Meetings you two agreed on at once"),
    why=_("so that they need not be agreed on one by one"),
    kept=THE_PAIRS,
    whose=of_two(),
    read_by=(Reader.OTHER_HALF,),
    exported="every times until starts_at zone minutes place where ended_at",
    excused=dict.fromkeys(["rule", "uid", "sequence"], _("how your calendar knows it again")),
    erased=Erasure.UNNAMED,
    stays=SHARED_HISTORY,
)
