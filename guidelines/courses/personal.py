"""What this subject holds about people."""

from django.utils.translation import gettext_lazy as _

from guidelines.courses.models import Course, CourseVersion, Picture
from mentoring.kernel.holdings.registry import OWN_WORKING, PROGRAMS_RECORD, Erasure, Reader, by, holds, holds_nothing_of_people

holds_nothing_of_people(Course, PROGRAMS_RECORD)
holds_nothing_of_people(Picture, PROGRAMS_RECORD)
holds(
    CourseVersion,
    what=_("Courses you wrote for a program"),
    why=_("so that people learn what helps two people"),
    kept=PROGRAMS_RECORD,
    whose=by("written_by"),
    read_by=(Reader.MEMBERS,),
    exported=(
        "number title summary audience is_required valid_days live_minutes minutes modules summary_of_change "
        "created_at changed_at published_at"
    ),
    excused={"revision": OWN_WORKING, "pictures": _("the modules name them")},
    erased=Erasure.UNNAMED,
    stays=PROGRAMS_RECORD,
)
