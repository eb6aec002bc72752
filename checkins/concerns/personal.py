"""What this subject holds about people."""

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from checkins.concerns.models import Concern, ConcernAbout, ConcernEntry, ConcernFile, ConcernMessage
from mentoring.kernel.holdings.registry import OWN_WORKING, STAFF, Erasure, by, holds, holds_nothing_of_people, own_words

UNTIL_LONG_CLOSED = _("until some time after it is closed")
STAYS_AS_IT_WAS = _("what was said of a concern stays as it was for its time, so that nobody can make it unsaid")


def told_to_whoever_raised_it(user_id: int) -> Q:
    """What those who read it wrote for each other is not for anybody's copy."""
    return by("concern__raised_by")(user_id) & Q(kind__in=ConcernEntry.TOLD)


holds(
    Concern,
    what=_("Concerns you raised"),
    why=_("so that somebody helps"),
    kept=UNTIL_LONG_CLOSED,
    whose=by("raised_by"),
    read_by=STAFF,
    exported="is_named audience words who_else reach telephone raised_at closed_at outcome",
    excused=dict.fromkeys(["kind", "urgency", "due_at", "handled_by"], _("how those who handle it plan their work")),
    erased=Erasure.UNNAMED,
    stays=_("what was said of a concern stays as it was for its time; your telephone number goes"),
    clears={"telephone": None},
    is_counted=False,
)
holds(
    ConcernEntry,
    what=_("What you added to a concern, and when you were answered"),
    why=_("so that it is seen later what was said and done"),
    kept=UNTIL_LONG_CLOSED,
    whose=told_to_whoever_raised_it,
    read_by=STAFF,
    exported="kind at",
    told={"text": own_words("text", "author")},
    excused={"detail": OWN_WORKING},
    erased=Erasure.UNNAMED,
    stays=STAYS_AS_IT_WAS,
    is_counted=False,
)
holds(
    ConcernFile,
    what=_("Files you gave with a concern"),
    why=_("so that those who help see what you saw"),
    kept=UNTIL_LONG_CLOSED,
    whose=by("concern__raised_by"),
    read_by=STAFF,
    exported="name ending size added_at",
    excused={
        "content": _("the file as you gave it: you find it on the page of your concern"),
        "may_run": OWN_WORKING,
    },
    erased=Erasure.UNNAMED,
    stays=STAYS_AS_IT_WAS,
    is_counted=False,
)
holds(
    ConcernMessage,
    what=_("Messages you showed with a concern"),
    why=_("so that those who help read what was written"),
    kept=UNTIL_LONG_CLOSED,
    whose=by("concern__raised_by"),
    read_by=STAFF,
    exported="sent_at was_taken_back",
    told={"text": own_words("text", "author")},
    erased=Erasure.UNNAMED,
    stays=STAYS_AS_IT_WAS,
    is_counted=False,
)
holds_nothing_of_people(ConcernAbout, _("whom a concern is about: it would tell of what others said in confidence"))
