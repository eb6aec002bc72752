"""A program with people who look for a mentor and people who offer it, and what its pages say."""

import re
from typing import Any

from django.urls import reverse

from matching.criteria.models import Criterion
from matching.runs import services
from matching.runs.field import Wish
from matching.runs.models import Run
from mentoring.kernel.jobs import services as jobs
from programs.memberships.models import Membership
from programs.profiles.models import ProfileAnswer, ProfileQuestion
from tests.factories.matching import CriterionFactory
from tests.factories.programs import MembershipFactory, ProfileFactory, ProfileQuestionFactory
from tests.times import NOON

VALUES = ["Family", "Fairness", "Humour", "Nature"]


def coordinator_of_a_program(**program: object) -> Membership:
    """Shared values are good there, as something in common."""
    by = MembershipFactory(coordinator=True, **{f"program__{name}": value for name, value in program.items()})
    question = ProfileQuestionFactory(program=by.program, text="What matters to you?", kind=ProfileQuestion.Kind.SEVERAL, choices=VALUES)
    CriterionFactory(program=by.program, question=question, part=Criterion.Part.ANCHOR)
    return by


def person(by: Membership, name: str, *values: str, **profile: object) -> Membership:
    """Somebody of the program, with what matters to them."""
    member = MembershipFactory(program=by.program, user__name=name, ready_at=NOON)
    made = ProfileFactory(membership=member, changed_at=NOON, **profile)
    if values:
        asked = Criterion.objects.filter(program=by.program).order_by("pk")[0].question
        ProfileAnswer.objects.create(profile=made, question=asked, value=list(values))
    return member


def finished(by: Membership, **wish: object) -> Run:
    """A run that a worker has done."""
    run = services.start(program=by.program, by=by, wish=Wish(**wish), now=NOON)
    jobs.run_next(now=NOON)
    return Run.objects.get(pk=run.pk)


def pairs_of(run: Run) -> dict[str, str]:
    """Who would meet whom, by name."""
    return dict(run.proposals.values_list("mentee__user__name", "mentor__user__name"))


def at(name: str, run: Run | None = None, *further: object) -> str:
    program = run.program if run else Criterion.objects.order_by("pk")[0].program
    return reverse(f"matching:{name}", args=[program.slug, *([run.pk] if run else []), *further])


def text(response: Any, part: str = "body") -> str:
    """What can be read on a page, or on a part of it, on one line."""
    content = response.content.decode()
    within = content.partition(f"<{part}")[2].partition(f"</{part}>")[0]
    return " ".join(re.sub(r"<[^>]+>", " ", f"<{part}{within}").split())
