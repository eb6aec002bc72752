from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.db.models import Avg, Count, F, Min, Q
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect

from matching.criteria.models import Criterion
from matching.runs import anew, files, groups, services
from matching.runs.access import run_of, unless_kept, unless_remembered
from matching.runs.comparison import compared
from matching.runs.exact import Exact, as_found
from matching.runs.explanation import change_in_words, of_hundred
from matching.runs.field import Wish, field_of
from matching.runs.forms import ProposalFilter, StartForm
from matching.runs.models import Lock, Proposal, Run, Unmatched
from matching.runs.peer_words import words_of
from matching.runs.rows import mean_of, people_of, row_of, weakest_of
from mentoring.kernel.audit import services as audit
from mentoring.kernel.errors import Refused
from mentoring.kernel.jobs import services as jobs
from mentoring.kernel.jobs.models import Job
from mentoring.kernel.lists.exports import csv_response
from mentoring.kernel.lists.filters import Columns, in_order
from mentoring.kernel.lists.pages import page_of
from mentoring.kernel.once.access import once, say_no
from programs.memberships.access import MemberRequest, staff_only
from programs.memberships.models import Cohort, Membership
from programs.people.access import recently_signed_in
from programs.profiles.models import ProfileQuestion

# The address says `?sort=`: the weakest first, unless somebody asks for another order.
ORDERS: Columns = {
    "score": ["score"],
    "waiting": [F("waiting_since").asc()],
    "name": ["mentee__user__name", "mentee__user__called"],
}
# Pairs as they stand, with a score.
STANDING = Q(score__gte=0) & ~Q(state=Proposal.State.DROPPED)
# So many runs can be put beside one.
LATEST = 20
# So much of a hundred has to be done before anybody can say how long the rest will take.
ENOUGH_TO_SAY = 10


# --- the runs of a program ---


@staff_only
@require_safe
def runs(request: MemberRequest) -> HttpResponse:
    me = request.membership
    page = page_of(request, Run.objects.visible_to(me).for_list())
    of_these = Job.objects.visible_to_program(me.program_id).in_bulk([run.job_id for run in page.items if run.job_id])
    listed = [{"run": run, "job": of_these.get(run.job_id or 0), "weakest": weakest_of(run)} for run in page.items]
    context = {
        "page": page,
        "runs": listed,
        "has_criteria": Criterion.objects.visible_to(me).exists(),
        "has_locks": Lock.objects.visible_to(me).exists(),
    }
    return render(request, "matching/runs/runs.html", context)


@staff_only
@once
def start(request: MemberRequest) -> HttpResponse:
    """Who would take part, and how the run should go about it."""
    me, now = request.membership, timezone.now()
    field = field_of(program=me.program, wish=Wish(), now=now)
    form = StartForm(
        request.POST or None,
        cohorts=Cohort.objects.visible_to(me).order_by("-starts_on", "-pk"),
        field=field,
        initial={"fairness": Run.Fairness.FLOOR, "sides": Run.Sides.SUGGESTED, "minimum": 0, "load_step": 0},
    )
    if request.method == "POST" and form.is_valid():
        try:
            made = services.start(program=me.program, by=me, wish=form.wish(), now=now)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            return redirect("matching:run-progress", me.program.slug, made.pk)
    weights = dict(Criterion.Weight.choices)
    criteria = [(criterion, weights.get(criterion.weight, "")) for criterion in Criterion.objects.visible_to(me).for_list()]
    # What was settled of oneself is not for oneself to read.
    seen = set(Lock.objects.visible_to(me).values_list("pk", flat=True))
    locks, resting = ([lock for lock in found if lock.pk in seen] for found in (field.locks, field.resting))
    context = {"form": form, "field": field, "criteria": criteria, "locks": locks, "resting": resting}
    return render(request, "matching/runs/start.html", context)


@staff_only
@require_safe
def progress(request: MemberRequest, run: int) -> HttpResponse:
    """How far it is, and why it ended where it came to no end. Leads on once it is done."""
    shown = run_of(request, run)
    job = shown.job()
    if shown.kept_at is not None:
        done = reverse("matching:run", args=[shown.program.slug, shown.pk])
        # The part of the page that asks again by itself leaves with the whole page.
        return HttpResponseClientRedirect(done) if "HX-Request" in request.headers else redirect(done)
    return render(request, "matching/runs/progress.html", {"run": shown, "job": job, "left": _time_left(job, timezone.now())})


@staff_only
@require_POST
def stop(request: MemberRequest, run: int) -> HttpResponse:
    shown = run_of(request, run)
    job = shown.job()
    if job is not None:
        jobs.request_stop(job, now=timezone.now())
    return redirect("matching:run-progress", shown.program.slug, shown.pk)


@staff_only
@require_POST
@once
def repeat(request: MemberRequest, run: int) -> HttpResponse:
    shown = run_of(request, run)
    try:
        again = services.repeat(run=shown, by=request.membership, now=timezone.now())
    except Refused as refused:
        say_no(request, refused)
        return redirect("matching:run-check", shown.program.slug, shown.pk)
    return redirect("matching:run-progress", shown.program.slug, again.pk)


@staff_only
def check(request: MemberRequest, run: int) -> HttpResponse:
    """What is proved, and by what. With POST it is proved once more, from what the run kept."""
    shown = run_of(request, run)
    if elsewhere := unless_remembered(shown):
        return elsewhere
    context: dict[str, Any] = {"run": shown, "weakest": weakest_of(shown), "mean": mean_of(shown), "of_run": shown.repeats}
    if request.method == "POST":
        context |= {"was_checked": True, "faults": services.check(shown)}
    if shown.repeats is not None and shown.repeats.kept_at is not None:
        context["is_the_same"] = shown.repeats.fingerprint == shown.fingerprint
    return render(request, "matching/runs/check.html", context)


# --- one run ---


@staff_only
@require_safe
def run(request: MemberRequest, run: int) -> HttpResponse:
    """Every pair of it, with what speaks for it and against, and the next best."""
    shown = run_of(request, run)
    if elsewhere := unless_kept(shown):
        return elsewhere
    me, release = request.membership, _open_or_failed(shown.release_job())
    if "HX-Request" in request.headers and (release is None or not release.is_open):
        # The part of the page that asks again by itself leaves with the whole page, on which all has changed.
        return HttpResponseClientRedirect(request.get_full_path())
    proposals = Proposal.objects.visible_to(me).filter(run=shown)
    ordered = in_order(proposals.for_list(), request.GET.get("sort", ""), ORDERS, "score")
    filtered = ProposalFilter(request.GET, queryset=ordered)
    page = page_of(request, filtered.qs)
    for proposal in page.items:
        proposal.run = shown
    words = words_of(shown)(shown, people_of(page.items))
    counts = proposals.aggregate(
        all=Count("pk"),
        drafts=Count("pk", filter=Q(state__in=Proposal.DRAFTS)),
        asked=Count("pk", filter=Q(state=Proposal.State.RELEASED)),
        dropped=Count("pk", filter=Q(state=Proposal.State.DROPPED)),
        by_hand=Count("pk", filter=Q(by_hand=True)),
        lowest=Min("score", filter=STANDING),
        average=Avg("score", filter=STANDING),
    )
    # What the run itself found holds until somebody changes or drops a pair. Where nothing but rules counts there is no score.
    is_changed = bool(shown.maximum and (counts["by_hand"] or counts["dropped"]))
    lowest = counts["lowest"] if is_changed else None
    context = {
        "run": shown,
        "page": page,
        "filter": filtered,
        "rows": [row_of(words.explained(proposal), shown, me, lowest) for proposal in page.items],
        "counts": counts,
        "alone": Unmatched.objects.visible_to(me).filter(run=shown).count(),
        "weakest": weakest_of(shown) if lowest is None else of_hundred(lowest, shown.maximum),
        "mean": mean_of(shown) if lowest is None else of_hundred(round(counts["average"]), shown.maximum),
        "release": release,
        "orders": _orders(request),
    }
    return render(request, "matching/runs/run.html", context)


@staff_only
@require_safe
def nobody(request: MemberRequest, run: int) -> HttpResponse:
    """Who has no match, why, and what would help."""
    shown = run_of(request, run)
    if elsewhere := unless_kept(shown):
        return elsewhere
    alone = Unmatched.objects.visible_to(request.membership).filter(run=shown)
    page, everybody = page_of(request, alone.for_list()), list(alone.order_by("pk"))
    words = words_of(shown)(shown, [one.membership_id for one in everybody])
    is_known = shown.forgotten_at is None
    rows = [{"unmatched": one, "sentences": words.why_nobody(one) if is_known else []} for one in page.items]
    helps = words.what_would_help(everybody) if is_known else []
    return render(request, "matching/runs/nobody.html", {"run": shown, "page": page, "rows": rows, "helps": helps})


@staff_only
@require_safe
def compare(request: MemberRequest, run: int) -> HttpResponse:
    """This run beside another one, which came before it unless somebody chooses: what it does to all, and who would meet somebody else."""
    shown = run_of(request, run)
    if elsewhere := unless_kept(shown):
        return elsewhere
    me = request.membership
    others = list(Run.objects.visible_to(me).finished().without_arrays().exclude(pk=shown.pk).order_by("-number")[:LATEST])
    asked = request.GET.get("with", "")
    other = next((one for one in others if str(one.number) == asked), next((one for one in others if one.number < shown.number), None))
    if other is None and others:
        other = others[0]
    context: dict[str, Any] = {"run": shown, "other": other, "others": others}
    if other is not None:
        other.program = shown.program
        found = compared(other, shown, me)
        page = page_of(request, found.changes)
        people = {key for change in page.items for key in (change.mentee, change.before, change.after) if key}
        called = {one.pk: one.user.full_name for one in Membership.objects.visible_to(me).filter(pk__in=people).with_people()}
        questions = _questions(request) if other.forgotten_at is None and shown.forgotten_at is None else []
        question = _question(request, questions)
        context |= {
            "compared": found,
            "page": page,
            "lines": _lines(other, shown, question),
            "is_changed": Proposal.objects.visible_to(me).filter(run__in=[other, shown]).changed_since_the_run().exists(),
            "changes": [(called[one.mentee], called.get(one.before or 0), called.get(one.after or 0)) for one in page.items],
            "questions": questions,
            "question": question,
        }
    return render(request, "matching/runs/compare.html", context)


@staff_only
def unlocked(request: MemberRequest, run: int) -> HttpResponse:
    """What a fresh start would give the people of this run: the best for all of them if nobody were locked. With POST it is reckoned."""
    shown = run_of(request, run)
    if elsewhere := unless_remembered(shown):
        return elsewhere
    here = reverse("matching:run-unlocked", args=[shown.program.slug, shown.pk])
    job, found = anew.job_of(shown, request.GET.get("job", "")), None
    if request.method == "POST":
        made = anew.exact_of(run=shown, asked=anew.asked_of(shown), by=request.membership, now=timezone.now())
        if isinstance(made, Job):
            return redirect(f"{here}?job={made.pk}")
        found = made
    elif job is not None and job.state == Job.State.DONE and job.input == anew.asked_of(shown):
        found = Exact.of(job.result)
    said = change_in_words(as_found(*services.result_of(shown)), found, shown.maximum) if found else []
    context = {"run": shown, "locked": shown.statistics.get("locked", 0), "said": said, "job": None if found else job}
    return render(request, "matching/runs/unlocked.html", context)


@staff_only
@require_safe
@recently_signed_in
def export(request: MemberRequest, run: int) -> HttpResponseBase:
    """All pairs of it, as a file."""
    shown = run_of(request, run)
    if elsewhere := unless_kept(shown):
        return elsewhere
    audit.record(verb="run.exported", subject=shown, program_id=shown.program_id, actor_id=request.user.pk, now=timezone.now())
    proposals = Proposal.objects.visible_to(request.membership).filter(run=shown).for_list().order_by("pk")
    return csv_response(f"{shown.program.slug}-run-{shown.number}.csv", files.header_of_pairs(shown), files.pairs(shown, proposals))


@staff_only
@require_safe
@recently_signed_in
def nobody_export(request: MemberRequest, run: int) -> HttpResponseBase:
    """Who has no match, and why, as a file."""
    shown = run_of(request, run)
    if elsewhere := unless_kept(shown):
        return elsewhere
    audit.record(verb="run.nobody_exported", subject=shown, program_id=shown.program_id, actor_id=request.user.pk, now=timezone.now())
    alone = Unmatched.objects.visible_to(request.membership).filter(run=shown).for_list()
    name = f"{shown.program.slug}-run-{shown.number}-without-a-match.csv"
    return csv_response(name, [_("Who"), _("Waits since"), _("Why")], files.alone(shown, alone))


@staff_only
@require_safe
def fairness(request: MemberRequest, run: int) -> HttpResponse:
    """How groups fare, by what people say of themselves. It is a report: nothing is weighed by it."""
    shown = run_of(request, run)
    if elsewhere := unless_remembered(shown):
        return elsewhere
    questions = _questions(request)
    question = _question(request, questions) or next(iter(questions), None)
    report = groups.report_of(shown, question) if question else None
    context = {"run": shown, "questions": questions, "question": question, "report": report}
    return render(request, "matching/runs/groups.html", context)


@staff_only
@require_POST
@once
def release(request: MemberRequest, run: int) -> HttpResponse:
    """Ask the people of one pair, of those that are ticked, or of all."""
    shown = run_of(request, run)
    here = redirect("matching:run", shown.program.slug, shown.pk)
    chosen = None if "all" in request.POST else [int(key) for key in request.POST.getlist("pair") if key.isdecimal() and len(key) < 16]
    if chosen == []:
        messages.warning(request, _("Tick the pairs whose people should be asked."))
        return here
    try:
        settled = services.release(run=shown, by=request.membership, proposals=chosen, now=timezone.now())
    except Refused as refused:
        say_no(request, refused)
        return here
    _say_what_came_of(request, settled)
    return here


@staff_only
@require_POST
def release_stop(request: MemberRequest, run: int) -> HttpResponse:
    shown = run_of(request, run)
    job = shown.release_job()
    if job is not None:
        jobs.request_stop(job, now=timezone.now())
    return redirect("matching:run", shown.program.slug, shown.pk)


# --- parts ---


def _questions(request: MemberRequest) -> list[ProfileQuestion]:
    """Those of which somebody chooses one answer: they make groups."""
    return list(ProfileQuestion.objects.visible_to(request.membership).in_use().filter(kind=ProfileQuestion.Kind.ONE))


def _question(request: MemberRequest, questions: list[ProfileQuestion]) -> ProfileQuestion | None:
    key = request.GET.get("question", "")
    return next((one for one in questions if str(one.pk) == key), None)


@dataclass(frozen=True)
class Line:
    """One figure of two runs. `better`: whether it is; None where it is the same, or nobody can say."""

    words: str
    before: int | None
    after: int | None
    more_is_better: bool = True

    @property
    def change(self) -> int | None:
        return None if self.before is None or self.after is None else self.after - self.before

    @property
    def better(self) -> bool | None:
        return (self.change > 0) == self.more_is_better if self.change else None


def _lines(before: Run, after: Run, question: ProfileQuestion | None) -> list[Line]:
    lines = [
        Line(_("Weakest match"), weakest_of(before), weakest_of(after)),
        Line(_("All matches, on average"), mean_of(before), mean_of(after)),
        Line(_("People with a match"), before.matched, after.matched),
        Line(_("People without a match"), before.without_match, after.without_match, more_is_better=False),
    ]
    if question is not None:
        ratios = [groups.report_of(one, question).ratio_of_hundred for one in (before, after)]
        lines.append(Line(_("Matched in the group with the fewest, of 100 in the group with the most"), ratios[0], ratios[1]))
    return lines


def _orders(request: MemberRequest) -> list[dict[str, Any]]:
    """The orders that one can choose, as tabs which keep what else the address says."""
    asked = request.GET.get("sort", "score")
    words = {"score": _("Weakest first"), "-score": _("Strongest first"), "waiting": _("Waited longest"), "name": _("By name")}
    address = request.GET.copy()
    address.pop("page", None)
    tabs = []
    for name, text in words.items():
        address["sort"] = name
        tabs.append({"text": text, "href": f"?{address.urlencode()}#pairs", "current": asked == name})
    return tabs


def _open_or_failed(job: Job | None) -> Job | None:
    return job if job is not None and (job.is_open or job.state in (Job.State.FAILED, Job.State.STOPPED)) else None


def _time_left(job: Job | None, now: datetime) -> str:
    if job is None or not job.is_open or job.taken_up_at is None or job.done < ENOUGH_TO_SAY or not job.total:
        return ""
    rest = (now - job.taken_up_at) * (job.total - job.done) / job.done
    if rest < timedelta(minutes=1):
        seconds = max(5, round(rest.total_seconds() / 5) * 5)
        return ngettext("About %(number)d second left.", "About %(number)d seconds left.", seconds) % {"number": seconds}
    minutes = round(rest.total_seconds() / 60)
    return ngettext("About %(number)d minute left.", "About %(number)d minutes left.", minutes) % {"number": minutes}


def _say_what_came_of(request: MemberRequest, keys: list[int]) -> None:
    """Of a few pairs: who is asked, and who is left out and why, by name."""
    asked = 0
    for proposal in Proposal.objects.visible_to(request.membership).filter(pk__in=keys).for_list():
        names = {"one": proposal.mentee.user.full_name, "other": proposal.mentor.user.full_name}
        if proposal.left_out:
            messages.warning(request, _("%(one)s and %(other)s are left out. %(why)s") % {**names, "why": proposal.get_left_out_display()})
        else:
            asked += proposal.state == Proposal.State.RELEASED
    if asked:
        messages.success(
            request,
            ngettext(
                "The two people of %(number)d pair are asked by mail. It starts when both say yes.",
                "The people of %(number)d pairs are asked by mail. A pairing starts when both say yes.",
                asked,
            )
            % {"number": asked},
        )
