from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from matching.criteria import services
from matching.criteria.models import Criterion
from matching.scoring.people import Candidate
from matching.scoring.preview import Effect, Preview, preview
from mentoring.kernel.times import local_day
from programs.memberships.access import MemberRequest, staff_only
from programs.profiles.models import ProfileQuestion

NAMES_SHOWN = 5


@dataclass(frozen=True)
class Told:
    """What a rule does, as far as there is room to say it."""

    effect: Effect
    more_pairs: int
    named: list[Candidate]
    unnamed: int


@staff_only
@require_safe
def criteria(request: MemberRequest) -> HttpResponse:
    """What counts when people are put together, and what the rules among it do."""
    program, now = request.membership.program, timezone.now()
    listed = list(Criterion.objects.visible_to(request.membership).for_list())
    found = preview(program, listed, on=local_day(now, program.time_zone))
    questions = ProfileQuestion.objects.visible_to(request.membership).in_use()
    context = {
        "criteria": listed,
        "preview": found,
        "effects": _told(found),
        "alone": found.alone[:NAMES_SHOWN],
        "unnamed": max(0, len(found.alone) - NAMES_SHOWN),
        "suggestion": [] if listed else services.suggestion(program, questions, now),
    }
    return render(request, "matching/scoring/criteria.html", context)


def _told(found: Preview) -> list[Told]:
    return [
        Told(effect, effect.possible_without - found.possible, effect.alone[:NAMES_SHOWN], max(0, len(effect.alone) - NAMES_SHOWN))
        for effect in found.effects
    ]
