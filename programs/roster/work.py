"""The import as long work: what a worker does, portion by portion. May begin again anywhere: a row that is done is marked so."""

from django.utils import timezone

from mentoring.kernel.jobs import kinds
from mentoring.kernel.jobs import services as jobs
from mentoring.kernel.jobs.models import Job
from programs.roster import services


def invite_everybody(job: Job) -> None:
    while not jobs.should_stop(job) and services.invite_portion(job=job, now=timezone.now()):
        pass


kinds.register(kinds.Kind(name=services.KIND, work=invite_everybody))
