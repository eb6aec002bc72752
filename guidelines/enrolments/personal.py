"""What this subject holds about people."""

from django.utils.translation import gettext_lazy as _

from guidelines.enrolments.models import Enrolment, LiveHour, Reflection, Step
from mentoring.kernel.holdings.registry import OWN_WORKING, STAFF, WHILE_A_MEMBER, by, holds

holds(
    Enrolment,
    what=_("Courses you take or have taken"),
    why=_("so that you can go on where you stopped, and the program knows who has finished"),
    kept=WHILE_A_MEMBER,
    whose=by("membership"),
    read_by=STAFF,
    exported="asked_at begun_at stepped_at at_module modules minutes_left finished_at expires_on",
    told={"course": lambda row, user_id: row.course.name, "version": lambda row, user_id: row.version and row.version.title},
    excused={"code": _("the address of your certificate, which stands with the course")},
)
holds(
    Step,
    what=_("What you did on each screen of a course"),
    why=_("so that you can go on where you stopped"),
    kept=WHILE_A_MEMBER,
    whose=by("enrolment__membership"),
    exported="picked tries done_at",
    excused={"screen": OWN_WORKING},
)
holds(
    Reflection,
    what=_("What you wrote to yourself in a course"),
    why=_("so that you find it again"),
    kept=WHILE_A_MEMBER,
    whose=by("enrolment__membership"),
    exported="text written_at",
    excused={"screen": OWN_WORKING},
)
holds(
    LiveHour,
    what=_("When you were there as a course was held together"),
    why=_("so that it counts for the course"),
    kept=WHILE_A_MEMBER,
    whose=by("membership"),
    read_by=STAFF,
    exported="held_on minutes recorded_at",
    told={"course": lambda row, user_id: row.course.name},
)
