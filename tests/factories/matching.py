"""Pairings in each of their states."""

from collections.abc import Sequence
from datetime import timedelta

import factory
import numpy as np
from factory.django import DjangoModelFactory

from matching import solver
from matching.criteria.models import Criterion, Exclusion
from matching.endings.models import EndingReason
from matching.facts import services as facts
from matching.facts.models import Fact
from matching.hand_overs.models import HandOverNote
from matching.joint.models import Answer, Round
from matching.pairings.models import Pairing, PartnerWish
from matching.pauses.models import Pause
from matching.runs import reckoning
from matching.runs.arrays import Inputs, packed_outcome
from matching.runs.models import Lock, Proposal, Run, Unmatched
from matching.runs.said import Said
from programs.memberships.models import Membership, Program
from programs.profiles.models import ProfileQuestion
from tests.factories.programs import MembershipFactory, ProfileQuestionFactory, ProgramFactory
from tests.times import NOON


class PairingFactory(DjangoModelFactory):
    """Proposed by a coordinator, answered by nobody yet; the second is the mentor."""

    class Meta:
        model = Pairing

    class Params:
        proposed = factory.Trait(state=Pairing.State.PROPOSED)
        # Both said yes; something that is required is still open.
        accepted = factory.Trait(
            state=Pairing.State.ACCEPTED,
            first_accepted_at=factory.SelfAttribute("proposed_at"),
            second_accepted_at=factory.SelfAttribute("proposed_at"),
        )
        active = factory.Trait(accepted=True, state=Pairing.State.ACTIVE, activated_at=factory.SelfAttribute("proposed_at"))
        paused = factory.Trait(active=True, state=Pairing.State.PAUSED)
        closed = factory.Trait(active=True, state=Pairing.State.CLOSED, ended_at=NOON)
        declined = factory.Trait(state=Pairing.State.DECLINED, ended_at=NOON)
        reciprocal = factory.Trait(mentor=Pairing.Mentor.NOBODY)
        # Somebody is there for the first of a pairing that rests, in place of its mentor.
        stand_in = factory.Trait(
            stands_in_for=factory.SubFactory("tests.factories.matching.PairingFactory", paused=True),
            program=factory.SelfAttribute("stands_in_for.program"),
            first=factory.SelfAttribute("stands_in_for.first"),
        )

    program = factory.SubFactory(ProgramFactory)
    first = factory.SubFactory(MembershipFactory, program=factory.SelfAttribute("..program"))
    second = factory.SubFactory(MembershipFactory, program=factory.SelfAttribute("..program"))
    mentor = Pairing.Mentor.SECOND
    proposed_by = factory.SubFactory(
        MembershipFactory, program=factory.SelfAttribute("..program"), is_participant=False, is_coordinator=True
    )
    coordinator = factory.SelfAttribute("proposed_by")
    proposed_at = NOON - timedelta(days=42)
    lapses_at = factory.LazyAttribute(lambda pairing: pairing.proposed_at + timedelta(days=14))


class FactFactory(DjangoModelFactory):
    """The first half added a topic. It is counted as if a service had noted it."""

    class Meta:
        model = Fact

    pairing = factory.SubFactory(PairingFactory, active=True)
    by = factory.SelfAttribute("pairing.first")
    kind = Fact.Kind.TOPIC_RAISED
    happened_at = NOON
    source_id = factory.Sequence(lambda number: number + 1)

    @classmethod
    def _create(cls, model_class: type[Fact], *arguments: object, **fields: object) -> Fact:
        fact = super()._create(model_class, *arguments, **fields)
        facts.rebuild(pairings=[fact.pairing])
        return fact


class RoundFactory(DjangoModelFactory):
    """Both halves of an active pairing are asked since noon; nobody has answered."""

    class Meta:
        model = Round

    class Params:
        opened_together = factory.Trait(opened_together_at=NOON)
        called_off = factory.Trait(called_off_at=NOON)

    pairing = factory.SubFactory(PairingFactory, active=True)
    kind = "reset"
    opened_at = NOON


class JointAnswerFactory(DjangoModelFactory):
    """What the first half said alone."""

    class Meta:
        model = Answer

    round = factory.SubFactory(RoundFactory)
    membership = factory.SelfAttribute("round.pairing.first")
    content = factory.LazyFunction(lambda: {"words": "What I said alone"})
    given_at = NOON


class PauseFactory(DjangoModelFactory):
    """A paused pairing rests since noon; neither has said yes to going on."""

    class Meta:
        model = Pause

    class Params:
        gone_on = factory.Trait(pairing=factory.SubFactory(PairingFactory, active=True), gone_on_at=NOON)

    pairing = factory.SubFactory(PairingFactory, paused=True)
    paused_at = NOON


class EndingReasonFactory(DjangoModelFactory):
    """What the first half told the program when it ended."""

    class Meta:
        model = EndingReason

    pairing = factory.SubFactory(PairingFactory, closed=True)
    membership = factory.SelfAttribute("pairing.first")
    choice = EndingReason.Choice.TIME
    words = "We are both so busy"
    given_at = NOON


class HandOverNoteFactory(DjangoModelFactory):
    """What the first half of a pairing that has ended would like their next partner to know about them. It waits."""

    class Meta:
        model = HandOverNote

    pairing = factory.SubFactory(PairingFactory, closed=True)
    membership = factory.SelfAttribute("pairing.first")
    text = "I learn by trying"
    for_partner = True
    for_coordinators = False
    written_at = NOON


class PartnerWishFactory(DjangoModelFactory):
    """The first half of a pairing that has ended would like to meet somebody else."""

    class Meta:
        model = PartnerWish

    pairing = factory.SubFactory(PairingFactory, closed=True)
    membership = factory.SelfAttribute("pairing.first")
    wished_at = NOON


class CriterionFactory(DjangoModelFactory):
    """Values in common are good, and weigh some."""

    class Meta:
        model = Criterion

    class Params:
        # Without the same answer to one question there is no pair.
        rule = factory.Trait(kind=Criterion.Kind.MUST_MATCH, weight=0)
        language = factory.Trait(
            kind=Criterion.Kind.LANGUAGE,
            weight=0,
            question=factory.SubFactory(
                ProfileQuestionFactory, program=factory.SelfAttribute("..program"), kind=ProfileQuestion.Kind.LANGUAGES
            ),
        )
        times = factory.Trait(
            kind=Criterion.Kind.OVERLAP,
            need=2,
            weight=Criterion.Weight.MUCH,
            question=factory.SubFactory(
                ProfileQuestionFactory,
                program=factory.SelfAttribute("..program"),
                kind=ProfileQuestion.Kind.TIMES,
                choices=["Mon am", "Mon pm", "Weekend"],
            ),
        )

    program = factory.SubFactory(ProgramFactory)
    kind = Criterion.Kind.SIMILAR
    question = factory.SubFactory(
        ProfileQuestionFactory,
        program=factory.SelfAttribute("..program"),
        kind=ProfileQuestion.Kind.SEVERAL,
        choices=["Family", "Fairness", "Humour", "Nature"],
    )
    weight = Criterion.Weight.SOME
    position = factory.Sequence(lambda n: n)
    changed_at = NOON


class ExclusionFactory(DjangoModelFactory):
    """Two whom a coordinator keeps apart."""

    class Meta:
        model = Exclusion

    class Params:
        private = factory.Trait(reason=Exclusion.Reason.PRIVATE, by=factory.SelfAttribute("one"))

    program = factory.SubFactory(ProgramFactory)
    one = factory.SubFactory(MembershipFactory, program=factory.SelfAttribute("..program"))
    other = factory.SubFactory(MembershipFactory, program=factory.SelfAttribute("..program"))
    reason = Exclusion.Reason.RELATIVE
    by = factory.SubFactory(MembershipFactory, program=factory.SelfAttribute("..program"), coordinator=True)
    made_at = NOON


class RunFactory(DjangoModelFactory):
    """Kept and proved, of two people, one of whom has a match."""

    class Meta:
        model = Run

    class Params:
        # Nobody has read yet what people said.
        waiting = factory.Trait(kept_at=None, proved_at=None, value=None, total=None, floor=None, matched=None, fingerprint="")

    program = factory.SubFactory(ProgramFactory)
    number = factory.Sequence(lambda n: n + 1)
    started_at = NOON
    people = 2
    mentors = 1
    places = 1
    maximum = 3000
    value = 2000
    total = 2000
    floor = 2000
    matched = 1
    fingerprint = "0" * 64
    statistics = factory.LazyFunction(lambda: {"lowest": 2000, "weakest": 2000, "mean": 2000, "locked": 0, "averages": {}})
    kept_at = NOON
    proved_at = NOON


class ProposalFactory(DjangoModelFactory):
    """A draft that nobody was asked about."""

    class Meta:
        model = Proposal

    run = factory.SubFactory(RunFactory)
    mentee = factory.SubFactory(MembershipFactory, program=factory.SelfAttribute("..run.program"))
    mentor = factory.SubFactory(MembershipFactory, program=factory.SelfAttribute("..run.program"))
    score = 2000
    shown = 67
    waiting_since = NOON


class UnmatchedFactory(DjangoModelFactory):
    """There were too few places for all."""

    class Meta:
        model = Unmatched

    run = factory.SubFactory(RunFactory)
    membership = factory.SubFactory(MembershipFactory, program=factory.SelfAttribute("..run.program"))
    waiting_since = NOON


class LockFactory(DjangoModelFactory):
    """Two who stay together in every run."""

    class Meta:
        model = Lock

    program = factory.SubFactory(ProgramFactory)
    mentee = factory.SubFactory(MembershipFactory, program=factory.SelfAttribute("..program"))
    mentor = factory.SubFactory(MembershipFactory, program=factory.SelfAttribute("..program"))
    by = factory.SubFactory(MembershipFactory, program=factory.SelfAttribute("..program"), coordinator=True)
    made_at = NOON


def kept_run(program: Program, mentees: Sequence[Membership], mentors: Sequence[Membership], **fields: object) -> Run:
    """As a worker keeps it, with its arrays and its proof; every two of them fit as well as any other two."""
    alike = solver.Criterion("c0", "same", [1] * len(mentees), [1] * len(mentors), weight=30)
    none = np.empty((0, 2), np.int64)
    inputs = Inputs(
        mentees=np.array([one.pk for one in mentees], np.int64),
        mentors=np.array([one.pk for one in mentors], np.int64),
        capacity=np.ones(len(mentors), np.int64),
        waiting=np.full(len(mentees), int(NOON.timestamp())),
        locks=none,
        forbids=none,
        criteria=[alike],
        compared=[
            {
                "key": "c0",
                "kind": "similar",
                "part": "",
                "question": {"id": 1, "text": "What matters to you?", "kind": "one", "choices": ["Family", "Nature"]},
                "mentor_question": None,
            }
        ],
        said=Said.by({one.pk: {1: ["Family"]} for one in (*mentees, *mentors)}),
    )
    solution = solver.solve(inputs.problem())
    run = RunFactory(
        program=program,
        inputs=inputs.packed(),
        inputs_hash=inputs.digest(),
        outcome=packed_outcome(solution),
        people=len(mentees),
        mentors=len(mentors),
        value=solution.value,
        total=solution.total,
        floor=solution.floor,
        matched=solution.matched,
        fingerprint=solution.fingerprint,
        **fields,
    )
    for found in reckoning.result_of(inputs, solution, lambda done: None).pairs:
        Proposal.objects.create(
            run=run, mentee_id=found.mentee, mentor_id=found.mentor, score=found.score, shown=found.shown, waiting_since=NOON
        )
    return run
