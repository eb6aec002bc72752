"""A run and a release as long work. Either may begin again anywhere: what is done is kept with how far it is."""

from time import monotonic

from django.utils import timezone
from django.utils.translation import gettext_noop

from matching import solver
from matching.runs import anew, peers, services
from matching.runs.found import of_sides
from matching.runs.models import Run
from matching.runs.refusals import refused
from mentoring.kernel.jobs import kinds
from mentoring.kernel.jobs import services as jobs
from mentoring.kernel.jobs.models import Job

# What is being done, and from where to where of a hundred it goes.
PHASES = {
    "score": (gettext_noop("Seeing how well each two would go together"), 5, 30),
    "floor": (gettext_noop("Making the weakest match as good as can be"), 30, 45),
    "assign": (gettext_noop("Finding the best for all together"), 45, 60),
    "verify": (gettext_noop("Making sure that nothing better was missed"), 60, 70),
    "proof": (gettext_noop("Proving that no better result exists"), 70, 80),
    "words": (gettext_noop("Finding what speaks for each pair and against it"), 80, 99),
}
# Seconds between two words of how far it is.
EVERY = 1.0
PORTION = 20


class Stopped(Exception):
    """Somebody asked for a stop."""


class Told:
    """How far a run is, said now and then; it keeps the lease of the job and hears of a stop."""

    def __init__(self, job: Job, people: int) -> None:
        self.job, self.people, self.last, self.said = job, people, 0.0, ""

    def __call__(self, phase: str, number: int = 0) -> None:
        now = monotonic()
        if phase == self.said and now - self.last < EVERY:
            return
        step, begin, end = PHASES[phase]
        part = number / max(self.people, 1) if phase in ("score", "words") else 0.5
        if jobs.should_stop(self.job):
            raise Stopped
        done = max(self.job.done, min(begin + int((end - begin) * part), end))
        jobs.advance(self.job, done=done, step=step, now=timezone.now())
        self.last, self.said = now, phase


def match(job: Job) -> None:
    try:
        inputs = services.inputs_of(job=job, now=timezone.now())
        tell = Told(job, len(inputs.mentees))
        found = peers.found(inputs, tell) if inputs.is_among_peers else of_sides(inputs, tell)
        services.keep(job=job, inputs=inputs, found=found, now=timezone.now())
    except Stopped:
        return
    except solver.MatchError as wrong:
        raise refused(wrong) from wrong


def release(job: Job) -> None:
    while not jobs.should_stop(job) and services.release_portion(job=job, number=PORTION, now=timezone.now()):
        pass


def reckon_anew(job: Job) -> dict[str, int] | None:
    people = Run.objects.values_list("people", flat=True).get(pk=job.input["run"])
    try:
        found = anew.reckoned(job.input, Told(job, people))
    except Stopped:
        return None
    return vars(found)


kinds.register(kinds.Kind(name=anew.EXACT, work=reckon_anew))
kinds.register(kinds.Kind(name=services.MATCHING, work=match))
kinds.register(kinds.Kind(name=services.RELEASING, work=release))
