"""What this subject holds about people."""

from django.utils.translation import gettext_lazy as _

from matching.runs.models import Lock, Proposal, Run, Unmatched
from mentoring.kernel.holdings.registry import PROGRAMS_RECORD, STAFF, Erasure, by, holds, holds_nothing_of_people

RECKONED = _("what a matching run reckoned; it compares you with others, and is forgotten once it is of no more use")

holds(
    Run,
    what=_("Matching runs you started"),
    why=_("so that it can be seen later how people were put together"),
    kept=PROGRAMS_RECORD,
    whose=by("started_by"),
    read_by=STAFF,
    exported="number started_at kind people mentors matched",
    excused=dict.fromkeys(
        "job_id release_job_id fairness sides minimum load_step inputs inputs_hash places maximum outcome value total floor fingerprint "
        "statistics kept_at proved_at forgotten_at".split(),
        RECKONED,
    ),
    erased=Erasure.UNNAMED,
    stays=PROGRAMS_RECORD,
)
holds_nothing_of_people(Proposal, RECKONED)
holds_nothing_of_people(Unmatched, RECKONED)
holds_nothing_of_people(Lock, _("what those who run the program settled about two people; it would tell of the other"))
