"""What this subject holds about people."""

from django.utils.translation import gettext_lazy as _

from mentoring.kernel.holdings.registry import OWN_WORKING, STAFF, WITH_THE_ACCOUNT, Erasure, holds, user
from mentoring.kernel.jobs.models import Job

holds(
    Job,
    what=_("Long work you started"),
    why=_("to show you how far it is"),
    kept=WITH_THE_ACCOUNT,
    whose=user("started_by"),
    read_by=STAFF,
    exported="kind state done total queued_at taken_up_at ended_at failure",
    excused=dict.fromkeys(
        ["program_id", "step", "input", "result", "stop_requested_at", "lease_token", "lease_until", "attempt"], OWN_WORKING
    ),
    erased=Erasure.UNNAMED,
    stays=_("what the work was for belongs to the program"),
    clears={"started_by": None},
)
