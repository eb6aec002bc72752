from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect

from mentoring.kernel.audit import services as audit
from mentoring.kernel.errors import Refused
from mentoring.kernel.jobs import services as jobs
from mentoring.kernel.jobs.models import Job
from mentoring.kernel.lists.pages import page_of
from mentoring.kernel.once.access import once
from programs.memberships.access import MemberRequest, staff_only
from programs.memberships.models import Cohort
from programs.profiles.models import ProfileQuestion
from programs.roster import services
from programs.roster.columns import NAME
from programs.roster.forms import ColumnsForm, ConfirmForm, UploadForm
from programs.roster.mistakes import column_name, said
from programs.roster.models import Sheet, SheetRow
from programs.roster.writer import response_like

Outcome = SheetRow.Outcome
TABS = {
    Outcome.MISTAKE: gettext_lazy("With a mistake"),
    Outcome.NEW: gettext_lazy("To be invited"),
    Outcome.INVITED: gettext_lazy("Invited"),
    Outcome.ASKED: gettext_lazy("Invited before"),
    Outcome.MEMBER: gettext_lazy("In the program"),
    Outcome.LEFT: gettext_lazy("Have left"),
    Outcome.WITHDRAWN: gettext_lazy("Taken back"),
}
# How the steps are counted for a person.
NUMBERS = {"progress": 1, "columns": 2, "preview": 3, "result": 4}
LATEST = 10
ROWS_AT_ONCE = 500


@staff_only
@once
def upload(request: MemberRequest) -> HttpResponse:
    """The first step: a file. Below it the latest ones."""
    program = request.membership.program
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        sheet = services.upload(program=program, by=request.membership, file=file.file, file_name=file.name, now=timezone.now())
        return redirect("programs:import-progress", program.slug, sheet.pk)
    latest = list(Sheet.objects.visible_to(request.membership).for_list()[:LATEST])
    jobs_of_these = Job.objects.visible_to_program(program.pk).in_bulk([sheet.job_id for sheet in latest if sheet.job_id])
    sheets = [{"sheet": sheet, "job": jobs_of_these.get(sheet.job_id or 0)} for sheet in latest]
    return render(request, "programs/roster/upload.html", {"form": form, "sheets": sheets})


@staff_only
@once
def columns(request: MemberRequest, sheet: int) -> HttpResponse:
    """The second step: what each column holds."""
    uploaded = _sheet(request, sheet)
    if elsewhere := _elsewhere(uploaded, uploaded.job(), "columns", "preview"):
        return elsewhere
    questions = list(ProfileQuestion.objects.visible_to(request.membership).in_use())
    read_as = services.samples_of(uploaded)
    form = ColumnsForm(
        request.POST or None,
        read_as=read_as,
        questions=questions,
        chosen=services.proposal_for(sheet=uploaded, read_as=read_as, questions=questions),
        cohorts=Cohort.objects.visible_to(request.membership).order_by("-starts_on", "-pk"),
        initial={"cohort": uploaded.cohort_id, "unknown": "empty" if uploaded.leaves_unknown_out else "mistake"},
    )
    if request.method == "POST" and form.is_valid():
        try:
            services.choose_columns(
                sheet=uploaded,
                by=request.membership,
                chosen=form.cleaned_data["chosen"],
                cohort=form.cleaned_data["cohort"],
                leaves_unknown_out=form.cleaned_data["unknown"] == "empty",
                now=timezone.now(),
            )
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            return redirect(_address("progress", uploaded))
    return render(request, "programs/roster/columns.html", {"form": form, "sheet": uploaded})


@staff_only
@require_safe
def preview(request: MemberRequest, sheet: int) -> HttpResponse:
    """The third step: what will happen to each row."""
    uploaded = _sheet(request, sheet)
    if elsewhere := _elsewhere(uploaded, uploaded.job(), "preview"):
        return elsewhere
    counts = uploaded.counts()
    return _preview(request, uploaded, counts, ConfirmForm(mistakes=counts[Outcome.MISTAKE]))


@staff_only
@require_POST
@once
def confirm(request: MemberRequest, sheet: int) -> HttpResponse:
    """Begin, or go on where it was stopped."""
    uploaded = _sheet(request, sheet)
    counts = uploaded.counts()
    form = ConfirmForm(request.POST, mistakes=counts[Outcome.MISTAKE])
    if uploaded.due_step not in ("preview", "result"):
        return redirect(_address("columns", uploaded))
    if uploaded.confirmed_at is not None or form.is_valid():
        try:
            services.confirm(sheet=uploaded, by=request.membership, leaves_mistakes_out=True, now=timezone.now())
        except Refused as refused:
            messages.error(request, str(refused))
            return redirect(_address("preview", uploaded))
        return redirect(_address("progress", uploaded))
    return _preview(request, uploaded, counts, form)


@staff_only
@require_safe
def progress(request: MemberRequest, sheet: int) -> HttpResponse:
    """How far the work on it is, and why it ended where it did not come to its end. Leads on once it is done."""
    uploaded = _sheet(request, sheet)
    job = uploaded.job()
    due = uploaded.due_step if job is None or job.state == Job.State.DONE else "progress"
    if "HX-Request" in request.headers and not (job and job.is_open):
        # The part of the page that asks again by itself leaves with the whole page.
        return HttpResponseClientRedirect(_address(due, uploaded))
    if due != "progress":
        return redirect(_address(due, uploaded))
    return render(request, "programs/roster/progress.html", {"sheet": uploaded, "job": job, "step": NUMBERS[uploaded.due_step]})


@staff_only
@require_POST
def stop(request: MemberRequest, sheet: int) -> HttpResponse:
    uploaded = _sheet(request, sheet)
    job = uploaded.job()
    if job is not None:
        jobs.request_stop(job, now=timezone.now())
    return redirect(_address("progress", uploaded))


@staff_only
@require_safe
def result(request: MemberRequest, sheet: int) -> HttpResponse:
    """What came of it."""
    uploaded = _sheet(request, sheet)
    job = uploaded.job()
    if elsewhere := _elsewhere(uploaded, job, "result"):
        return elsewhere
    counts = uploaded.counts()
    context = {
        "sheet": uploaded,
        "job": job,
        "left": counts[Outcome.NEW],
        "mistakes": counts[Outcome.MISTAKE],
        "invited": counts[Outcome.INVITED],
    }
    return render(request, "programs/roster/result.html", context | _listed(request, uploaded, counts))


@staff_only
@require_safe
def rejected(request: MemberRequest, sheet: int) -> StreamingHttpResponse:
    """The rows with a mistake as a file: as they came, and why. It can be corrected and imported."""
    uploaded = _sheet(request, sheet)
    now = timezone.now()
    program = request.membership.program
    audit.record(verb="sheet.rejected_exported", subject=uploaded, program_id=program.pk, actor_id=request.user.pk, now=now)
    names = [column_name(uploaded.header, at) for at in range(len(uploaded.header))]
    header = [_("Line"), _("Reason"), _("What to do"), *names]
    return response_like(uploaded, f"{program.slug}-not-imported", header, _rejected_rows(uploaded))


def _sheet(request: MemberRequest, sheet: int) -> Sheet:
    return get_object_or_404(Sheet.objects.visible_to(request.membership).select_related("program", "cohort"), pk=sheet)


def _elsewhere(sheet: Sheet, job: Job | None, *steps: str) -> HttpResponse | None:
    """To where the sheet is, when it is at none of these steps, or a worker is at it."""
    due = "progress" if job is not None and job.is_open else sheet.due_step
    return None if due in steps else redirect(_address(due, sheet))


def _address(step: str, sheet: Sheet) -> str:
    return reverse(f"programs:import-{step}", args=[sheet.program.slug, sheet.pk])


def _preview(request: MemberRequest, sheet: Sheet, counts: dict[str, int], form: ConfirmForm) -> HttpResponse:
    context = {
        "sheet": sheet,
        "form": form,
        "to_invite": counts[Outcome.NEW],
        "mistakes": counts[Outcome.MISTAKE],
        "unknown": [(column_name(sheet.header, int(at)), values) for at, values in sheet.unknown.items()],
    }
    return render(request, "programs/roster/preview.html", context | _listed(request, sheet, counts))


def _listed(request: MemberRequest, sheet: Sheet, counts: dict[str, int]) -> dict[str, Any]:
    """A page of the rows, those of one outcome where the address says so, and the tabs to choose it."""
    asked = request.GET.get("outcome", "")
    asked = asked if counts.get(asked) else ""
    rows = SheetRow.objects.visible_to(request.membership).filter(sheet=sheet).in_order()
    page = page_of(request, rows.filter(outcome=asked) if asked else rows)
    address = _address(sheet.due_step, sheet)
    tabs = [{"text": _("Every row"), "href": f"{address}#rows", "current": not asked, "count": sum(counts.values())}]
    for outcome, words in TABS.items():
        if counts[outcome]:
            loud = outcome == Outcome.MISTAKE
            tab = {
                "text": words,
                "href": f"{address}?outcome={outcome}#rows",
                "current": asked == outcome,
                "count": counts[outcome],
                "loud": loud,
            }
            tabs.append(tab)
    shown = [{"row": row, "name": _called(row, sheet), "mistakes": [said(one, sheet.header) for one in row.mistakes]} for row in page.items]
    return {"page": page, "rows": shown, "tabs": tabs}


def _called(row: SheetRow, sheet: Sheet) -> str:
    """The name on the row, and where it is part of a mistake what stands in its place."""
    at = next((int(at) for at, target in sheet.columns.items() if target == NAME), len(row.cells))
    return row.name or (row.cells[at] if at < len(row.cells) else "")


def _rejected_rows(sheet: Sheet) -> Iterator[list[object]]:
    for row in sheet.rows.filter(outcome=Outcome.MISTAKE).in_order().iterator(chunk_size=ROWS_AT_ONCE):
        words = [said(one, sheet.header) for one in row.mistakes]
        reasons = " ".join(f"{one.field}: {one.reason}" for one in words)
        advice = " ".join(dict.fromkeys(one.advice for one in words))
        yield [row.line, reasons, advice, *row.cells]
