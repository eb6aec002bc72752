"""The life of a pair: topics, actions, meetings, decisions, goals and notes, messages, a program's plan, check-ins and answers, tasks."""

from datetime import datetime, timedelta
from typing import Any

import factory
from factory.django import DjangoModelFactory

from checkins.absences.models import Absence
from checkins.accounts.models import NotReached, SessionAccount
from checkins.actions.models import ActionItem
from checkins.agendas.models import AgendaItem
from checkins.answers.models import Answer, AnswerLink, CheckIn
from checkins.care.models import CallNote, Task
from checkins.cases.models import CaseDecision, CaseTask
from checkins.concerns.models import Concern, ConcernAbout, ConcernEntry, ConcernFile, ConcernMessage
from checkins.decisions.models import Decision
from checkins.digests.models import DigestTime
from checkins.goals.models import Goal
from checkins.imbalance import in_force, seen
from checkins.imbalance.detector import Finding, ProgramBaseline
from checkins.imbalance.explanation import Explanation, Ground, Part, Reading
from checkins.imbalance.finding import TASK_OF
from checkins.imbalance.models import Assessment, Baseline, OptOut, Pattern, QuietReview, Signal, SignalRule
from checkins.notes.models import Note
from checkins.plans.models import CheckInPlan, Question
from checkins.reviews.models import Review
from checkins.sessions.models import Series, Session, SessionOption
from checkins.threads.models import Message, ThreadRead
from mentoring.kernel.encryption.fields import SensitiveBytes
from programs.memberships.models import Program
from tests.factories.matching import PairingFactory, RoundFactory
from tests.factories.programs import MembershipFactory, ProgramFactory
from tests.times import NOON


class AgendaItemFactory(DjangoModelFactory):
    """Added yesterday by the first half, not talked about yet."""

    class Meta:
        model = AgendaItem

    class Params:
        discussed = factory.Trait(discussed_at=NOON)
        withdrawn = factory.Trait(withdrawn_at=NOON)
        carried_over = factory.Trait(raised_at=NOON - timedelta(days=10), carried_over_at=NOON - timedelta(days=5))

    pairing = factory.SubFactory(PairingFactory, active=True)
    author = factory.SelfAttribute("pairing.first")
    text = factory.Sequence(lambda number: f"Topic {number}")
    position = factory.Sequence(lambda number: number + 1)
    raised_at = NOON - timedelta(days=1)


class ActionItemFactory(DjangoModelFactory):
    """The first half wrote it down for themselves yesterday; not done yet."""

    class Meta:
        model = ActionItem

    class Params:
        # A request of the first half to the second, with no answer yet.
        asked = factory.Trait(owner=ActionItem.Owner.SECOND, first_took_on_at=None)
        of_both = factory.Trait(owner=ActionItem.Owner.BOTH, second_took_on_at=NOON)
        done = factory.Trait(done_at=NOON, done_by=factory.SelfAttribute("author"))
        declined = factory.Trait(declined_at=NOON, declined_by=factory.SelfAttribute("author"))
        removed = factory.Trait(removed_at=NOON)

    pairing = factory.SubFactory(PairingFactory, active=True)
    author = factory.SelfAttribute("pairing.first")
    text = factory.Sequence(lambda number: f"Action {number}")
    owner = ActionItem.Owner.FIRST
    added_at = NOON - timedelta(days=1)
    first_took_on_at = factory.SelfAttribute("added_at")


class SeriesFactory(DjangoModelFactory):
    """Agreed: every week, four times, from in ten days on, by the clock in London. Its sessions are made beside it."""

    class Meta:
        model = Series

    class Params:
        # No time was picked so far.
        suggested = factory.Trait(starts_at=None, zone="", rule="", minutes=None, place="")

    pairing = factory.SubFactory(PairingFactory, active=True)
    every = Series.Every.WEEK
    times = 4
    starts_at = NOON + timedelta(days=10)
    zone = "Europe/London"
    rule = "FREQ=WEEKLY;COUNT=4"
    minutes = 45
    place = Session.Place.IN_PERSON


class SessionFactory(DjangoModelFactory):
    """Three quarters of an hour, each factory's a day before the last one's, led by both and logged by the first half."""

    class Meta:
        model = Session

    class Params:
        proposed = factory.Trait(
            state=Session.State.PROPOSED, starts_at=None, proposed_by=factory.SelfAttribute("pairing.first"), logged_by=None, logged_at=None
        )
        planned = factory.Trait(
            state=Session.State.PLANNED,
            starts_at=NOON + timedelta(days=2),
            proposed_by=factory.SelfAttribute("pairing.first"),
            logged_by=None,
            logged_at=None,
        )
        cancelled = factory.Trait(
            state=Session.State.CANCELLED,
            closed_by=factory.SelfAttribute("pairing.first"),
            closed_at=NOON,
            logged_by=None,
            logged_at=None,
        )
        missed = factory.Trait(
            state=Session.State.MISSED,
            closed_by=factory.SelfAttribute("pairing.first"),
            closed_at=NOON,
            logged_by=None,
            logged_at=None,
        )

    pairing = factory.SubFactory(PairingFactory, active=True)
    state = Session.State.HELD
    starts_at = factory.Sequence(lambda number: NOON - timedelta(days=1 + number % 1000))
    minutes = 45
    logged_by = factory.SelfAttribute("pairing.first")
    logged_at = NOON


class SessionOptionFactory(DjangoModelFactory):
    """A time in three days or later, suggested by the first half for a meeting that has none yet."""

    class Meta:
        model = SessionOption

    session = factory.SubFactory(SessionFactory, proposed=True)
    starts_at = factory.LazyAttribute(lambda option: NOON + timedelta(days=2 + option.position))
    position = 1
    proposed_by = factory.SelfAttribute("session.pairing.first")
    proposed_at = NOON


class AbsenceFactory(DjangoModelFactory):
    """The first half says that the second could not come."""

    class Meta:
        model = Absence

    session = factory.SubFactory(SessionFactory, missed=True)
    author = factory.SelfAttribute("session.pairing.first")
    absent = Absence.Absent.SECOND
    said_at = NOON


class SessionAccountFactory(DjangoModelFactory):
    """The second half adds their own words to what the first one logged."""

    class Meta:
        model = SessionAccount

    session = factory.SubFactory(SessionFactory)
    author = factory.SelfAttribute("session.pairing.second")
    words = "As I remember it."
    written_at = NOON


class NotReachedFactory(DjangoModelFactory):
    """The second half says that a topic of the first, which was in the log, was not talked about."""

    class Meta:
        model = NotReached

    session = factory.SubFactory(SessionFactory)
    topic = factory.SubFactory(AgendaItemFactory, pairing=factory.SelfAttribute("..session.pairing"))
    text = factory.SelfAttribute("topic.text")
    said_by = factory.SelfAttribute("session.pairing.second")
    said_at = NOON


class DecisionFactory(DjangoModelFactory):
    """Proposed yesterday by the first half, waiting for the second. Where `proposed_by` is the second half, the first is asked."""

    class Meta:
        model = Decision

    class Params:
        # Both agreed when it was proposed.
        standing = factory.Trait(
            state=Decision.State.STANDS,
            first_agreed_at=factory.SelfAttribute("proposed_at"),
            second_agreed_at=factory.SelfAttribute("proposed_at"),
        )
        reopened = factory.Trait(
            standing=True, state=Decision.State.REOPENED, ended_by=factory.SelfAttribute("pairing.first"), ended_at=NOON
        )
        over = factory.Trait(standing=True, state=Decision.State.OVER, ended_by=factory.SelfAttribute("pairing.first"), ended_at=NOON)
        changed = factory.Trait(standing=True, state=Decision.State.CHANGED, ended_by=factory.SelfAttribute("pairing.first"), ended_at=NOON)
        withdrawn = factory.Trait(state=Decision.State.WITHDRAWN, ended_by=factory.SelfAttribute("proposed_by"), ended_at=NOON)
        not_agreed = factory.Trait(
            state=Decision.State.NOT_AGREED,
            ended_by=factory.LazyAttribute(lambda decision: decision.pairing.other_half(decision.proposed_by)),
            ended_at=NOON,
        )

    pairing = factory.SubFactory(PairingFactory, active=True)
    proposed_by = factory.SelfAttribute("pairing.first")
    text = factory.Sequence(lambda number: f"Decision {number}")
    proposed_at = NOON - timedelta(days=1)
    first_agreed_at = factory.LazyAttribute(lambda decision: agreed_by_proposing(decision, "first"))
    second_agreed_at = factory.LazyAttribute(lambda decision: agreed_by_proposing(decision, "second"))


class GoalFactory(DjangoModelFactory):
    """Of the first half, open since yesterday. Where `written_by` is the second half, it is theirs."""

    class Meta:
        model = Goal

    class Params:
        # Both wanted it when it was made, and say the same of what became of it.
        of_both = factory.Trait(
            whose=Goal.Whose.BOTH, first_agreed_at=factory.SelfAttribute("made_at"), second_agreed_at=factory.SelfAttribute("made_at")
        )
        # Of both, wanted by the first half, waiting for the second.
        proposed = factory.Trait(of_both=True, second_agreed_at=None, state=Goal.State.PROPOSED)
        reached = factory.Trait(state=Goal.State.REACHED, settled_at=NOON, first_says="reached", second_says="reached")
        let_go = factory.Trait(state=Goal.State.LET_GO, settled_at=NOON, first_says="let_go", second_says="let_go")

    pairing = factory.SubFactory(PairingFactory, active=True)
    written_by = factory.SelfAttribute("pairing.first")
    whose = factory.LazyAttribute(lambda goal: goal.pairing.side_of(goal.written_by))
    text = factory.Sequence(lambda number: f"Goal {number}")
    made_at = NOON - timedelta(days=1)


class NoteFactory(DjangoModelFactory):
    """Of the first half, written yesterday for both; each a moment after the last one."""

    class Meta:
        model = Note

    class Params:
        only_mine = factory.Trait(opened_at=None)
        removed = factory.Trait(removed_at=NOON)

    pairing = factory.SubFactory(PairingFactory, active=True)
    author = factory.SelfAttribute("pairing.first")
    text = factory.Sequence(lambda number: f"Note {number}")
    written_at = factory.Sequence(lambda number: NOON - timedelta(days=1) + timedelta(milliseconds=number))
    opened_at = factory.SelfAttribute("written_at")
    saved_by = factory.SelfAttribute("author")
    saved_at = factory.SelfAttribute("written_at")


class MessageFactory(DjangoModelFactory):
    """From the first half, an hour ago; each a moment after the last one's."""

    class Meta:
        model = Message

    class Params:
        removed = factory.Trait(text="", removed_at=NOON, kept="A slip")

    pairing = factory.SubFactory(PairingFactory, active=True)
    author = factory.SelfAttribute("pairing.first")
    text = factory.Sequence(lambda number: f"Message {number}")
    sent_at = factory.Sequence(lambda number: NOON - timedelta(hours=1) + timedelta(milliseconds=number))


class ThreadReadFactory(DjangoModelFactory):
    """The second half has read nothing yet, and a mail told them so."""

    class Meta:
        model = ThreadRead

    pairing = factory.SubFactory(PairingFactory, active=True)
    membership = factory.SelfAttribute("pairing.second")
    told_at = NOON


class CheckInPlanFactory(DjangoModelFactory):
    """Every two weeks, at nine in the morning, open for ten days."""

    class Meta:
        model = CheckInPlan

    program = factory.SubFactory(ProgramFactory)
    in_force_since = NOON - timedelta(days=400)


class QuestionFactory(DjangoModelFactory):
    """Five steps about comfort."""

    class Meta:
        model = Question

    class Params:
        voice = factory.Trait(construct=Question.Construct.VOICE, text="Is what you want included?")
        boundaries = factory.Trait(
            construct=Question.Construct.BOUNDARIES, text="Are your limits kept?", choices=[[5, "Yes"], [3, "Mostly"], [1, "No"]]
        )
        going_on = factory.Trait(
            construct=Question.Construct.GOING_ON, text="How to go on?", choices=[[5, "As we are"], [3, "Change"], [1, "Stop"]]
        )
        # One of those that a short check-in asks in turn, of the program's own.
        in_turn = factory.Trait(construct=Question.Construct.OWN, asked_in=Question.AskedIn.IN_TURN)
        of_meetings = factory.Trait(construct=Question.Construct.MEETING, asked_in=Question.AskedIn.MEETING, text="Was there room?")
        at_the_end = factory.Trait(construct=Question.Construct.OWN, asked_in=Question.AskedIn.END, text="How was it?")
        own_words = factory.Trait(construct=Question.Construct.WORDS, kind=Question.Kind.TEXT, text="Anything to add?", choices=[])
        retired = factory.Trait(retired_at=NOON)

    plan = factory.SubFactory(CheckInPlanFactory)
    construct = Question.Construct.COMFORT
    text = "How much at ease do you feel with {name}?"
    choices = factory.LazyFunction(lambda: [[5, "Fully"], [4, "Mostly"], [3, "It depends"], [2, "Often uneasy"], [1, "Not at all"]])
    position = factory.Sequence(lambda number: number)
    asked_since = NOON - timedelta(days=400)


class CheckInFactory(DjangoModelFactory):
    """Open since this morning, for the first half of an active pairing; nothing answered."""

    class Meta:
        model = CheckIn

    class Params:
        closed = factory.Trait(
            due_on=(NOON - timedelta(days=14)).date(),
            opens_at=NOON - timedelta(days=14),
            closes_at=NOON - timedelta(days=4),
            closed_at=NOON - timedelta(days=4),
        )
        answered = factory.Trait(answered_at=factory.SelfAttribute("opens_at"))
        long = factory.Trait(occasion=CheckIn.Occasion.LONG)
        after_first_meeting = factory.Trait(occasion=CheckIn.Occasion.FIT, number=None)
        of_meeting = factory.Trait(occasion=CheckIn.Occasion.MEETING, number=None)
        closing = factory.Trait(occasion=CheckIn.Occasion.CLOSING, number=None, pairing=factory.SubFactory(PairingFactory, closed=True))

    pairing = factory.SubFactory(PairingFactory, active=True)
    membership = factory.SelfAttribute("pairing.first")
    plan = factory.LazyAttribute(lambda check_in: plan_of(check_in.pairing.program))
    due_on = NOON.date()
    number = 1
    opens_at = NOON - timedelta(hours=3)
    closes_at = NOON + timedelta(days=10)
    read_by = Program.AnswersReadBy.COORDINATORS


class AnswerFactory(DjangoModelFactory):
    """The first half of a pairing feels mostly at ease."""

    class Meta:
        model = Answer

    check_in = factory.SubFactory(CheckInFactory, answered=True)
    question = factory.LazyAttribute(lambda answer: question_of(answer.check_in.plan))
    value = 4
    given_at = NOON


class AnswerLinkFactory(DjangoModelFactory):
    """What the token "the-token-of-a-mail" opens, until the check-in closes."""

    class Meta:
        model = AnswerLink

    class Params:
        token = "the-token-of-a-mail"

    check_in = factory.SubFactory(CheckInFactory)
    token_hash = factory.LazyAttribute(lambda link: AnswerLink.hash_of(link.token))
    expires_at = factory.SelfAttribute("check_in.closes_at")


class TaskFactory(DjangoModelFactory):
    """The first half of an active pairing gave the lowest answer about comfort."""

    class Meta:
        model = Task

    class Params:
        unanswered = factory.Trait(kind=Task.Kind.UNANSWERED, since_on=(NOON - timedelta(days=14)).date())
        for_admins = factory.Trait(read_by=Program.AnswersReadBy.ADMINS)
        put_off = factory.Trait(put_off_until=(NOON + timedelta(days=7)).date(), put_off_because=Task.Later.AWAY)
        done = factory.Trait(done_at=NOON)

    kind = Task.Kind.LOW_COMFORT
    pairing = factory.SubFactory(PairingFactory, active=True)
    about = factory.SelfAttribute("pairing.first")
    read_by = Program.AnswersReadBy.COORDINATORS
    seen_on = NOON.date()
    contact_first = Task.Half.SECOND
    raised_at = NOON
    due_at = NOON + timedelta(days=2)


LAST_WEEK = (NOON - timedelta(days=7)).date()
SEEN = Explanation(
    finding=Finding(week=11, side=0, kind="together", evidence=7.0, since=7),
    grounds=(
        Ground("acts", 3.4, since=Part(6, 41, True), before=Part(40, 84, True), usual=(0.31, 0.65)),
        Ground("answers", 1.2, since=Part(14, 32, True), before=Part(96, 128, True), usual=(0.52, 0.94)),
    ),
    answered=2,
    asked=3,
    is_one_sided=False,
    once_in=111,
    readings=(Reading.ABSENCES,),
    weeks_to_clear=6,
)


class BaselineFactory(DjangoModelFactory):
    """In force since a month ago, learned from fifty pairings."""

    class Meta:
        model = Baseline

    class Params:
        offered = factory.Trait(in_force_at=None)
        set_aside = factory.Trait(in_force_at=None, set_aside_at=NOON)

    program = factory.SubFactory(ProgramFactory)
    number = factory.Sequence(lambda number: number + 1)
    values = factory.LazyAttribute(lambda baseline: in_force.values_of(ProgramBaseline(pairs_used=baseline.pairs_used)))
    pairs_used = 50
    until = LAST_WEEK
    offered_at = NOON - timedelta(days=30)
    in_force_at = NOON - timedelta(days=30)


class SignalRuleFactory(DjangoModelFactory):
    """A program that would rather have fewer false alarms."""

    class Meta:
        model = SignalRule

    program = factory.SubFactory(ProgramFactory)
    preset = SignalRule.Preset.CAREFUL


class OptOutFactory(DjangoModelFactory):
    """Since a week ago nothing is measured of the pairings of somebody who takes part."""

    class Meta:
        model = OptOut

    membership = factory.SubFactory(MembershipFactory)
    since = NOON - timedelta(days=7)


class AssessmentFactory(DjangoModelFactory):
    """An active pairing, looked at this morning, up to last week."""

    class Meta:
        model = Assessment

    pairing = factory.SubFactory(PairingFactory, active=True)
    week = LAST_WEEK
    assessed_at = NOON - timedelta(hours=6)


class SignalFactory(DjangoModelFactory):
    """The first half of an active pairing takes part less and says so, as last week showed; open, with its task. Provisional."""

    class Meta:
        model = Signal

    class Params:
        for_admins = factory.Trait(read_by=Program.AnswersReadBy.ADMINS)
        measured = factory.Trait(stated_rate=0.9)
        closed = factory.Trait(closed_at=NOON, verdict=Signal.Verdict.USEFUL, outcome=Signal.Outcome.TALKED)

    pairing = factory.SubFactory(PairingFactory, active=True)
    about = factory.SelfAttribute("pairing.first")
    kind = Signal.Kind.TOGETHER
    week = LAST_WEEK
    since = LAST_WEEK - timedelta(weeks=4)
    seen = seen.to_text(SEEN)
    evidence = 7.0
    read_by = Program.AnswersReadBy.COORDINATORS
    found_at = NOON
    task = factory.SubFactory(
        TaskFactory,
        pairing=factory.SelfAttribute("..pairing"),
        about=factory.SelfAttribute("..about"),
        read_by=factory.SelfAttribute("..read_by"),
        kind=factory.LazyAttribute(lambda task: TASK_OF.get(task.factory_parent.kind, Task.Kind.ONE_SIDED)),
        since_on=factory.SelfAttribute("..since"),
        due_at=NOON + timedelta(days=5),
        done_at=factory.SelfAttribute("..closed_at"),
    )
    closed_at = None


class QuietReviewFactory(DjangoModelFactory):
    """An active pairing without a signal, drawn on the first of the month; nobody has looked yet."""

    class Meta:
        model = QuietReview

    pairing = factory.SubFactory(PairingFactory, active=True)
    month = NOON.date().replace(day=1)
    drawn_at = NOON.replace(day=1)


class PatternFactory(DjangoModelFactory):
    """The same in two pairings of one mentor, raised today."""

    class Meta:
        model = Pattern
        skip_postgeneration_save = True

    kind = Pattern.Kind.MENTOR
    about = factory.SubFactory(MembershipFactory)
    program = factory.SelfAttribute("about.program")
    raised_at = NOON
    due_at = NOON + timedelta(days=5)

    @factory.post_generation
    def pairings(self, create: bool, extracted: Any, **_: Any) -> None:
        if create:
            two = extracted or PairingFactory.create_batch(2, program=self.program, second=self.about, active=True)
            self.pairings.set(two)
            self.had_part.set([half for pairing in two for half in (pairing.first, pairing.second)])


class DigestTimeFactory(DjangoModelFactory):
    """Every working day at eight, by the clock of a coordinator."""

    class Meta:
        model = DigestTime

    membership = factory.SubFactory(MembershipFactory, coordinator=True)
    hour = 8
    next_at = NOON + timedelta(hours=20)


class CallNoteFactory(DjangoModelFactory):
    """A coordinator called the first half of an active pairing yesterday, and wrote it down at once."""

    class Meta:
        model = CallNote

    class Params:
        for_admins = factory.Trait(read_by=Program.AnswersReadBy.ADMINS)

    pairing = factory.SubFactory(PairingFactory, active=True)
    about = factory.SelfAttribute("pairing.first")
    author = factory.SelfAttribute("pairing.proposed_by")
    called_on = (NOON - timedelta(days=1)).date()
    text = factory.Sequence(lambda number: f"Note {number}")
    read_by = Program.AnswersReadBy.COORDINATORS
    written_at = NOON - timedelta(days=1)


def agreed_by_proposing(decision: Any, side: str) -> datetime | None:
    return decision.proposed_at if decision.pairing.side_of(decision.proposed_by) == side else None


def plan_of(program: Program) -> CheckInPlan:
    """A program has one plan, however many factories ask for it."""
    return CheckInPlan.objects.filter(program=program).first() or CheckInPlanFactory(program=program)


def question_of(plan: CheckInPlan, construct: str = Question.Construct.COMFORT) -> Question:
    traits = {"voice": "voice", "boundaries": "boundaries", "going_on": "going_on", "words": "own_words", "meeting": "of_meetings"}
    there = Question.objects.filter(plan=plan, construct=construct, retired_at=None).first()
    return there or QuestionFactory(plan=plan, **({traits[construct]: True} if construct in traits else {}))


class ReviewFactory(DjangoModelFactory):
    """Both have answered at noon; they have written nothing together yet."""

    class Meta:
        model = Review

    pairing = factory.SubFactory(PairingFactory, active=True)
    round = factory.SubFactory(RoundFactory, kind="review", opened_together=True, pairing=factory.SelfAttribute("..pairing"))


class ConcernFactory(DjangoModelFactory):
    """Raised yesterday, by name, to the coordinators and the admins; about nobody, and open."""

    class Meta:
        model = Concern

    class Params:
        closed = factory.Trait(closed_at=NOON, outcome=Concern.Outcome.AGREED)
        unnamed = factory.Trait(is_named=False)

    raised_by = factory.SubFactory("tests.factories.programs.MembershipFactory")
    program = factory.SelfAttribute("raised_by.program")
    is_named = True
    audience = Concern.Audience.COORDINATORS
    kind = Concern.Kind.BOUNDARY
    urgency = Concern.Urgency.SOON
    words = "It went too far last week."
    reach = Concern.Reach.HERE
    raised_at = NOON - timedelta(days=1)
    due_at = NOON


class ConcernAboutFactory(DjangoModelFactory):
    class Meta:
        model = ConcernAbout

    concern = factory.SubFactory(ConcernFactory)
    pairing = None
    first = factory.LazyAttribute(lambda about: about.pairing and about.pairing.first)
    second = factory.LazyAttribute(lambda about: about.pairing and about.pairing.second)


class ConcernEntryFactory(DjangoModelFactory):
    """A note of a reader."""

    class Meta:
        model = ConcernEntry

    concern = factory.SubFactory(ConcernFactory)
    kind = ConcernEntry.Kind.NOTED
    text = "Said on the telephone: it was twice."
    at = NOON


class ConcernFileFactory(DjangoModelFactory):
    class Meta:
        model = ConcernFile

    concern = factory.SubFactory(ConcernFactory)
    name = "what I kept.txt"
    content = SensitiveBytes(b"As it was.")
    ending = "txt"
    size = 10
    added_at = NOON


class ConcernMessageFactory(DjangoModelFactory):
    class Meta:
        model = ConcernMessage

    concern = factory.SubFactory(ConcernFactory)
    text = "See you."
    sent_at = NOON


class CaseTaskFactory(DjangoModelFactory):
    class Meta:
        model = CaseTask

    concern = factory.SubFactory(ConcernFactory)
    text = "Call on Monday"
    due_on = factory.LazyFunction(lambda: NOON.date())
    added_at = NOON


class CaseDecisionFactory(DjangoModelFactory):
    """Waits for a second person."""

    class Meta:
        model = CaseDecision

    concern = factory.SubFactory(ConcernFactory)
    kind = CaseDecision.Kind.PASS_ON
    text = "Tell the office, since it was twice."
    asked_at = NOON
