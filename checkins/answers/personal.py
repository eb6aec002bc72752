"""What this subject holds about people."""

from django.utils.translation import gettext_lazy as _

from checkins.answers.models import Answer, AnswerLink, CheckIn
from mentoring.kernel.holdings.registry import OWN_WORKING, STAFF, THE_PAIRS, Erasure, by, holds

holds(
    CheckIn,
    what=_("Check-ins you were asked for"),
    why=_("so that help comes early where something is wrong"),
    kept=THE_PAIRS,
    whose=by("membership"),
    read_by=STAFF,
    exported="occasion due_on opens_at closes_at read_by answered_at called_off_at snoozed_until",
    excused={"number": OWN_WORKING, "closed_at": OWN_WORKING},
    erased=Erasure.UNNAMED,
    stays=_("that it was asked is counted; what you answered is gone"),
    clears={"snoozed_until": None},
)
holds(
    Answer,
    what=_("What you answered in check-ins"),
    why=_("so that help comes early where something is wrong"),
    kept=THE_PAIRS,
    whose=by("check_in__membership"),
    read_by=STAFF,
    exported="value words given_at",
    told={"question": lambda row, user_id: row.question.text},
)
holds(
    AnswerLink,
    what=_("Links in mails by which you can answer"),
    why=_("so that you can answer without signing in"),
    kept=_("until the check-in closes"),
    whose=by("check_in__membership"),
    exported="expires_at",
    excused={"token_hash": OWN_WORKING},
)
