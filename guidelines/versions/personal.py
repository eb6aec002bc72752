"""What this subject holds about people."""

from django.utils.translation import gettext_lazy as _

from guidelines.versions.models import Acknowledgement, GuidelineVersion, Reading
from mentoring.kernel.holdings.registry import OWN_WORKING, PROGRAMS_RECORD, STAFF, WHILE_A_MEMBER, Erasure, Reader, by, holds

holds(
    Acknowledgement,
    what=_("Which guidelines you acknowledged"),
    why=_("so that both sides know the same limits"),
    kept=WHILE_A_MEMBER,
    whose=by("membership"),
    read_by=STAFF,
    exported="acknowledged_at withdrawn_at",
    told={"version": lambda row, user_id: row.version.number},
)
holds(
    GuidelineVersion,
    what=_("Guidelines you wrote for a program"),
    why=_("so that everybody knows what holds"),
    kept=PROGRAMS_RECORD,
    whose=by("written_by"),
    read_by=(Reader.MEMBERS,),
    exported="number introduction topics summary_of_change created_at changed_at published_at",
    excused={"revision": OWN_WORKING},
    erased=Erasure.UNNAMED,
    stays=PROGRAMS_RECORD,
)
holds(
    Reading,
    what=_("Which guidelines you have read and not agreed to yet"),
    why=_("so that you can go on where you stopped"),
    kept=_("until you agree"),
    whose=by("membership"),
    told={"topics": lambda row, user_id: sorted(row.topics)},
)
