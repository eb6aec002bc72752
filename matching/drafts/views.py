from collections import defaultdict
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from matching import solver
from matching.criteria.forms import NameFilter
from matching.drafts import by_hand, services
from matching.runs import anew, peers, policies, reckoning
from matching.runs import services as of_runs
from matching.runs.access import unless_kept, unless_remembered
from matching.runs.exact import Exact
from matching.runs.explanation import change_in_words, of_free_pairs
from matching.runs.models import Lock, Proposal
from matching.runs.peer_words import words_of
from matching.runs.rows import people_of, row_of, weakest_of
from mentoring.kernel.errors import Refused
from mentoring.kernel.jobs.models import Job
from mentoring.kernel.keys import whole_number
from mentoring.kernel.lists.pages import page_of
from mentoring.kernel.once.access import say_no
from programs.memberships.access import MemberRequest, staff_only
from programs.memberships.models import Membership

OTHERS_OF_ONE = 12
# Where an alternative says for whom of the two it is.
OF = 5


@staff_only
@require_safe
def pair(request: MemberRequest, run: int, proposal: int) -> HttpResponse:
    """One pair in full, and every other mentor that comes into question, with what choosing them would cost."""
    shown = _proposal(request, run, proposal)
    if elsewhere := unless_kept(shown.run):
        return elsewhere
    by_name = NameFilter(request.GET, queryset=Membership.objects.visible_to(request.membership).order_by())
    may_choose = policies.may_settle(request.membership, shown) and shown.run.forgotten_at is None
    others = _others(shown, by_name) if may_choose else []
    words = words_of(shown.run)(shown.run, {*people_of([shown]), *(other[0] for other in others)})
    row = row_of(words.explained(shown), shown.run, request.membership)
    if others or by_name.is_narrowed:
        # The next best is said beside it, whoever is looked for.
        shown.alternatives = others
    context = {
        "run": shown.run,
        "row": row,
        "others_of": row_of(words.explained(shown), shown.run, request.membership)["others_of"],
        "weakest": weakest_of(shown.run),
        "filter": by_name,
        "may_choose": may_choose,
        "is_enough": OTHERS_OF_ONE,
    }
    return render(request, "matching/drafts/pair.html", context)


@staff_only
@require_POST
def settle(request: MemberRequest, run: int, proposal: int) -> HttpResponse:
    """Lock the two together for every run, or keep them apart for good; or take that back."""
    shown = _proposal(request, run, proposal)
    here = redirect("matching:run-pair", shown.run.program.slug, shown.run_id, shown.pk)
    if (asked := request.POST.get("list")) is not None:
        # From a list one goes on where one was in it.
        run_page = reverse("matching:run", args=[shown.run.program.slug, shown.run_id])
        here = redirect(f"{run_page}?{QueryDict(asked).urlencode()}#pair-{shown.pk}")
    names = {"one": shown.mentee.user.short_name, "other": shown.mentor.user.short_name}
    try:
        if "undo" in request.POST:
            services.undo(proposal=shown, by=request.membership, now=timezone.now())
        elif "lock" in request.POST:
            services.lock(proposal=shown, by=request.membership, now=timezone.now())
            messages.success(request, _("%(one)s and %(other)s stay together, also in the next run.") % names)
        elif "forbid" in request.POST:
            services.keep_apart(proposal=shown, by=request.membership, now=timezone.now())
            messages.success(
                request, _("%(one)s and %(other)s are never put together from now on. Run again to find somebody else for them.") % names
            )
    except Refused as refused:
        say_no(request, refused)
    return here


@staff_only
def trade(request: MemberRequest, run: int, proposal: int) -> HttpResponse:
    """What somebody else would do to both pairs, and the button that does it."""
    shown = _proposal(request, run, proposal)
    here = redirect("matching:run-pair", shown.run.program.slug, shown.run_id, shown.pk)
    given = request.POST if request.method == "POST" else request.GET
    new, one = _person(request, given.get("with", "")), _person(request, given.get("for", ""))
    if new is None or unless_remembered(shown.run):
        return here
    job, exact = anew.job_of(shown.run, given.get("job", "")), None
    try:
        if "exact" in request.POST:
            found = by_hand.exact_of(proposal=shown, new=new, one=one, by=request.membership, now=timezone.now())
            if isinstance(found, Job):
                return redirect(f"{request.path}?{urlencode({'with': new.pk, 'for': (one or shown.mentee).pk, 'job': found.pk})}")
            exact = found
        elif request.method == "POST":
            by_hand.trade(proposal=shown, new=new, one=one, by=request.membership, now=timezone.now())
            messages.success(request, _("It is changed. Nobody has been told."))
            return here
        would = by_hand.trade_of(shown, new, one, by=request.membership)
    except Refused as refused:
        say_no(request, refused)
        return here
    if job is not None and job.state == Job.State.DONE and job.input == anew.asked_of(shown.run, would.one, would.new):
        exact = Exact.of(job.result)
    context = {
        "run": shown.run,
        "proposal": shown,
        "trade": would,
        "weakest": weakest_of(shown.run),
        "exact": change_in_words(of_free_pairs(shown.run), exact, shown.run.maximum) if exact else [],
        "job": None if exact else job,
    }
    return render(request, "matching/drafts/trade.html", context)


# --- what is settled for every run ---


@staff_only
@require_safe
def locks(request: MemberRequest) -> HttpResponse:
    page = page_of(request, Lock.objects.visible_to(request.membership).for_list())
    return render(request, "matching/drafts/locks.html", {"page": page})


@staff_only
@require_POST
def lock_take_back(request: MemberRequest, lock: int) -> HttpResponse:
    settled = get_object_or_404(Lock.objects.visible_to(request.membership).select_related("program"), pk=lock)
    services.unlock(lock=settled, by=request.membership, now=timezone.now())
    messages.success(request, _("It is taken back. The next run decides for itself."))
    return redirect("matching:run-locks", request.membership.program.slug)


# --- parts ---


def _proposal(request: MemberRequest, run: int, proposal: int) -> Proposal:
    rows = Proposal.objects.visible_to(request.membership).for_list().select_related("run__program", "pairing")
    return get_object_or_404(rows.defer("run__inputs", "run__outcome"), run=run, pk=proposal)


def _person(request: MemberRequest, key: str) -> Membership | None:
    """Anybody of the program but oneself: of oneself one settles nothing."""
    number = whole_number(key)
    people = Membership.objects.visible_to(request.membership).exclude(pk=request.membership.pk).with_people()
    return people.filter(pk=number).first() if number is not None else None


def _others(proposal: Proposal, by_name: NameFilter) -> list[list[Any]]:
    """The best who could be chosen, for either of two equal peers; of all who could, where somebody is looked for by name."""
    keys = set(by_name.qs.values_list("pk", flat=True)) if by_name.is_narrowed else None
    found: dict[int, list[list[Any]]] = defaultdict(list)
    for other in _next_best(proposal, OTHERS_OF_ONE if keys is None else proposal.run.people + proposal.run.mentors):
        of = other[OF] if len(other) > OF else proposal.mentee_id
        if (keys is None or other[0] in keys) and len(found[of]) < OTHERS_OF_ONE:
            found[of].append(other)
    return [other for others in found.values() for other in others]


def _next_best(proposal: Proposal, top: int) -> list[list[Any]]:
    """As a proposal keeps them, but more of them; nothing where the run itself has nobody for the two."""
    if proposal.by_hand:
        return by_hand.others_of(proposal, top)
    inputs, solution = of_runs.result_of(proposal.run)
    row = inputs.mentees.tolist()
    if isinstance(solution, solver.PoolSolution):
        return peers.next_best(inputs, solution, [row.index(proposal.mentee_id), row.index(proposal.mentor_id)], top)
    mentee = row.index(proposal.mentee_id)
    return reckoning.next_best(inputs, solution, mentee, top) if solution.mentor_of[mentee] >= 0 else []
