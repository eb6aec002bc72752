"""A small world for the access matrix: a program with a pair, a neighbour's pair, what has ended and staff; another program beside it.

What people wrote here holds a word that tells whose it is (`words`), so that a page which shows it to somebody else is noticed.
"""

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from django.test import Client

from guidelines.courses.models import CourseVersion
from matching.facts.models import Fact
from matching.pairings.models import Pairing
from matching.runs.models import Run
from mentoring.kernel.encryption.fields import SensitiveBytes
from mentoring.kernel.outbox import services as outbox
from mentoring.kernel.outbox.models import OutboxMessage
from programs.invitations.tokens import token_for
from programs.memberships.models import Membership, Program
from tests.conftest import signed_in
from tests.factories.checkins import (
    AbsenceFactory,
    ActionItemFactory,
    AgendaItemFactory,
    AnswerFactory,
    AnswerLinkFactory,
    BaselineFactory,
    CallNoteFactory,
    CaseDecisionFactory,
    CaseTaskFactory,
    CheckInFactory,
    ConcernAboutFactory,
    ConcernEntryFactory,
    ConcernFactory,
    ConcernFileFactory,
    ConcernMessageFactory,
    DecisionFactory,
    GoalFactory,
    MessageFactory,
    NoteFactory,
    NotReachedFactory,
    PatternFactory,
    QuestionFactory,
    QuietReviewFactory,
    ReviewFactory,
    SeriesFactory,
    SessionAccountFactory,
    SessionFactory,
    SessionOptionFactory,
    SignalFactory,
    TaskFactory,
    plan_of,
)
from tests.factories.guidelines import (
    AgreementFactory,
    CourseVersionFactory,
    EditionFactory,
    EnrolmentFactory,
    GuidelineVersionFactory,
    LiveHourFactory,
    PictureFactory,
    PrivacyTextFactory,
    ReflectionFactory,
    topic,
)
from tests.factories.matching import (
    CriterionFactory,
    EndingReasonFactory,
    ExclusionFactory,
    FactFactory,
    HandOverNoteFactory,
    JointAnswerFactory,
    LockFactory,
    PairingFactory,
    PartnerWishFactory,
    PauseFactory,
    RoundFactory,
    UnmatchedFactory,
    kept_run,
)
from tests.factories.programs import (
    CohortFactory,
    DataCopyFactory,
    HolidayFactory,
    InvitationFactory,
    MembershipFactory,
    ProfileFactory,
    ProfileQuestionFactory,
    ProgramFactory,
)
from tests.factories.roster import SheetFactory, SheetRowFactory
from tests.security.access_matrix import BOTH_HALVES, STAFF
from tests.security.routes import PARAMETER
from tests.times import NOON

MISSING = 987_654_321
TODAY = NOON.date()


@dataclass
class World:
    """`own` is of this program and its pair, `past` of a pair that the one who left was half of, `foreign` of the other program."""

    people: Mapping[str, Membership]
    own: Mapping[str, object]
    past: Mapping[str, object]
    foreign: Mapping[str, object]
    # Each word that somebody wrote, and the roles that may read it, on whichever page.
    words: Mapping[str, tuple[str, ...]]

    def browser_of(self, role: str) -> Client:
        browser = Client() if role == "anonymous" else signed_in(self.people[role])
        browser.raise_request_exception = False
        return browser

    def arguments_of(self, pattern: str, which: str, name: str) -> dict[str, object]:
        """What stands in a route's address. `which`: "own", "past", "foreign", or "missing"."""
        asked = {parameter["name"]: parameter["kind"] for parameter in PARAMETER.finditer(pattern)}
        # One word, two things: a question of the profile, and one of the check-in.
        known = {"past": self.past, "foreign": self.foreign}.get(which, self.own)
        arguments = {word: known.get(f"{name}.{word}", known[word]) for word in asked}
        if "program" in asked:
            arguments["program"] = self.own["program"]
        if which == "missing":
            missing = {word: uuid.UUID(int=MISSING) if kind == "uuid" else MISSING for word, kind in asked.items()}
            arguments |= {word: key for word, key in missing.items() if word not in ("program", "token")}
        return arguments


def build_world() -> World:
    # First, so that a page which takes the first of all rows takes one of these.
    foreign = _pairing_elsewhere()
    of_foreign = _things_of_program(foreign.proposed_by, "Elsewhere") | _things_of_pairing(
        foreign, "Elsewhere", minutes=444, due_on=date(2024, 2, 29)
    )
    of_foreign |= {"datacopy": DataCopyFactory(user=foreign.second.user, ready=True).pk}
    program = ProgramFactory(people_may_ask=True)
    half = MembershipFactory(program=program, ready=True)
    coordinator = MembershipFactory(program=program, coordinator=True)
    conflicted = MembershipFactory(program=program, is_coordinator=True, ready=True)
    former = MembershipFactory(program=program, left=True)
    pairing = PairingFactory(program=program, first=half, second=conflicted, proposed_by=coordinator, active=True)
    neighbours = PairingFactory(program=program, proposed_by=coordinator, active=True)
    past = PairingFactory(program=program, first=former, proposed_by=coordinator, closed=True)
    of_program = _things_of_program(coordinator)
    of_past = _things_of_pairing(past, "Bygone") | {"datacopy": DataCopyFactory(user=past.second.user, ready=True).pk}
    _things_of_pairing(neighbours, "Neighbourly")
    people = {
        "half": half,
        "conflicted": conflicted,
        "coordinator": coordinator,
        "admin": MembershipFactory(program=program, admin=True),
        "other": neighbours.first,
        "former": former,
        "stranger": foreign.first,
    }
    # In capitals what the first half answered: by the rule they were told, the admins read it, and nobody else.
    words = {
        "Elsewhere": ("stranger",),
        "ELSEWHERE": ("stranger",),
        # How long they met, how many topics the first half added, and when their check-in was due.
        "444 minutes": ("stranger",),
        "Elsewhere 1": ("stranger",),
        "29 February 2024": ("stranger",),
        "Ourselves": BOTH_HALVES,
        "OURSELVES": ("half", "admin"),
        "Neighbourly": ("other",),
        "NEIGHBOURLY": ("other", "admin"),
        "Bygone": (),
        "BYGONE": ("admin",),
        # What the first half said alone, of an ending that both prepare; and what they told the program.
        "Aloneelsewhere": ("stranger",),
        "Aloneourselves": ("half",),
        "Aloneneighbourly": ("other",),
        "Alonebygone": (),
        "Reasonelsewhere": (),
        "Reasonourselves": ("coordinator", "admin"),
        "Reasonneighbourly": STAFF,
        "Reasonbygone": STAFF,
        # What the first half wrote to themselves in a course, and what those who run the program recorded of them.
        "Thoughtelsewhere": ("stranger",),
        "Thoughtourselves": ("half",),
        "Thoughtneighbourly": ("other",),
        "Thoughtbygone": (),
        # A course that is being written.
        "Draftours": STAFF,
        "Draftelsewhere": (),
        # What somebody wrote down after a call.
        "Callelsewhere": (),
        "Callourselves": ("coordinator", "admin"),
        "Callneighbourly": STAFF,
        "Callbygone": STAFF,
        # What the first half wrote for themselves.
        "Onlymineelsewhere": ("stranger",),
        "Onlymineourselves": ("half",),
        "Onlymineneighbourly": ("other",),
        "Onlyminebygone": (),
        # What the first half wanted those who run the program to know, and whoever is in the pairing in which it was shown.
        "Handedelsewhere": ("stranger",),
        "Handedourselves": (*BOTH_HALVES, "coordinator", "admin"),
        "Handedneighbourly": ("other", *STAFF),
        "Handedbygone": STAFF,
        # What the first half told is wrong with the second, and what its readers wrote down; neither exists for the second.
        "Concernelsewhere": ("stranger",),
        "Concernourselves": ("half", "coordinator", "admin"),
        "Concernneighbourly": ("other", *STAFF),
        "Concernbygone": STAFF,
        "Caseelsewhere": (),
        "Caseourselves": ("coordinator", "admin"),
        "Caseneighbourly": STAFF,
        "Casebygone": STAFF,
        # Since when a coordinator who takes part too has no match: what a run says of oneself one does not read.
        "2 Feb 2024": ("coordinator", "admin"),
        # Since when they would like to meet somebody else: nobody learns it of a pairing of their own.
        "1 Feb 2024": ("coordinator", "admin"),
    }
    copy = DataCopyFactory(user=half.user, ready=True)
    just_logged = SessionFactory(pairing=pairing, starts_at=NOON - timedelta(days=100), talked_about="Ourselves")
    own = (
        of_program
        | _things_of_pairing(pairing, "Ourselves")
        | {"datacopy": copy.pk}
        | {"checkins:session-put-right.session": just_logged.pk}
    )
    UnmatchedFactory(run=Run.objects.get(pk=of_program["run"]), membership=conflicted, waiting_since=datetime(2024, 2, 2, tzinfo=UTC))
    ProfileFactory(membership=half, both=True)
    PartnerWishFactory(pairing=pairing, wished_at=datetime(2024, 2, 1, tzinfo=UTC))
    return World(people, own, of_program | of_past, of_foreign, words)


def _pairing_elsewhere() -> Pairing:
    people = {f"{who}__user__name": "Elsewhere Person" for who in ("first", "second", "proposed_by")}
    return PairingFactory(active=True, **people)


def _things_of_program(coordinator: Membership, mark: str = "Ours") -> dict[str, object]:
    program, plan = coordinator.program, plan_of(coordinator.program)
    course = CourseVersionFactory(course__program=program, written_by=coordinator, title=f"{mark} way", is_required=True).course
    picture = PictureFactory(course=course, name=f"{mark.lower()}.webp")
    course.versions.get().pictures.add(picture)
    CourseVersionFactory(course=course, written_by=coordinator, number=2, title=f"Draft{mark.lower()}", draft=True)
    GuidelineVersionFactory(program=program, written_by=coordinator, number=1, written=(topic(mark.lower(), title=mark),))
    # Of another program it is the newer one.
    PrivacyTextFactory(program=program, number=2 if mark == "Elsewhere" else 1, text=mark)
    asked = QuestionFactory(plan=plan, going_on=True, text=f"{mark} with {{name}}?")
    QuestionFactory(plan=plan, text=f"At ease, {mark}?")
    invitation = InvitationFactory(program=program, name=f"{mark} Guest")
    sheet = SheetFactory(program=program, file_name=f"{mark}.csv", checked_at=NOON, columns={"0": "name", "1": "email"})
    SheetRowFactory(sheet=sheet, line=1, cells=[f"{mark.upper()} Person", "person@example.org"])
    mentee, mentor = MembershipFactory(program=program), MembershipFactory(program=program)
    run = kept_run(program, [mentee], [mentor])
    lock = LockFactory(program=program, mentee=mentee, mentor=mentor, by=coordinator)
    return {
        "program": program.slug,
        "run": run.pk,
        "proposal": run.proposals.get().pk,
        "lock": lock.pk,
        "cohort": CohortFactory(program=program, name=f"{mark} intake").pk,
        "question": ProfileQuestionFactory(program=program, text=f"{mark}?").pk,
        "checkins:plan-question.question": asked.pk,
        "checkins:plan-question-move.question": asked.pk,
        "checkins:plan-question-retire.question": asked.pk,
        "checkins:plan-question-put-back.question": QuestionFactory(plan=plan, retired=True, text=f"{mark} once?").pk,
        "course": course.pk,
        "picture": picture.name,
        "module": 1,
        "screen": 4,
        "criterion": CriterionFactory(program=program, question__text=f"{mark} values?").pk,
        "matching:criterion-add.question": ProfileQuestionFactory(program=program, text=f"{mark} spoken?", kind="languages").pk,
        "exclusion": ExclusionFactory(program=program, by=coordinator, one__user__name=f"{mark} Apart").pk,
        "baseline": BaselineFactory(program=program, offered=True).pk,
        "holiday": HolidayFactory(program=program, name=f"{mark} break").pk,
        "invitation": invitation.pk,
        "token": token_for(invitation.pk),
        "sheet": sheet.pk,
        "topic": mark.lower(),
    }


def _things_of_pairing(pairing: Pairing, mark: str, minutes: int = 45, due_on: date = TODAY) -> dict[str, object]:
    on_agenda = AgendaItemFactory(pairing=pairing, text=mark, points=mark)
    FactFactory(pairing=pairing, source_id=on_agenda.pk)
    for session in range(3):
        FactFactory(pairing=pairing, kind=Fact.Kind.SESSION_LOGGED, source_id=1000 * pairing.pk + session)
    session = SessionFactory(pairing=pairing, talked_about=mark, next_time=mark, minutes=minutes, starts_at=NOON - timedelta(days=90))
    for half in pairing.halves:
        SessionAccountFactory(session=session, author=half, words=mark)
    NotReachedFactory(session=session, topic=on_agenda)
    planned = SessionFactory(pairing=pairing, planned=True, where=mark)
    series = SeriesFactory(pairing=pairing, where=mark, starts_at=NOON + timedelta(days=10, hours=5))
    SessionFactory(pairing=pairing, planned=True, where=mark, series=series, recurs_at=series.starts_at, starts_at=series.starts_at)
    over = SessionFactory(pairing=pairing, planned=True, starts_at=NOON - timedelta(days=3, hours=5), where=mark)
    missed = SessionFactory(pairing=pairing, missed=True, starts_at=NOON - timedelta(days=70))
    for half in pairing.halves:
        AbsenceFactory(session=missed, author=half)
    SessionFactory(pairing=pairing, cancelled=True, starts_at=NOON - timedelta(days=80), word=mark)
    SessionOptionFactory(session=SessionFactory(pairing=pairing, proposed=True, where=mark))
    check_in = CheckInFactory(pairing=pairing, answered=True, due_on=due_on, read_by=Program.AnswersReadBy.ADMINS)
    AnswerFactory(check_in=check_in, words=mark.upper())
    AnswerLinkFactory(check_in=check_in, token=mark)
    PauseFactory(pairing=pairing, paused_at=datetime.combine(due_on, time(12), UTC), gone_on_at=NOON)
    HandOverNoteFactory(pairing=pairing, text=f"Handed{mark.lower()}", for_coordinators=True, shown_in=pairing)
    EndingReasonFactory(pairing=pairing, words=f"Reason{mark.lower()}")
    ending = RoundFactory(pairing=pairing, kind="ending", closes_at=NOON + timedelta(days=14))
    JointAnswerFactory(round=ending, content={"good": f"Alone{mark.lower()}", "take_with_me": "", "to_you": ""})
    earlier = RoundFactory(pairing=pairing, kind="ending", opened_at=NOON - timedelta(days=60), opened_together=True)
    for half in pairing.halves:
        JointAnswerFactory(round=earlier, membership=half, content={"good": mark, "take_with_me": "", "to_you": ""})
    reset = RoundFactory(pairing=pairing, kind="reset", opened_together=True)
    for half in pairing.halves:
        JointAnswerFactory(round=reset, membership=half, content={"ask": mark, "offer": mark})
    review = ReviewFactory(pairing=pairing, text=mark, written_at=NOON)
    for half in pairing.halves:
        JointAnswerFactory(round=review.round, membership=half, content={"went_well": mark, "more": mark, "say": "mine"})
    looks_back = RoundFactory(pairing=pairing, kind="review", opened_at=NOON - timedelta(days=1))
    JointAnswerFactory(round=looks_back, content={"went_well": f"Alone{mark.lower()}"})
    learned = CourseVersion.objects.filter(course__program=pairing.program).in_force().get()
    finished = EnrolmentFactory(taken=learned, membership=pairing.first, finished=True, code=f"{mark}-certificate")
    reflection = learned.read_modules[0].screens[3]
    ReflectionFactory(enrolment=finished, screen=reflection.key, text=f"Thought{mark.lower()}")
    agreement = AgreementFactory(pairing=pairing, clauses={"rhythm": mark})
    EditionFactory(agreement=agreement, texts={"rhythm": mark})
    for half in pairing.halves:
        JointAnswerFactory(round=agreement.round, membership=half, content={"rhythm": mark, "feedback": mark})
    filled_in = RoundFactory(pairing=pairing, kind="agreement")
    JointAnswerFactory(round=filled_in, content={"rhythm": f"Alone{mark.lower()}"})
    return {
        "guidelines:certificate-check.token": finished.code,
        "livehour": LiveHourFactory(course=learned.course, membership=pairing.second, recorded_by=pairing.proposed_by).pk,
        "mail": _given_up_mail(pairing),
        "programs:mail-stop.token": outbox.unsubscribe_address(pairing.first.user_id, "check-ins").rstrip("/").rpartition("/")[2],
        "membership": pairing.first_id,
        "pairing": pairing.pk,
        "round": earlier.pk,
        "checkins:reset-take-back.round": reset.pk,
        "checkins:review-take-back.round": looks_back.pk,
        "guidelines:agreement-take-back.round": filled_in.pk,
        "clause": agreement.clauses.get(key="rhythm").pk,
        "review": review.pk,
        "agendaitem": on_agenda.pk,
        "checkins:agenda-open-again.agendaitem": AgendaItemFactory(pairing=pairing, text=mark, discussed=True).pk,
        "session": session.pk,
        "series": series.pk,
        **{
            f"checkins:session-{act}.session": planned.pk
            for act in ("suggest", "change", "lead-agree", "lead-decline", "cancel", "calendar")
        },
        **{f"checkins:session-{act}.session": over.pk for act in ("missed", "log-planned")},
        "checkins:session-missed-agree.session": missed.pk,
        "actionitem": ActionItemFactory(pairing=pairing, text=mark).pk,
        "message": MessageFactory(pairing=pairing, text=mark).pk,
        "checkin": check_in.pk,
        "checkins:answer-link.token": mark,
        "decision": DecisionFactory(pairing=pairing, text=mark, reason=mark).pk,
        "goal": GoalFactory(pairing=pairing, text=mark, why=mark).pk,
        "note": NoteFactory(pairing=pairing, text=mark).pk,
        "checkins:note-open.note": NoteFactory(pairing=pairing, text=f"Onlymine{mark.lower()}", only_mine=True).pk,
        "task": TaskFactory(pairing=pairing).pk,
        "signal": SignalFactory(pairing=pairing).pk,
        "quietreview": QuietReviewFactory(pairing=pairing).pk,
        "pattern": PatternFactory(about=pairing.second, program=pairing.program, pairings=[pairing]).pk,
        "callnote": CallNoteFactory(pairing=pairing, text=f"Call{mark.lower()}").pk,
        **_concern_of(pairing, mark),
    }


def _concern_of(pairing: Pairing, mark: str) -> dict[str, object]:
    """The first half tells of the second. It is of no pairing for who runs the program and is half of it."""
    told, written = f"Concern{mark.lower()}", f"Case{mark.lower()}"
    concern = ConcernFactory(raised_by=pairing.first, words=told, who_else=told, reach="call", telephone=told)
    ConcernAboutFactory(concern=concern, membership=pairing.second, pairing=pairing)
    by = pairing.proposed_by
    for kind in ("added", "reopened"):
        ConcernEntryFactory(concern=concern, kind=kind, author=pairing.first, text=told)
    ConcernEntryFactory(concern=concern, kind="answered", author=by, text=told)
    ConcernEntryFactory(concern=concern, author=by, text=written)
    ConcernMessageFactory(concern=concern, author=pairing.second, text=told)
    earlier = ConcernFactory(raised_by=pairing.first, words=told, closed=True)
    ConcernAboutFactory(concern=earlier, membership=pairing.second)
    return {
        "concern": concern.pk,
        "checkins:concern-reopen.concern": earlier.pk,
        "concernfile": ConcernFileFactory(concern=concern, name=told, content=SensitiveBytes(told.encode())).pk,
        "casetask": CaseTaskFactory(concern=concern, owner=by, text=written).pk,
        "casedecision": CaseDecisionFactory(concern=concern, asked_by=by, text=written).pk,
    }


def _given_up_mail(pairing: Pairing) -> int:
    outbox.owe(kind="checkin-due", subject_id=pairing.pk, recipient=pairing.first.user, program_id=pairing.program_id, now=NOON)
    mail = OutboxMessage.objects.latest("pk")
    OutboxMessage.objects.filter(pk=mail.pk).update(state=OutboxMessage.State.DEAD, ended_at=NOON, last_error="550 refused")
    return mail.pk


# A route whose address names a row, beside the program itself.
NAMES_A_ROW = re.compile(r"<(?!slug:program)(?!str:token)[^>]+>")
