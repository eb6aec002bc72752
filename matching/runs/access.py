"""The doors of a run: to one that is there, and elsewhere while it is not done, or where it has forgotten."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect

from matching.runs.models import Run
from programs.memberships.access import MemberRequest


def run_of(request: MemberRequest, run: int) -> Run:
    return get_object_or_404(Run.objects.visible_to(request.membership).for_list(), pk=run)


def unless_kept(run: Run) -> HttpResponse | None:
    return None if run.kept_at is not None else redirect("matching:run-progress", run.program.slug, run.pk)


def unless_remembered(run: Run) -> HttpResponse | None:
    """For what is reckoned from what the run saw."""
    return unless_kept(run) or (redirect("matching:run", run.program.slug, run.pk) if run.forgotten_at is not None else None)
