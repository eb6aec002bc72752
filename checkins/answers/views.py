from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from checkins.answers import policies, services
from checkins.answers.forms import AnswerQuestion
from checkins.answers.models import Answer, CheckIn
from checkins.plans.models import Question
from mentoring.kernel.errors import Refused
from programs.memberships.access import MemberRequest, members_only
from programs.memberships.models import Program

# More names than these say less than none.
MOST_NAMES = 4
Construct = Question.Construct


@dataclass(frozen=True)
class Line:
    """One question as it is put to this person, and what they have said to it."""

    number: int
    question: Question
    text: str
    answer: Answer | None

    @property
    def label(self) -> str:
        """What was chosen; from this line's question, so that none is fetched again."""
        return self.question.label_of(self.answer.value) if self.answer else ""


@members_only
def check_in(request: MemberRequest, checkin: int) -> HttpResponse:
    """One question a step, each saved on its own; then what one has said, until it closes. It is its person's page alone."""
    mine = get_object_or_404(CheckIn.objects.of(request.membership).with_people(), pairing__program=request.membership.program, pk=checkin)
    now = timezone.now()
    lines = _lines(request, mine)
    if not policies.may_answer(request.membership, mine, now):
        return _not_open(request, mine, lines, now)
    line = _line_asked_for(request, lines)
    if line is None:
        return _said(request, mine, lines)
    form = AnswerQuestion(
        request.POST or None,
        question=line.question,
        other=mine.other_half.user.short_name,
        readers=_readers(mine),
        given=line.answer,
        is_after_first_meeting=mine.is_after_first_meeting,
    )
    is_leaving = "leave" in request.POST
    if request.method == "POST" and ("withhold" in request.POST or form.is_valid()):
        value, words = (None, "") if "withhold" in request.POST else form.told()
        try:
            services.give(
                check_in=mine, by=request.membership, answers={line.question: value}, words={line.question: words}, now=timezone.now()
            )
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            return redirect("checkins:home", mine.pairing.program.slug) if is_leaving else redirect(_next(mine, lines, line))
    elif is_leaving and not any(request.POST.get(name) for name in ("answer", "words")):
        return redirect("checkins:home", mine.pairing.program.slug)
    context = {"form": form, "check_in": mine, "line": line, "number_of_questions": len(lines)}
    return render(request, "checkins/answers/question.html", context)


def _lines(request: MemberRequest, check_in: CheckIn) -> list[Line]:
    answers = {answer.question_id: answer for answer in Answer.objects.visible_to(request.membership).filter(check_in=check_in)}
    other = check_in.other_half.user.short_name
    return [
        Line(number, question, question.asked_about(other), answers.get(question.pk))
        for number, question in enumerate(check_in.questions_asked(), start=1)
    ]


def _line_asked_for(request: MemberRequest, lines: Sequence[Line]) -> Line | None:
    """The question in the address, else the first without an answer; None when all have one."""
    number = request.GET.get("question", "")
    asked = next((line for line in lines if str(line.number) == number), None)
    return asked or next((line for line in lines if line.answer is None), None)


def _next(check_in: CheckIn, lines: Sequence[Line], line: Line) -> str:
    address = reverse("checkins:checkin", args=[check_in.pairing.program.slug, check_in.pk])
    # Who changes one answer at the end comes back to all of them.
    is_changing = all(other.answer is not None for other in lines)
    return address if is_changing or line.number == len(lines) else f"{address}?question={line.number + 1}"


def _said(request: MemberRequest, check_in: CheckIn, lines: list[Line]) -> HttpResponse:
    context = {
        "check_in": check_in,
        "lines": lines,
        "readers": _readers(check_in),
        "offers_help": any(_is_hard(line) for line in lines),
    }
    return render(request, "checkins/answers/said.html", context)


def _not_open(request: MemberRequest, check_in: CheckIn, lines: list[Line], now: datetime) -> HttpResponse:
    """A clear page, also for what was sent too late: nothing was changed."""
    context = {
        "check_in": check_in,
        "lines": [line for line in lines if line.answer is not None],
        "opens_later": check_in.called_off_at is None and now < check_in.opens_at,
        "was_sent": request.method == "POST",
    }
    status = HTTPStatus.CONFLICT if request.method == "POST" else HTTPStatus.OK
    return render(request, "checkins/answers/not_open.html", context, status=status)


def _is_hard(line: Line) -> bool:
    value = line.answer.value if line.answer else None
    return value is not None and value <= 2 and line.question.construct in (Construct.COMFORT, Construct.BOUNDARIES, Construct.RESPECT)


def _readers(check_in: CheckIn) -> SafeString:
    """Who reads what is typed here, by the rule of the day on which it opened, and who never does."""
    names = [reader.user.short_name for reader in check_in.readers()[: MOST_NAMES + 1]]
    never = _("%(name)s never does.") % {"name": check_in.other_half.user.short_name}
    return format_html("{} <strong>{}</strong>", _who_reads(check_in.read_by, names), never)


def _who_reads(rule: str, names: list[str]) -> str:
    if not names:
        return _("only you, for now.")
    who = {"names": get_text_list(names, _("and"))}
    if rule == Program.AnswersReadBy.ADMINS:
        return _("you and the admins of your program.") if len(names) > MOST_NAMES else _("you and the admins: %(names)s.") % who
    if len(names) > MOST_NAMES:
        return _("you, and the coordinators and admins of your program.")
    return _("you, and the coordinators and admins: %(names)s.") % who
