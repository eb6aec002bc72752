from datetime import timedelta

import pytest

from checkins.care.models import Task
from checkins.imbalance import patterns
from checkins.imbalance.models import Pattern, Signal
from programs.memberships.models import Membership
from tests.factories.checkins import PatternFactory, SignalFactory, TaskFactory
from tests.factories.matching import PairingFactory
from tests.factories.programs import MembershipFactory, ProgramFactory
from tests.times import NOON

pytestmark = pytest.mark.django_db

MENTOR, COORDINATOR = Pattern.Kind.MENTOR, Pattern.Kind.COORDINATOR


@pytest.fixture
def mentor():
    return MembershipFactory(program=ProgramFactory())


def pairings_of(mentor, number=3, **fields):
    """Each with a coordinator of its own."""
    return [PairingFactory(program=mentor.program, second=mentor, active=True, **fields) for _ in range(number)]


def raise_patterns(program, now=NOON):
    return patterns.raise_patterns(program=program, now=now)


def test_the_same_low_answer_in_two_pairings_of_a_mentor_is_a_pattern(mentor):
    one, two, _ = pairings_of(mentor)
    for pairing in (one, two):
        TaskFactory(pairing=pairing, done=True)

    assert raise_patterns(mentor.program) == 1

    pattern = Pattern.objects.get()
    assert (pattern.kind, pattern.about, pattern.raised_at, pattern.due_at) == (MENTOR, mentor, NOON, NOON + timedelta(days=5))
    assert set(pattern.pairings.all()) == {one, two}


def test_imbalance_found_in_two_pairings_of_a_mentor_is_a_pattern_of_whatever_kind(mentor):
    one, two, _ = pairings_of(mentor)
    SignalFactory(pairing=one, kind=Signal.Kind.TOPICS)
    SignalFactory(pairing=two, kind=Signal.Kind.TOGETHER)

    assert raise_patterns(mentor.program) == 1


@pytest.mark.parametrize(
    "seen",
    [
        pytest.param(lambda one, two: [TaskFactory(pairing=one)], id="in one"),
        pytest.param(
            lambda one, two: [TaskFactory(pairing=one), TaskFactory(pairing=two, kind=Task.Kind.LOAD)], id="two different answers"
        ),
        pytest.param(lambda one, two: [TaskFactory(pairing=pairing, about=pairing.second) for pairing in (one, two)], id="of the mentor"),
        pytest.param(lambda one, two: [TaskFactory(pairing=pairing, unanswered=True) for pairing in (one, two)], id="silence"),
        pytest.param(lambda one, two: [SignalFactory(pairing=pairing, kind="silence") for pairing in (one, two)], id="silence measured"),
        pytest.param(lambda one, two: [TaskFactory(pairing=pairing, kind=Task.Kind.PLEASE_CALL) for pairing in (one, two)], id="calls"),
        pytest.param(
            lambda one, two: [TaskFactory(pairing=pairing, raised_at=NOON - timedelta(days=91)) for pairing in (one, two)], id="long ago"
        ),
    ],
)
def test_what_is_not_the_same_twice_lately_about_the_other_half_is_no_pattern(mentor, seen):
    one, two, _ = pairings_of(mentor)
    seen(one, two)

    assert raise_patterns(mentor.program) == 0


def test_of_two_pairings_nothing_is_said_and_of_many_two_are_too_few(mentor):
    for pairing in pairings_of(mentor, 2):
        TaskFactory(pairing=pairing)
    other = MembershipFactory(program=mentor.program)
    for pairing in pairings_of(other, 9)[:2]:
        TaskFactory(pairing=pairing)

    assert raise_patterns(mentor.program) == 0


def test_the_care_of_a_coordinator_is_looked_at_as_well(mentor):
    coordinator = MembershipFactory(program=mentor.program, coordinator=True)
    pairings = [PairingFactory(program=mentor.program, active=True, coordinator=coordinator) for _ in range(4)]
    TaskFactory(pairing=pairings[0])
    TaskFactory(pairing=pairings[1], about=pairings[1].second)

    assert raise_patterns(mentor.program) == 1
    assert (Pattern.objects.get().kind, Pattern.objects.get().about) == (COORDINATOR, coordinator)


def test_it_is_raised_once_gets_what_comes_later_and_comes_again_only_for_new_reasons(mentor):
    one, two, three = pairings_of(mentor)
    for pairing in (one, two):
        TaskFactory(pairing=pairing)
    raise_patterns(mentor.program)
    TaskFactory(pairing=three)
    assert raise_patterns(mentor.program, NOON + timedelta(days=1)) == 0
    assert Pattern.objects.get().pairings.count() == 3
    Pattern.objects.update(done_at=NOON + timedelta(days=2))

    assert raise_patterns(mentor.program, NOON + timedelta(days=3)) == 0
    for pairing in (one, two):
        TaskFactory(pairing=pairing, kind=Task.Kind.LOAD, raised_at=NOON + timedelta(days=4))
    assert raise_patterns(mentor.program, NOON + timedelta(days=5)) == 1


def test_nobody_is_told_of_who_has_left_and_nothing_crosses_programs(mentor):
    for pairing in pairings_of(mentor):
        TaskFactory(pairing=pairing)
    raise_patterns(ProgramFactory())
    mentor.left_at = NOON
    mentor.save()

    assert raise_patterns(mentor.program) == 0


def test_it_is_seen_one_level_up_and_never_by_whom_it_is_about_or_who_is_part_of_it(mentor):
    one, two, _ = pairings_of(mentor)
    for pairing in (one, two):
        TaskFactory(pairing=pairing)
    raise_patterns(mentor.program)
    for person in (mentor, one.first, one.coordinator):
        person.is_admin = True
        person.save()

    for reader in (MembershipFactory(program=mentor.program, **{role: True}) for role in ("admin", "deputy")):
        assert Pattern.objects.visible_to(reader).exists()
    coordinator = MembershipFactory(program=mentor.program, coordinator=True)
    for reader in (mentor, one.first, one.coordinator, coordinator, MembershipFactory(admin=True)):
        assert not Pattern.objects.visible_to(reader).exists()


def test_a_coordinator_does_not_see_a_pattern_about_them_when_others_look_after_its_pairings_by_now():
    about = MembershipFactory(admin=True)
    handed_on = PairingFactory.create_batch(2, program=about.program, active=True)
    PatternFactory(about=about, kind=Pattern.Kind.COORDINATOR, pairings=handed_on)

    assert not Pattern.objects.visible_to(about).exists()
    assert Pattern.objects.visible_to(MembershipFactory(program=about.program, admin=True)).exists()


def test_whoever_had_part_stays_shut_out_when_a_pairing_is_kept_no_longer(mentor):
    one, two, _ = pairings_of(mentor)
    for pairing in (one, two):
        TaskFactory(pairing=pairing)
    raise_patterns(mentor.program)
    Membership.objects.filter(pk__in=[one.first_id, one.coordinator_id]).update(is_admin=True)
    one.delete()

    for reader in Membership.objects.filter(pk__in=[one.first_id, one.coordinator_id]):
        assert not Pattern.objects.visible_to(reader).exists()
