"""A copy and an erasure as long work."""

from django.utils import timezone

from mentoring.kernel.jobs import kinds
from mentoring.kernel.jobs.models import Job
from programs.privacy import services


def make_the_copy(job: Job) -> None:
    services.make_copy(job=job, now=timezone.now())


def erase_the_person(job: Job) -> None:
    services.erase(job=job, now=timezone.now())


kinds.register(kinds.Kind(name=services.COPYING, work=make_the_copy))
kinds.register(kinds.Kind(name=services.ERASING, work=erase_the_person))
