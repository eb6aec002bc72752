from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from http import HTTPStatus

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_safe

from checkins.answers import policies, services
from checkins.answers.access import LinkRequest, by_link, exchanged
from checkins.answers.forms import AnswerQuestion
from checkins.answers.models import Answer, CheckIn
from checkins.care import services as care
from checkins.care.models import Task
from checkins.plans.models import Question
from matching.pairings.access import PairRequest, the_two_only
from mentoring.kernel.dates import written
from mentoring.kernel.errors import Refused
from mentoring.kernel.lists.pages import page_of
from programs.memberships.access import MemberRequest, members_only
from programs.memberships.models import Program

# More names than these say less than none.
MOST_NAMES = 4
CHECK_INS_A_PAGE = 10
Construct = Question.Construct
# Answers of at most this value are met with whom one can turn to.
HARD = {
    **dict.fromkeys((Construct.COMFORT, Construct.BOUNDARIES, Construct.RESPECT, Construct.STEERING_FELT), 2),
    **dict.fromkeys((Construct.REAL_YES, Construct.LOAD), 1),
}
# In the address, in place of the number of a question: the page of all that was said.
ALL = "all"


@dataclass(frozen=True)
class Line:
    """One question as it is put to this person, and what they have said to it. `answer` is empty for whoever came by a link."""

    number: int
    question: Question
    text: str
    is_answered: bool
    answer: Answer | None = None

    @property
    def label(self) -> str:
        """What was chosen; from this line's question, so that none is fetched again."""
        return self.question.label_of(self.answer.value) if self.answer else ""


@dataclass(frozen=True)
class Visit:
    """A check-in before whoever answers it: the person, signed in, or whoever came by the link of a mail.

    `give(question, answer, words beside it)` may raise `Refused`. `call`: what the person asked for and nobody has seen to yet.
    """

    check_in: CheckIn
    lines: Sequence[Line]
    readers: SafeString
    address: str
    leads_to: str
    is_by_link: bool
    give: Callable[[Question, int | str | None, str], object]
    ask_for_call: Callable[[], object]
    call: Task | None = None
    call_was_asked: bool = False

    @property
    def remindable_at(self) -> datetime | None:
        return services.tomorrow_for(self.check_in, timezone.now())


# --- signed in ---


@members_only
def check_in(request: MemberRequest, checkin: int) -> HttpResponse:
    """One question a step, each saved on its own; then what one has said, until it closes. It is its person's page alone."""
    me, now = request.membership, timezone.now()
    mine = get_object_or_404(CheckIn.objects.of(me).with_people(), pairing__program=me.program, pk=checkin)
    lines = _lines_of(request, mine)
    if not policies.may_answer(me, mine, now):
        return _not_open(request, mine, lines, now)
    visit = Visit(
        check_in=mine,
        lines=lines,
        readers=_readers(mine),
        address=reverse("checkins:checkin", args=[mine.pairing.program.slug, mine.pk]),
        leads_to=reverse("checkins:home", args=[mine.pairing.program.slug]),
        is_by_link=False,
        give=lambda question, answer, words: services.give(
            check_in=mine, by=me, answers={question: answer}, words={question: words}, now=timezone.now()
        ),
        ask_for_call=lambda: care.ask_for_call(pairing=mine.pairing, by=me, now=timezone.now()),
        call=Task.objects.calls_asked_by(me).filter(pairing=mine.pairing).open().first(),
    )
    if "take_call_back" in request.POST:
        return _take_call_back(request, visit)
    return _answered(request, visit)


@the_two_only
@require_safe
def my_answers(request: PairRequest) -> HttpResponse:
    """All that I was asked about this pairing and what I said, in the words of that day, the newest first."""
    me, now = request.membership, timezone.now()
    asked = CheckIn.objects.of(me).filter(pairing=request.pairing, opens_at__lte=now).asked().with_state(now, reader=me)
    page = page_of(request, asked.order_by("-opens_at", "-pk"), CHECK_INS_A_PAGE)
    answers = Answer.objects.visible_to(me).filter(check_in__in=[shown.pk for shown in page.items]).select_related("question")
    said: dict[int, list[Answer]] = {}
    for answer in answers.order_by("question__position", "question"):
        said.setdefault(answer.check_in_id, []).append(answer)
    name = request.other.user.short_name
    context = {
        "pairing": request.pairing,
        "other": request.other,
        "page": page,
        "shown": [
            (shown, _told(said.get(shown.pk, []), name), _readers_of_rule(shown.read_by), shown.is_open_at(now)) for shown in page.items
        ],
    }
    return render(request, "checkins/answers/my_answers.html", context)


# --- by the link of a mail ---


@sensitive_variables("token")
@require_safe
def answer_link(request: HttpRequest, token: str) -> HttpResponse:
    """The link of the mail. It leads to the page below, whose address is no key."""
    return exchanged(request, token)


@by_link
def check_in_by_link(request: LinkRequest) -> HttpResponse:
    """The same questions without signing in: blank each time, without a name, and nothing of what was said before."""
    asked = request.check_in
    visit = Visit(
        check_in=asked,
        lines=_blank_lines_of(asked),
        readers=format_html("{} <strong>{}</strong>", _readers_of_rule(asked.read_by), _("The other half of your pairing never does.")),
        address=reverse("checkins:answer-by-link", args=[asked.pk]),
        leads_to=f"{reverse('checkins:answer-by-link', args=[asked.pk])}?question={ALL}",
        is_by_link=True,
        give=lambda question, answer, words: services.give_by_link(
            check_in=asked, answers={question: answer}, words={question: words}, now=timezone.now()
        ),
        ask_for_call=lambda: care.ask_for_call(pairing=asked.pairing, by=asked.membership, now=timezone.now(), by_link=True),
    )
    return _answered(request, visit)


# --- one question a step ---


def _answered(request: HttpRequest, visit: Visit) -> HttpResponse:
    """The step that is asked for, and what comes of its buttons."""
    if "tomorrow" in request.POST:
        return _remind_tomorrow(request, visit)
    if request.POST.get("asked") and _line_of_form(request, visit.lines) is None:
        messages.warning(request, _("This question is no longer part of this check-in. What you sent just now was not saved."))
        return redirect(visit.address)
    if "call" in request.POST:
        return _asked_for_call(request, visit)
    line = _line_asked_for(request, visit.lines)
    if line is None:
        return _said(request, visit)
    form = _form(visit, line, request.POST or None)
    is_leaving = "leave" in request.POST
    if is_leaving and not any(request.POST.get(name) for name in ("answer", "words")):
        return redirect(visit.leads_to)
    if request.method == "POST" and ("withhold" in request.POST or form.is_valid()):
        answer, words = (None, "") if "withhold" in request.POST else form.told()
        try:
            visit.give(line.question, answer, words)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            return redirect(visit.leads_to if is_leaving else _next(visit, line))
    return _step(request, visit, line, form)


def _form(visit: Visit, line: Line, sent: Mapping[str, object] | None = None, typed: Mapping[str, object] | None = None) -> AnswerQuestion:
    return AnswerQuestion(
        sent,
        question=line.question,
        text=line.text,
        occasion=visit.check_in.occasion,
        readers=visit.readers,
        given=line.answer,
        initial=typed or {},
    )


def _step(request: HttpRequest, visit: Visit, line: Line, form: AnswerQuestion) -> HttpResponse:
    context = {"form": form, "visit": visit, "check_in": visit.check_in, "line": line, "number_of_questions": len(visit.lines)}
    return render(request, "checkins/answers/question.html", context)


def _line_asked_for(request: HttpRequest, lines: Sequence[Line]) -> Line | None:
    """The question that the form was about; else the one in the address, else the first without an answer; None when all have one."""
    number = request.GET.get("question", "")
    if number == ALL and request.method != "POST":
        return None
    asked = next((line for line in lines if str(line.number) == number), None)
    return _line_of_form(request, lines) or asked or next((line for line in lines if not line.is_answered), None)


def _line_of_form(request: HttpRequest, lines: Sequence[Line]) -> Line | None:
    """A form names its question, not the place where it stood: a program may have moved it in between."""
    return next((line for line in lines if str(line.question.pk) == request.POST.get("asked")), None)


def _next(visit: Visit, line: Line) -> str:
    # Who changes one answer at the end comes back to all of them.
    is_changing = all(other.is_answered for other in visit.lines)
    if is_changing or line.number == len(visit.lines):
        return visit.address
    return f"{visit.address}?question={line.number + 1}"


def _said(request: HttpRequest, visit: Visit) -> HttpResponse:
    context = {
        "visit": visit,
        "check_in": visit.check_in,
        "lines": visit.lines,
        "is_complete": all(line.is_answered for line in visit.lines),
        "offers_help": any(_is_hard(line) for line in visit.lines),
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


# --- other buttons ---


def _remind_tomorrow(request: HttpRequest, visit: Visit) -> HttpResponse:
    try:
        at = services.remind_tomorrow(check_in=visit.check_in, now=timezone.now())
    except Refused as refused:
        messages.warning(request, str(refused))
        return redirect(visit.address)
    when = {"day": written(timezone.localtime(at), "weekday_alone"), "time": written(timezone.localtime(at), "clock")}
    messages.success(request, _("We remind you tomorrow, %(day)s, from %(time)s.") % when)
    return redirect(visit.leads_to)


def _asked_for_call(request: HttpRequest, visit: Visit) -> HttpResponse:
    """The same step again, with what was typed in it: it was not sent to be saved."""
    visit.ask_for_call()
    line = _line_of_form(request, visit.lines)
    if line is None:
        messages.success(request, _("It is asked: somebody from your program calls you."))
        return redirect(f"{visit.address}?question={ALL}")
    form = _form(visit, line, typed={name: request.POST[name] for name in ("answer", "words") if name in request.POST})
    return _step(request, replace(visit, call_was_asked=True), line, form)


def _take_call_back(request: MemberRequest, visit: Visit) -> HttpResponse:
    try:
        care.take_back_call(pairing=visit.check_in.pairing, by=request.membership, now=timezone.now())
    except Refused as refused:
        messages.warning(request, str(refused))
    else:
        messages.success(request, _("Taken back. Nobody calls you about it."))
    line = _line_of_form(request, visit.lines)
    return redirect(f"{visit.address}?question={line.number if line else ALL}")


# --- what is shown ---


def _lines_of(request: MemberRequest, check_in: CheckIn) -> list[Line]:
    answers = {answer.question_id: answer for answer in Answer.objects.visible_to(request.membership).filter(check_in=check_in)}
    other = check_in.other_half.user.short_name
    return [
        Line(number, question, question.asked_about(other), question.pk in answers, answers.get(question.pk))
        for number, question in enumerate(check_in.questions_asked(), start=1)
    ]


def _blank_lines_of(check_in: CheckIn) -> list[Line]:
    """That something was answered, and not what: the answers are not even read."""
    answered = set(check_in.answers.values_list("question", flat=True))
    other = _("the other half of your pairing")
    return [
        Line(number, question, question.asked_about(other), question.pk in answered)
        for number, question in enumerate(check_in.questions_asked(), start=1)
    ]


def _told(answers: Iterable[Answer], name: str) -> list[Line]:
    lines = [Line(0, answer.question, answer.question.asked_about(name), True, answer) for answer in answers]
    return sorted(lines, key=lambda line: line.question.construct == Construct.WORDS)


def _is_hard(line: Line) -> bool:
    value = line.answer.value if line.answer else None
    return value is not None and value <= HARD.get(Construct(line.question.construct), 0)


def _readers(check_in: CheckIn) -> SafeString:
    """Who reads what is typed here, by the rule of the day on which it opened, and who never does."""
    names = [reader.user.short_name for reader in check_in.readers()[: MOST_NAMES + 1]]
    never = _("%(name)s never does.") % {"name": check_in.other_half.user.short_name}
    return format_html("{} <strong>{}</strong>", _who_reads(check_in.read_by, names), never)


def _who_reads(rule: str, names: list[str]) -> str:
    if not names:
        return _("only you, for now.")
    if len(names) > MOST_NAMES:
        return _readers_of_rule(rule)
    who = {"names": get_text_list(names, _("and"))}
    if rule == Program.AnswersReadBy.ADMINS:
        return _("you and the admins: %(names)s.") % who
    return _("you, and the coordinators and admins: %(names)s.") % who


def _readers_of_rule(rule: str) -> str:
    if rule == Program.AnswersReadBy.ADMINS:
        return _("you and the admins of your program.")
    return _("you, and the coordinators and admins of your program.")
