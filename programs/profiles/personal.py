"""What this subject holds about people."""

from django.utils.translation import gettext_lazy as _

from mentoring.kernel.holdings.registry import PROGRAMS_RECORD, STAFF, WHILE_A_MEMBER, Reader, by, holds, holds_nothing_of_people
from programs.profiles.models import Profile, ProfileAnswer, ProfileQuestion

holds(
    Profile,
    what=_("Your profile"),
    why=_("so that you can be put together with somebody who fits"),
    kept=WHILE_A_MEMBER,
    whose=by("membership"),
    read_by=(Reader.OTHER_HALF, *STAFF),
    exported="offers_mentoring seeks_mentoring offers_capacity seeks_capacity paused_until finished_at changed_at",
)
holds(
    ProfileAnswer,
    what=_("Your answers in your profile"),
    why=_("so that you can be put together with somebody who fits"),
    kept=WHILE_A_MEMBER,
    whose=by("profile__membership"),
    read_by=(Reader.OTHER_HALF, *STAFF),
    told={"question": lambda row, user_id: row.question.text, "value": lambda row, user_id: row.in_words},
)
holds_nothing_of_people(ProfileQuestion, PROGRAMS_RECORD)
