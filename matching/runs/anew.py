"""What all would be if everybody were matched anew: with two together in any case, or with nobody locked."""

from collections.abc import Callable, Mapping
from datetime import datetime

from django.utils.translation import gettext as _

from matching import solver
from matching.runs import exact, services
from matching.runs.models import Run
from mentoring.kernel.errors import Refused
from mentoring.kernel.jobs import services as jobs
from mentoring.kernel.jobs.models import Job
from mentoring.kernel.keys import whole_number
from programs.memberships.models import Membership

EXACT = "match-exact"
# So many people are solved for while the page waits; more are left to a worker.
AT_ONCE = 500


def asked_of(run: Run, one: Membership | None = None, other: Membership | None = None) -> dict[str, int]:
    """With these two together, or with nobody locked: as a job keeps it."""
    return {"run": run.pk} if one is None or other is None else {"run": run.pk, "one": one.pk, "other": other.pk}


def exact_of(*, run: Run, asked: Mapping[str, int], by: Membership, now: datetime) -> exact.Exact | Job:
    """At once in a small run, and by a job in a large one. Whoever asks for the same again while it is reckoned gets the same job."""
    if run.people + run.mentors <= AT_ONCE:
        return reckoned(asked)
    if job := Job.objects.visible_to_program(run.program_id).of_kind(EXACT).open().filter(input=asked).first():
        return job
    return jobs.start(kind=EXACT, program_id=run.program_id, started_by_id=by.user_id, input=dict(asked), total=100, now=now)


def reckoned(asked: Mapping[str, int], progress: Callable[..., object] | None = None) -> exact.Exact:
    """Refused where the two cannot be put together."""
    inputs = services.seen_by(Run(pk=asked["run"]))
    if "one" not in asked:
        return exact.freshly(inputs, progress)
    one, other = (int((keys == asked[name]).argmax()) for keys, name in ((inputs.mentees, "one"), (inputs.mentors, "other")))
    try:
        return exact.exactly(inputs, one, other, progress)
    except solver.MatchError as wrong:
        raise Refused(_("These two cannot be put together beside those who are locked.")) from wrong


def job_of(run: Run, key: str) -> Job | None:
    """The reckoning that an address speaks of, if it is one of this run. One query."""
    number = whole_number(key)
    of_run = Job.objects.visible_to_program(run.program_id).of_kind(EXACT).filter(input__run=run.pk)
    return of_run.filter(pk=number).first() if number is not None else None
