"""What this subject holds about people."""

from django.utils.translation import gettext_lazy as _

from mentoring.kernel.holdings.registry import OWN_WORKING, PROGRAMS_RECORD, STAFF, Erasure, holds, holds_nothing_of_people, user
from programs.people.personal import at_an_address_of
from programs.roster.models import Sheet, SheetPart, SheetRow

holds(
    SheetRow,
    what=_("Your row in a spreadsheet of people to invite"),
    why=_("so that many can be invited at once"),
    kept=_("for 30 days after the upload"),
    whose=at_an_address_of,
    read_by=STAFF,
    exported="cells outcome email name prefilled",
    excused={"line": OWN_WORKING, "mistakes": OWN_WORKING},
)
holds(
    Sheet,
    what=_("Spreadsheets you uploaded"),
    why=_("so that many people can be invited at once"),
    kept=_("for 30 days after the upload"),
    whose=user("uploaded_by"),
    read_by=STAFF,
    exported="file_name uploaded_at read_at checked_at confirmed_at",
    excused=dict.fromkeys(["tab", "delimiter", "header", "columns", "leaves_unknown_out", "unknown", "job_id"], OWN_WORKING),
    erased=Erasure.UNNAMED,
    stays=PROGRAMS_RECORD,
    clears={"uploaded_by": None},
)
holds_nothing_of_people(SheetPart, _("pieces of a file until it was read; its rows are told of above"))
