"""Many pairs, for looking at a large program: copies of the told ones, written in bulk. No mail of what was told is owed for them."""

import copy
import uuid
from datetime import datetime, timedelta
from typing import Any

from allauth.account.models import EmailAddress
from django.db import connection, models, transaction

from checkins.absences.models import Absence
from checkins.accounts.models import NotReached, SessionAccount
from checkins.actions.models import ActionItem
from checkins.agendas.models import AgendaItem, NothingThisTime
from checkins.airtime import services as airtime
from checkins.answers.models import Answer, CheckIn
from checkins.care.models import Task
from checkins.decisions.models import Decision
from checkins.goals.models import Goal
from checkins.imbalance.models import Assessment, Signal
from checkins.notes.models import Note
from checkins.nudges import services as nudges
from checkins.plans.models import NextDue
from checkins.resets import services as resets
from checkins.reviews.models import Review
from checkins.sessions.models import Series, Session, SessionOption
from checkins.threads.models import Message, ThreadRead
from guidelines.agreements.models import Agreement, Clause, Edition
from guidelines.enrolments.models import Enrolment, LiveHour, Step
from guidelines.limits.models import OwnLimit
from guidelines.versions.models import Acknowledgement
from matching.endings.models import EndingReason
from matching.facts.models import Fact, WeeklyCount
from matching.hand_overs.models import HandOverNote
from matching.joint.models import Answer as JointAnswer
from matching.joint.models import Round
from matching.pairings.models import Pairing, PartnerWish
from matching.pauses.models import Pause
from mentoring.kernel.encryption.fields import EncryptedTextField
from mentoring.kernel.outbox import services as outbox
from programs.memberships.models import Membership, Program
from programs.people.models import User
from programs.profiles.models import Profile, ProfileAnswer
from programs.readiness.models import Requirement

ROWS_A_STATEMENT = 1000
# How the address of each copied person begins.
COPY = "copy-"
Kind = Fact.Kind
# What a fact is about, and a round.
ABOUT: dict[str, type[models.Model]] = {
    Kind.TOPIC_RAISED: AgendaItem,
    Kind.DECISION_PROPOSED: Decision,
    Kind.DECISION_STOOD: Decision,
    Kind.TIME_PROPOSED: Session,
    Kind.TIME_MOVED: SessionOption,
    Kind.SESSION_CANCELLED: Session,
    Kind.SESSION_MISSED: Absence,
    Kind.SESSION_LOGGED: Session,
    Kind.SESSION_LED: Session,
    Kind.ACTION_TAKEN: ActionItem,
    Kind.ACTION_DONE: ActionItem,
    airtime.KIND: Session,
    resets.AFTERWARDS: Round,
}


def make_up_to(pairs: int, *, program: Program, now: datetime) -> None:
    """Copy the told pairs, all of them at a time, until there are `pairs`. What copies would be written about has been sent."""
    of_the_program = Pairing.objects.filter(program=program)
    told = of_the_program.filter(activated_at__isnull=False).exclude(first__user__email__startswith=COPY)
    originals = list(told.order_by("pk").values_list("pk", flat=True))
    while originals and (missing := pairs - of_the_program.count()) > 0:
        with transaction.atomic():
            _Generation(uuid.uuid4().hex[:8], originals[:missing]).write()
            nudges.nudge(now=now - timedelta(days=1))
            outbox.record_as_sent(program_id=program.pk, kind=nudges.NUDGE, now=now)
    # PostgreSQL does so by itself, but minutes later: until then it plans for the few rows that were here before.
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


class _Generation:
    """One copy of each of the pairings, with the people in it and all that hangs on them."""

    def __init__(self, mark: str, pairings: list[int]) -> None:
        self.mark = mark
        self.pairings = pairings
        self.twins: dict[tuple[type[models.Model], Any], Any] = {}

    def write(self) -> None:
        pairs = Pairing.objects.filter(pk__in=self.pairings)
        halves = Membership.objects.filter(pk__in=[key for pair in pairs for key in (pair.first_id, pair.second_id)])
        people = User.objects.filter(memberships__in=halves)
        self._copy(people, email=lambda user: f"{COPY}{self.mark}-{user.email}")
        self._copy(EmailAddress.objects.filter(user__in=people), email=lambda address: f"{COPY}{self.mark}-{address.email}")
        self._copy(halves)
        self._copy(Requirement.objects.filter(membership__in=halves))
        self._copy(Acknowledgement.objects.filter(membership__in=halves))
        self._copy(Enrolment.objects.filter(membership__in=halves))
        self._copy(Step.objects.filter(enrolment__membership__in=halves))
        self._copy(LiveHour.objects.filter(membership__in=halves))
        self._copy(OwnLimit.objects.filter(membership__in=halves))
        self._copy(Profile.objects.filter(membership__in=halves))
        self._copy(ProfileAnswer.objects.filter(profile__membership__in=halves))
        self._copy(pairs)
        self._copy(Series.objects.filter(pairing__in=pairs), uid=lambda _series: uuid.uuid4())
        self._copy(Session.objects.filter(pairing__in=pairs), uid=lambda _session: uuid.uuid4())
        self._copy(SessionOption.objects.filter(session__pairing__in=pairs))
        self._copy(Absence.objects.filter(session__pairing__in=pairs))
        self._copy(SessionAccount.objects.filter(session__pairing__in=pairs))
        self._copy(AgendaItem.objects.filter(pairing__in=pairs))
        self._copy(NotReached.objects.filter(session__pairing__in=pairs))
        self._copy(NothingThisTime.objects.filter(pairing__in=pairs))
        self._copy(ActionItem.objects.filter(pairing__in=pairs))
        self._copy_decisions(Decision.objects.filter(pairing__in=pairs))
        self._copy(Goal.objects.filter(pairing__in=pairs))
        self._copy(Note.objects.filter(pairing__in=pairs))
        self._copy(Message.objects.filter(pairing__in=pairs))
        self._copy(ThreadRead.objects.filter(pairing__in=pairs))
        self._copy(Pause.objects.filter(pairing__in=pairs))
        self._copy(EndingReason.objects.filter(pairing__in=pairs))
        self._copy(PartnerWish.objects.filter(pairing__in=pairs))
        rounds = Round.objects.filter(pairing__in=pairs)
        self._copy(rounds.exclude(kind=resets.AFTERWARDS), source_id=self._source_of_the_twin)
        self._copy(rounds.of_kind(resets.AFTERWARDS), source_id=self._source_of_the_twin)
        self._copy(JointAnswer.objects.filter(round__pairing__in=pairs))
        self._copy(Review.objects.filter(pairing__in=pairs))
        self._copy(Agreement.objects.filter(pairing__in=pairs))
        self._copy(Clause.objects.filter(pairing__in=pairs))
        self._copy(Edition.objects.filter(pairing__in=pairs))
        self._copy(HandOverNote.objects.filter(pairing__in=pairs))
        self._copy(Session.topics.through.objects.filter(session__pairing__in=pairs))
        self._copy(Fact.objects.filter(pairing__in=pairs), source_id=self._source_of_the_twin)
        self._copy(WeeklyCount.objects.filter(pairing__in=pairs))
        self._copy(NextDue.objects.filter(pairing__in=pairs))
        self._copy(CheckIn.objects.filter(pairing__in=pairs))
        self._copy(Answer.objects.filter(check_in__pairing__in=pairs))
        self._copy(Task.objects.filter(pairing__in=pairs))
        self._copy(Assessment.objects.filter(pairing__in=pairs))
        self._copy(Signal.objects.filter(pairing__in=pairs))

    def _copy(self, rows: "models.QuerySet[Any]", **changes: Any) -> None:
        originals = list(rows.distinct().order_by("pk"))
        twins = [self._twin(original, changes) for original in originals]
        rows.model._default_manager.bulk_create(twins, batch_size=ROWS_A_STATEMENT)
        self.twins |= {(rows.model, original.pk): twin for original, twin in zip(originals, twins, strict=True)}

    def _twin(self, original: Any, changes: dict[str, Any]) -> Any:
        twin = copy.copy(original)
        twin._state = models.base.ModelState()
        for field in original._meta.concrete_fields:
            if isinstance(field, EncryptedTextField):
                # Its bytes are bound to the row they were written for.
                setattr(twin, field.attname, getattr(original, field.attname))
            elif field.remote_field and (other := self.twins.get((field.related_model, getattr(original, field.attname)))):
                setattr(twin, field.name, other)
        for name, change in changes.items():
            setattr(twin, name, change(original))
        # A row whose key is that of another has the key of its twin already.
        if original._meta.pk.remote_field is None:
            twin.pk = uuid.uuid4() if isinstance(original._meta.pk, models.UUIDField) else None
        return twin

    def _copy_decisions(self, decisions: "models.QuerySet[Decision]") -> None:
        """Each after the one whose place it takes."""
        copied = decisions.filter(in_place_of=None)
        while copied:
            self._copy(copied)
            copied = decisions.filter(in_place_of__in=list(copied.values_list("pk", flat=True)))

    def _source_of_the_twin(self, original: Fact | Round) -> int:
        """Of the twin of the row that it is about, if it is about one."""
        about = ABOUT.get(original.kind)
        return int(self.twins[(about, original.source_id)].pk) if about else 0
