"""What a choice by hand would cost all, reckoned by a worker."""

from matching.drafts import by_hand
from matching.runs.models import Run
from matching.runs.work import Stopped, Told
from mentoring.kernel.jobs import kinds
from mentoring.kernel.jobs.models import Job


def reckon_exactly(job: Job) -> dict[str, int] | None:
    people = Run.objects.values_list("people", flat=True).get(pk=job.input["run"])
    try:
        found = by_hand.exact_of_two(job.input, Told(job, people))
    except Stopped:
        return None
    return vars(found)


kinds.register(kinds.Kind(name=by_hand.EXACT, work=reckon_exactly))
