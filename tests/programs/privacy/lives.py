"""Somebody who has lived in the product for a while, with a word of theirs in everything that they alone wrote."""

from datetime import timedelta

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount

from mentoring.kernel.outbox import services as outbox
from mentoring.kernel.wishes.models import MailTimes, MailWish
from programs.memberships.models import Membership
from tests.factories.checkins import (
    AgendaItemFactory,
    AnswerFactory,
    AnswerLinkFactory,
    CallNoteFactory,
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
    OptOutFactory,
    SessionFactory,
    SignalFactory,
    TaskFactory,
    ThreadReadFactory,
)
from tests.factories.guidelines import (
    AcknowledgementFactory,
    AgreementFactory,
    EditionFactory,
    EnrolmentFactory,
    LiveHourFactory,
    OwnLimitFactory,
    ReflectionFactory,
    StepFactory,
)
from tests.factories.matching import (
    EndingReasonFactory,
    ExclusionFactory,
    FactFactory,
    HandOverNoteFactory,
    JointAnswerFactory,
    PairingFactory,
    PartnerWishFactory,
    RoundFactory,
)
from tests.factories.programs import (
    InvitationFactory,
    MembershipFactory,
    ProfileAnswerFactory,
    ProfileFactory,
    ProgramFactory,
)
from tests.factories.roster import SheetFactory, SheetRowFactory
from tests.times import NOON

NAME, ADDRESS = "Quillemette Abernathy", "quillemette@abernathy.example"
# In what the person wrote for themselves or the program; in what they made with the other; in what the other wrote alone.
CANARY, SHARED, OTHERS = "canarycanto", "sharedsonnet", "othersode"


def somebody() -> Membership:
    program = ProgramFactory()
    coordinator = MembershipFactory(program=program, coordinator=True)
    me = MembershipFactory(program=program, ready=True, user__name=NAME, user__email=ADDRESS, user__called="Quill", user__pronouns=CANARY)
    pairing = PairingFactory(program=program, first=me, proposed_by=coordinator, coordinator=coordinator, active=True)
    other = pairing.second
    _account(me)
    ProfileAnswerFactory(profile=ProfileFactory(membership=me), value=CANARY)
    InvitationFactory(program=program, email=ADDRESS.upper(), name=NAME, prefilled={"pronouns": CANARY})
    SheetRowFactory(sheet=SheetFactory(program=program), line=3, email=ADDRESS, name=NAME, cells=[NAME, ADDRESS])
    AcknowledgementFactory(membership=me, version__program=program, version__written_by=coordinator)
    ExclusionFactory(program=program, one=me, by=me, reason="private")
    for half, word in ((me, CANARY), (other, OTHERS)):
        answer = AnswerFactory(check_in=CheckInFactory(pairing=pairing, membership=half, answered=True), words=word)
        AnswerLinkFactory(check_in=answer.check_in, token=word)
        NoteFactory(pairing=pairing, author=half, saved_by=half, text=word, only_mine=True)
        MessageFactory(pairing=pairing, author=half, text=word, sent_at=NOON + timedelta(minutes=half.pk))
        HandOverNoteFactory(pairing=pairing, membership=half, text=word)
        EndingReasonFactory(pairing=pairing, membership=half, words=word)
    JointAnswerFactory(round=RoundFactory(pairing=pairing, kind="ending"), membership=me, content={"good": CANARY})
    opened = RoundFactory(pairing=pairing, kind="review", opened_together=True)
    JointAnswerFactory(round=opened, membership=me, content={"went_well": SHARED})
    JointAnswerFactory(round=opened, membership=other, content={"went_well": OTHERS})
    PartnerWishFactory(pairing=pairing, membership=me)
    ThreadReadFactory(pairing=pairing, membership=me)
    TaskFactory(pairing=pairing, about=me, kind="please_call")
    CallNoteFactory(pairing=pairing, about=me, author=coordinator, text=OTHERS)
    FactFactory(pairing=pairing, by=me, source_id=AgendaItemFactory(pairing=pairing, author=me, text=SHARED).pk)
    AgendaItemFactory(pairing=pairing, author=other, text=OTHERS)
    DecisionFactory(pairing=pairing, proposed_by=me, text=SHARED)
    GoalFactory(pairing=pairing, written_by=me, text=SHARED)
    SessionFactory(pairing=pairing, logged_by=other, talked_about=OTHERS)
    _learned(me, other, coordinator)
    _in_confidence(me, other, coordinator)
    return me


def _learned(me: Membership, other: Membership, coordinator: Membership) -> None:
    enrolment = EnrolmentFactory(membership=me, taken__course__program=me.program, taken__written_by=coordinator)
    StepFactory(enrolment=enrolment)
    ReflectionFactory(enrolment=enrolment, text=CANARY)
    LiveHourFactory(membership=me, course=enrolment.course, recorded_by=coordinator)
    OwnLimitFactory(membership=me, words=CANARY)
    signed = AgreementFactory(pairing=me.pairings_as_first.get(), signed=True, clauses={"rhythm": SHARED})
    signed.clauses.update(written_by=other)
    EditionFactory(agreement=signed, texts={"rhythm": SHARED})


def _in_confidence(me: Membership, other: Membership, coordinator: Membership) -> None:
    """What the person told, what they were answered and what is noted of it; and what the other told of the person."""
    pairing = me.pairings_as_first.get()
    mine = ConcernFactory(raised_by=me, words=SHARED, reach="call", telephone=CANARY)
    ConcernAboutFactory(concern=mine, membership=other, pairing=pairing)
    ConcernFileFactory(concern=mine)
    ConcernMessageFactory(concern=mine, author=other, text=OTHERS)
    for kind, author, text in (("added", me, SHARED), ("answered", coordinator, OTHERS), ("noted", coordinator, OTHERS)):
        ConcernEntryFactory(concern=mine, kind=kind, author=author, text=text)
    theirs = ConcernFactory(raised_by=other, words=OTHERS)
    ConcernAboutFactory(concern=theirs, membership=me, pairing=pairing)
    OptOutFactory(membership=me)
    SignalFactory(pairing=pairing, about=me)


def _account(me: Membership) -> None:
    EmailAddress.objects.create(user=me.user, email=ADDRESS, verified=True, primary=True)
    Authenticator.objects.create(user=me.user, type=Authenticator.Type.TOTP, data={"secret": CANARY})
    SocialAccount.objects.create(user=me.user, provider="organisation", uid=CANARY, extra_data={"email": ADDRESS})
    MailWish.objects.create(recipient=me.user, category="check-ins", is_wanted=False, chosen_at=NOON)
    MailTimes.objects.create(recipient=me.user, gathers=True)
    outbox.owe(kind="checkin-due", subject_id=1, recipient=me.user, program_id=me.program_id, now=NOON)
