"""What this subject holds about people."""

from django.utils.translation import gettext_lazy as _

from mentoring.kernel.holdings.registry import PROGRAMS_RECORD, STAFF, Erasure, holds, holds_nothing_of_people, user
from programs.memberships.models import Cohort, Holiday, Membership, Program

holds(
    Membership,
    what=_("Your place in each program"),
    why=_("so that the program knows who takes part, and in which role"),
    kept=_("as long as the program; without your name once your account is erased"),
    whose=user("user"),
    read_by=STAFF,
    exported="is_participant is_coordinator is_admin is_deputy joined_at left_at ready_at",
    told={"program": lambda row, user_id: row.program.name, "cohort": lambda row, user_id: row.cohort and row.cohort.name},
    erased=Erasure.UNNAMED,
    stays=_("what others did with you refers to it"),
)
holds_nothing_of_people(Program, PROGRAMS_RECORD)
holds_nothing_of_people(Cohort, PROGRAMS_RECORD)
holds_nothing_of_people(Holiday, PROGRAMS_RECORD)
