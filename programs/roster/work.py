"""The import as long work: what a worker does, portion by portion. May begin again anywhere: what is done is kept with how far it is."""

from collections.abc import Callable

from django.utils import timezone

from mentoring.kernel.jobs import kinds
from mentoring.kernel.jobs import services as jobs
from mentoring.kernel.jobs.models import Job
from programs.roster import services
from programs.roster.reader import Unreadable


def read_the_file(job: Job) -> None:
    try:
        with services.opened(job) as (table, portions):
            for rows in portions:
                if jobs.should_stop(job):
                    return
                services.keep_portion(job=job, rows=rows, now=timezone.now())
            services.end_reading(job=job, table=table, now=timezone.now())
    except Unreadable as unreadable:
        services.refuse_file(job=job, sentence=str(unreadable.sentence), now=timezone.now())


def check_every_row(job: Job) -> None:
    _to_the_end(job, services.check_portion)


def invite_everybody(job: Job) -> None:
    _to_the_end(job, services.invite_portion)


def _to_the_end(job: Job, portion: Callable[..., int]) -> None:
    while not jobs.should_stop(job) and portion(job=job, now=timezone.now()):
        pass


kinds.register(kinds.Kind(name=services.READING, work=read_the_file))
kinds.register(kinds.Kind(name=services.CHECKING, work=check_every_row))
kinds.register(kinds.Kind(name=services.INVITING, work=invite_everybody))
