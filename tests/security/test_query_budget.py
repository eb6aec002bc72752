"""No page asks the database more often because there is more to show: every route that can be read, with few rows and with many."""

from collections import Counter
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
import time_machine
from django.db import connection, models, transaction
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from checkins.agendas.models import AgendaItem
from checkins.care.models import Task
from checkins.decisions.models import Decision
from checkins.imbalance.finding import TASK_OF
from checkins.imbalance.models import Pattern, Signal
from checkins.plans.models import Question
from checkins.reviews.queries import OnPairPage as ReviewShown
from checkins.sessions.models import Session
from guidelines.agreements.models import Agreement
from guidelines.courses.models import CourseVersion
from matching.hand_overs.queries import Shown as HandOverShown
from matching.joint.models import Round
from matching.pairings.models import Pairing
from matching.runs.models import Run
from mentoring.kernel.jobs.models import Job
from mentoring.kernel.outbox import services as outbox
from programs.memberships.models import Membership
from programs.people.models import User
from programs.profiles.models import ProfileAnswer, ProfileQuestion
from programs.readiness.models import Requirement
from programs.roster.models import Sheet, SheetRow
from tests.factories.checkins import (
    AbsenceFactory,
    ActionItemFactory,
    AgendaItemFactory,
    AnswerFactory,
    BaselineFactory,
    CallNoteFactory,
    CaseTaskFactory,
    CheckInFactory,
    ConcernAboutFactory,
    ConcernEntryFactory,
    ConcernFactory,
    DecisionFactory,
    GoalFactory,
    MessageFactory,
    NoteFactory,
    NotReachedFactory,
    PatternFactory,
    QuestionFactory,
    QuietReviewFactory,
    ReviewFactory,
    SessionAccountFactory,
    SessionFactory,
    SessionOptionFactory,
    SignalFactory,
    TaskFactory,
    plan_of,
    question_of,
)
from tests.factories.guidelines import (
    AcknowledgementFactory,
    CourseFactory,
    CourseVersionFactory,
    EditionFactory,
    EnrolmentFactory,
    GuidelineVersionFactory,
    LiveHourFactory,
    StepFactory,
)
from tests.factories.matching import (
    CriterionFactory,
    ExclusionFactory,
    FactFactory,
    HandOverNoteFactory,
    JointAnswerFactory,
    LockFactory,
    PairingFactory,
    PartnerWishFactory,
    PauseFactory,
    ProposalFactory,
    RoundFactory,
    RunFactory,
    UnmatchedFactory,
)
from tests.factories.programs import (
    CohortFactory,
    HolidayFactory,
    InvitationFactory,
    MembershipFactory,
    ProfileFactory,
    ProfileQuestionFactory,
    ProgramFactory,
    UserFactory,
)
from tests.factories.roster import SheetFactory, SheetRowFactory
from tests.security.access_matrix import ROUTES
from tests.security.cells import address_of
from tests.security.world import World, build_world
from tests.times import NOON

BUDGET = 25
# More than one page of any list.
FEW, MANY = range(1, 3), range(3, 60)


ROLES = ("half", "coordinator", "admin")


@pytest.mark.django_db
@time_machine.travel(NOON, tick=False)
def test_query_budget() -> None:
    """Where there are few, some of the queries are for what is learned once a process: with many there may be fewer, never more."""
    world = _world_with_a_little_of_everything()
    browsers = {role: world.browser_of(role) for role in ROLES}
    pages = dict(_pages(world))
    # Who runs the program in either way is shown one page.
    visits = [
        (name, role)
        for name in pages
        for role in ROLES
        if role in ROUTES[name].who and (role != "admin" or "coordinator" not in ROUTES[name].who)
    ]
    few = {(name, role): _visit(browsers[role], pages[name]) for name, role in visits}
    _grow(world, MANY)
    with connection.cursor() as cursor:
        # A database that has run for a while knows how many rows there are; one that was just filled plans for none.
        cursor.execute("ANALYZE")
    many = {(name, role): _visit(browsers[role], pages[name]) for name, role in visits}

    wrong = [
        f"{name} as {role}, {pages[name]}: {before.told}, with many rows {after.told}\n{_difference(before, after)}"
        for (name, role), before in few.items()
        for after in [many[name, role]]
        if before.status != after.status
        or after.status >= 500
        or len(before.statements) < len(after.statements)
        or len(after.statements) > BUDGET
    ]
    for role in ("half", "coordinator"):
        assert sum(visit.status == 200 for (_, who), visit in many.items() if who == role) > 10, f"{role} saw hardly any page."
    assert not wrong, "\n\n".join(wrong)


@pytest.mark.parametrize(("weeks", "told"), [(3, "hand_over"), (16, "review")])
@pytest.mark.django_db
@time_machine.travel(NOON, tick=False)
def test_the_page_of_two_keeps_to_the_budget_where_everything_waits_that_can_wait_at_once(
    weeks: int, told: str, as_member: Callable[[Membership], Client]
) -> None:
    """In the first weeks a note of each for the other stands on it, later it may be time to look back."""
    pairing = PairingFactory(active=True, activated_at=NOON - timedelta(weeks=weeks))
    me, other = pairing.halves
    for construct in (Question.Construct.VOICE, Question.Construct.BOUNDARIES, Question.Construct.WORDS):
        question_of(plan_of(pairing.program), construct)
    _in_step([_live(pairing, [0])])
    Round.objects.filter(pairing=pairing, kind="review").delete()
    AgendaItem.objects.filter(pairing=pairing, author=me).delete()
    for half in (me, other):
        HandOverNoteFactory(membership=half, pairing=PairingFactory(closed=True, first=half, program=pairing.program), shown_in=pairing)
    TaskFactory(pairing=pairing, about=me, kind=Task.Kind.PLEASE_CALL)
    BaselineFactory(program=pairing.program)
    page = reverse("checkins:pairing", args=[pairing.program.slug, pairing.pk])
    browser = as_member(me)
    waits = browser.get(page).context

    visit = _visit(browser, page)

    assert waits[told] not in (HandOverShown(), ReviewShown())
    assert all(waits[name] for name in ("check_in", "last", "airtime", "absences", "call", "notes", "balance"))
    assert len(visit.statements) <= BUDGET, visit.told + "\n" + "\n".join(map(_shape, visit.statements))


# --- visits ---


@dataclass(frozen=True)
class Visit:
    status: int
    statements: list[str]

    @property
    def told(self) -> str:
        return f"{len(self.statements)} queries (answer {self.status})"


class _UndoneVisit(Exception):
    """Takes back what a visit wrote, so that every page meets the same world."""


def _pages(world: World) -> Iterator[tuple[str, str]]:
    for name, route in ROUTES.items():
        if "get" in route.methods:
            yield name, address_of(world, name, "own")


def _visit(browser: Client, address: str) -> Visit:
    try:
        with transaction.atomic(), CaptureQueriesContext(connection) as queries:
            response = browser.get(address)
            _read_to_the_end(response)
            raise _UndoneVisit
    except _UndoneVisit:
        return Visit(response.status_code, [query["sql"] for query in queries.captured_queries])


def _read_to_the_end(response: HttpResponse) -> None:
    """A file asks for its rows while it is sent."""
    if response.streaming:
        list(response)


def _difference(before: Visit, after: Visit) -> str:
    """The statements that were asked more often with many rows; where there are none, all of them."""
    more = Counter(_shape(one) for one in after.statements) - Counter(_shape(one) for one in before.statements)
    return "\n".join(f"  {number} x {shape}" for shape, number in (more or Counter(map(_shape, after.statements))).items())


def _shape(statement: str) -> str:
    """A statement by what it reads and from where: its values differ from row to row."""
    head, _, rest = statement.partition(" FROM ")
    return f"{head[:60]} … FROM {rest[:100]}" if rest else head[:100]


# --- the world, small and large ---


def _world_with_a_little_of_everything() -> World:
    world = build_world()
    program = world.people["half"].program
    for word in ("import-preview", "import-progress", "import-result", "import-rejected"):
        sheet = SheetFactory(program=program, columns={"0": "name", "1": "email"}, checked_at=NOON)
        if word != "import-preview":
            ended = {} if word == "import-progress" else {"state": Job.State.DONE, "ended_at": NOON}
            sheet.job_id = Job.objects.create(program_id=program.pk, kind="import-people", queued_at=NOON, **ended).pk
            sheet.confirmed_at = NOON
            sheet.save()
        world.own[f"programs:{word}.sheet"] = sheet.pk  # type: ignore[index]
    job = Job.objects.create(program_id=program.pk, kind="match-run", queued_at=NOON)
    world.own["matching:run-progress.run"] = RunFactory(program=program, waiting=True, job_id=job.pk).pk  # type: ignore[index]
    for construct in (Question.Construct.VOICE, Question.Construct.BOUNDARIES, Question.Construct.WORDS):
        question_of(plan_of(program), construct)
    for person in Membership.objects.filter(program=program, is_participant=True, left_at=None, profile=None):
        ProfileFactory(membership=person)
    _grow(world, FEW)
    return world


def _grow(world: World, numbers: range) -> None:
    """One more of everything for each of the numbers; of the pair itself, of its program, and of what its people have elsewhere."""
    half, coordinator = world.people["half"], world.people["coordinator"]
    program = half.program
    pairing = half.pairings_as_first.get(pk=world.own["pairing"])
    cohorts = _write(CohortFactory.build(program=program) for _ in numbers)

    def newcomers(**what: object) -> list[Membership]:
        return _members(zip(_write(UserFactory.build_batch(len(numbers))), cohorts, strict=True), program=program, **what)

    firsts, seconds, waiting = newcomers(ready=True), newcomers(ready=True), newcomers()
    newcomers(coordinator=True)
    newcomers(admin=True)
    participants = [*firsts, *seconds, *waiting]
    _write(Requirement(membership=one, key=key, opened_at=NOON) for one in participants for key in ("profile", "guidelines"))
    profiles = _write(ProfileFactory.build(membership=one, both=True) for one in participants)
    question = ProfileQuestion.objects.filter(program=program).first()
    _write(ProfileAnswer(profile=profile, question=question, value="As it comes") for profile in profiles)
    _grow_lists(world, numbers, participants)
    _grow_run(Run.objects.get(pk=world.own["run"]), numbers, coordinator, firsts, seconds, waiting)

    def pairs(one: list[Membership], other: list[Membership], **how: object) -> list:
        shared = {"program": program, "proposed_by": coordinator, **how}
        return _write(PairingFactory.build(first=a, second=b, **shared) for a, b in zip(one, other, strict=True))

    mine = [half] * len(numbers)
    active = [*pairs(firsts, seconds, active=True), *pairs(mine, firsts, active=True)]
    pairs(mine, seconds, proposed=True)
    ended = pairs(mine, waiting, closed=True)
    pairs(firsts, waiting, accepted=True)
    _write(PartnerWishFactory.build(pairing=pair, membership=pair.second) for pair in ended)
    _in_step(_live(pair, [0]) for pair in active)
    _in_step([_live(pairing, numbers)])
    told = {"concern_id": world.own["concern"]}
    _write(ConcernEntryFactory.build(concern=None, author=half, kind="added", **told) for _ in numbers)
    _write(CaseTaskFactory.build(concern=None, owner=coordinator, **told) for _ in numbers)


def _grow_lists(world: World, numbers: range, participants: list[Membership]) -> None:
    coordinator = world.people["coordinator"]
    program = coordinator.program
    elsewhere = _write(ProgramFactory.build(created_by=coordinator.user) for _ in numbers)
    for who in ("half", "coordinator", "admin"):
        _write(MembershipFactory.build(program=other, user=world.people[who].user) for other in elsewhere)
    _write(InvitationFactory.build(program=program, invited_by=coordinator.user) for _ in numbers)
    _write(HolidayFactory.build(program=program, first_day=NOON.date() - timedelta(days=100 + n)) for n in numbers)
    asked = _write(ProfileQuestionFactory.build(program=program, kind="one", choices=["1", "2"]) for _ in numbers)
    _write(CriterionFactory.build(program=program, question=question, rule=True) for question in asked)
    kept = {"program": program, "by": coordinator}
    _write(ExclusionFactory.build(one=one, other=other, **kept) for one, other in pairwise(participants))
    plan = plan_of(program)
    _write(QuestionFactory.build(plan=plan, in_turn=True, retired_at=retired_at) for _ in numbers for retired_at in (None, NOON))
    duties = [
        outbox.Duty(kind="checkin-due", subject_id=at, recipient=one.user, program_id=program.pk) for at, one in enumerate(participants)
    ]
    outbox.owe_many(duties, now=NOON)
    versions = _write(GuidelineVersionFactory.build(program=program, written_by=coordinator, number=1 + n) for n in numbers)
    _write(AcknowledgementFactory.build(version=versions[-1], membership=one) for one in participants)
    _grow_courses(world, numbers, participants)
    mistake = {"outcome": SheetRow.Outcome.MISTAKE, "mistakes": [{"code": "no_address", "column": 1, "value": ""}]}
    outcomes: list[dict[str, object]] = [{"outcome": SheetRow.Outcome.NEW}, {"outcome": SheetRow.Outcome.INVITED}, mistake]
    rows = [
        SheetRowFactory.build(sheet=sheet, line=3 * n + at, email=f"row{n}-{at}@example.org", **what)
        for sheet in Sheet.objects.filter(program=program)
        for n in numbers
        for at, what in enumerate(outcomes)
    ]
    _write(rows)


def _grow_courses(world: World, numbers: range, participants: list[Membership]) -> None:
    """More of them, and more people in the one that is there."""
    coordinator = world.people["coordinator"]
    shared = {"program": coordinator.program}
    for how in ({}, {"retired_at": NOON}):
        courses = _write(CourseFactory.build(**shared, **how) for _ in numbers)
        _write(CourseVersionFactory.build(course=course, written_by=coordinator) for course in courses)
    known = CourseVersion.objects.filter(course=world.own["course"]).in_force().get()
    people = [*participants, *(membership for membership in [world.people["half"]] for _ in numbers)]
    taken = {"course": known.course, "version": known, "finished_at": NOON, "taken": None}
    enrolments = _write(EnrolmentFactory.build(membership=one, **taken) for one in people)
    for screen in known.read_modules[0].screens:
        _write(StepFactory.build(enrolment=enrolment, screen=screen.key, picked=0, tries=2) for enrolment in enrolments)
    hours = {"course": known.course, "recorded_by": coordinator}
    _write(LiveHourFactory.build(membership=one, **hours) for one in participants)


def _grow_run(
    run: Run, numbers: range, by: Membership, mentees: list[Membership], mentors: list[Membership], rest: list[Membership]
) -> None:
    program, twos = run.program, list(zip(mentees, mentors, strict=True))
    _write(RunFactory.build(program=program, number=10000 + n, started_by=by, job_id=10000 + n) for n in numbers)
    _write(
        ProposalFactory.build(
            run=run, mentee=one, mentor=other, alternatives=[[rest[0].pk, 1, 1, True]], parts=[["c0", 30, 50, False, 1500]]
        )
        for one, other in twos
    )
    _write(UnmatchedFactory.build(run=run, membership=one) for one in rest)
    _write(LockFactory.build(program=program, mentee=one, mentor=other, by=by) for one, other in twos)


Rows = list[Any]


def _in_step(lives: Iterable[Generator[Rows, Rows, None]]) -> None:
    """What all of them write at a time, in one statement."""
    waiting = [(life, next(life)) for life in lives]
    while waiting:
        written = [row for _, rows in waiting for row in rows]
        for kind in dict.fromkeys(map(type, written)):
            _write(row for row in written if type(row) is kind)
        waiting = [(life, more) for life, rows in waiting for more in [_next(life, rows)] if more is not None]


def _next(life: Generator[Rows, Rows, None], written: Rows) -> Rows | None:
    try:
        return life.send(written)
    except StopIteration:
        return None


def _live(pairing: Pairing, numbers: Iterable[int]) -> Generator[Rows, Rows, None]:
    """What two people do in the course of time: topics, meetings, check-ins with their answers, and what becomes of these.

    What it yields is written before it goes on.
    """
    first, second = pairing.halves
    plan = plan_of(pairing.program)
    # All that were ever asked are answered by the two who do much: by each of many pairs it would be tens of thousands of answers.
    questions = list(plan.questions.all())[: None if len(list(numbers)) > 1 else 5]
    topics = yield [AgendaItemFactory.build(pairing=pairing, author=author) for _ in numbers for author in (first, second)]
    done = yield [AgendaItemFactory.build(pairing=pairing, author=second, discussed=True) for _ in numbers]
    sessions = yield [SessionFactory.build(pairing=pairing, logged_by=first, starts_at=NOON - timedelta(days=1 + n)) for n in numbers]
    yield [SessionAccountFactory.build(session=session, author=half) for session in sessions for half in (first, second)]
    yield [NotReachedFactory.build(session=session, topic=topic, said_by=second) for session, topic in zip(sessions, done, strict=True)]
    missed = yield [SessionFactory.build(pairing=pairing, missed=True, starts_at=NOON - timedelta(days=1 + n, hours=5)) for n in numbers]
    yield [AbsenceFactory.build(session=session, author=second) for session in missed]
    planned = yield [SessionFactory.build(pairing=pairing, planned=True, starts_at=NOON + timedelta(days=3 + n)) for n in numbers]
    yield [SessionOptionFactory.build(session=session, starts_at=NOON + timedelta(days=99), proposed_by=second) for session in planned]
    for half in (first, second):
        yield [DecisionFactory.build(pairing=pairing, proposed_by=half, began_with_id=_first_decision(pairing)) for _ in numbers]
        yield [DecisionFactory.build(pairing=pairing, proposed_by=half, standing=True, look_again_on=NOON.date()) for _ in numbers]
        yield [GoalFactory.build(pairing=pairing, written_by=half, reached=True) for _ in numbers]
        yield [NoteFactory.build(pairing=pairing, author=half, **how) for _ in numbers for how in ({}, {"only_mine": True})]
    yield [ActionItemFactory.build(pairing=pairing, **how) for _ in numbers for how in ({}, {"asked": True}, {"done": True})]
    yield [MessageFactory.build(pairing=pairing, author=author) for _ in numbers for author in (first, second)]
    links = zip(sessions, done, strict=True)
    yield [Session.topics.through(session=session, agendaitem=topic) for session, topic in links]
    yield [FactFactory.build(pairing=pairing, by=topic.author, source_id=topic.pk) for topic in topics]
    yield [PauseFactory.build(pairing=pairing, gone_on_at=NOON) for _ in numbers]
    for kind in ("reset", "reset-afterwards"):
        rounds = yield [RoundFactory.build(pairing=pairing, kind=kind, source_id=n, opened_together=True) for n in numbers]
        said = {"ask": "Time", "offer": "Time", "how": "better"}
        yield [JointAnswerFactory.build(round=one, membership=half, content=said) for one in rounds for half in (first, second)]
    looks_back = yield [RoundFactory.build(pairing=pairing, kind="review", opened_together=True) for _ in numbers]
    yield [ReviewFactory.build(pairing=pairing, round=one) for one in looks_back]
    said = {"more": "Time", "less": "Haste", "say": "even"}
    yield [JointAnswerFactory.build(round=one, membership=half, content=said) for one in looks_back for half in (first, second)]
    for agreement in Agreement.objects.filter(pairing=pairing):
        yield [EditionFactory.build(agreement=agreement, pairing=pairing, number=2 + n) for n in numbers]
    shared = {"pairing": pairing, "plan": plan}
    for half in (first, second):
        rounds = [
            CheckInFactory.build(membership=half, closed=True, due_on=NOON.date() - timedelta(days=14 + n), **shared) for n in numbers
        ]
        rounds[::2] = [
            CheckInFactory.build(membership=half, closed=True, answered=True, due_on=one.due_on, **shared) for one in rounds[::2]
        ]
        answered = [one for one in (yield rounds) if one.answered_at]
        yield [AnswerFactory.build(check_in=one, question=question) for one in answered for question in questions]
    raised = yield [ConcernFactory.build(raised_by=first, program=first.program) for _ in numbers]
    yield [ConcernAboutFactory.build(concern=concern, membership=second) for concern in raised]
    if list(numbers) == [0]:
        yield [CheckInFactory.build(membership=half, **shared) for half in (first, second)]
        kinds = (Task.Kind.LOW_COMFORT, Task.Kind.BOUNDARY)
        yield [TaskFactory.build(pairing=pairing, about=first, kind=kind) for kind in kinds]
        yield [TaskFactory.build(pairing=pairing, about=second, unanswered=True)]
        for kind in (Signal.Kind.TOGETHER, Signal.Kind.GAP):
            task = (yield [TaskFactory.build(pairing=pairing, about=second, kind=TASK_OF.get(kind, Task.Kind.ONE_SIDED))])[0]
            yield [SignalFactory.build(pairing=pairing, about=second, kind=kind, task=task)]
        yield [QuietReviewFactory.build(pairing=pairing)]
        pattern = (yield [PatternFactory.build(about=second, program=second.program)])[0]
        yield [Pattern.pairings.through(pattern=pattern, pairing=pairing)]
    yield [TaskFactory.build(pairing=pairing, about=second, done=True) for _ in numbers]
    notes = yield [CallNoteFactory.build(pairing=pairing, about=first, author=pairing.proposed_by) for _ in numbers]
    yield [CallNoteFactory.build(pairing=pairing, author=pairing.proposed_by, corrects=note) for note in notes]


def _first_decision(pairing: Pairing) -> int | None:
    return Decision.objects.filter(pairing=pairing).order_by("pk").values_list("pk", flat=True).first()


def _members(people: Iterable[tuple[User, object]], **what: object) -> list[Membership]:
    return _write(MembershipFactory.build(user=user, cohort=cohort, **what) for user, cohort in people)


def _write(rows: Iterable[models.Model]) -> list:
    """In one statement, whatever they are."""
    rows = list(rows)
    return type(rows[0])._default_manager.bulk_create(rows) if rows else []
