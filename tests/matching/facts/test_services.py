from collections import Counter
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from matching.facts import services
from matching.facts.models import Fact, WeeklyCount, in_streams
from programs.setup.services import change_program
from tests.at_once import at_once
from tests.factories.matching import FactFactory, PairingFactory
from tests.factories.programs import MembershipFactory, ProgramFactory
from tests.times import NOON

pytestmark = pytest.mark.django_db
THIS_WEEK = date(2026, 3, 16)
TOPIC = Fact.Kind.TOPIC_RAISED


@pytest.fixture
def pairing():
    return PairingFactory(active=True)


def note(pairing, source=7, at=NOON, by=None, kind=TOPIC):
    services.note(pairing=pairing, by=by or pairing.first, kind=kind, source_id=source, happened_at=at)


def numbers_of(*pairings):
    return WeeklyCount.objects.of(pairings).numbers()


def test_a_fact_is_counted_once_however_often_it_is_noted(pairing):
    for _ in range(2):
        note(pairing)

    assert Fact.objects.counted().get().by == pairing.first
    assert numbers_of(pairing) == {(pairing.pk, THIS_WEEK, 0, TOPIC): 1}


def test_what_was_taken_back_does_not_count(pairing):
    note(pairing, source=7)
    note(pairing, source=8)

    services.withdraw(kind=TOPIC, source_id=7, now=NOON)

    assert Fact.objects.counted().get().source_id == 8
    assert numbers_of(pairing) == {(pairing.pk, THIS_WEEK, 0, TOPIC): 1}


def test_taking_it_back_twice_takes_one_away(pairing):
    note(pairing, source=7)
    note(pairing, source=8)

    for _ in range(2):
        services.withdraw(kind=TOPIC, source_id=7, now=NOON)

    assert numbers_of(pairing).total() == 1


def test_what_was_taken_back_and_is_done_again_counts_in_the_later_week(pairing, noon):
    note(pairing, at=noon)
    services.withdraw(kind=TOPIC, source_id=7, now=noon)

    note(pairing, at=noon + timedelta(weeks=1))

    assert numbers_of(pairing) == {(pairing.pk, THIS_WEEK + timedelta(weeks=1), 0, TOPIC): 1}


def test_each_side_is_counted_for_itself(pairing):
    note(pairing, by=pairing.first)
    note(pairing, by=pairing.second, source=8)
    note(pairing, by=pairing.second, source=9)

    assert numbers_of(pairing) == {(pairing.pk, THIS_WEEK, 0, TOPIC): 1, (pairing.pk, THIS_WEEK, 1, TOPIC): 2}


def test_kinds_make_up_the_streams_that_are_measured(pairing):
    for source, kind in enumerate(Fact.Kind):
        note(pairing, source=source, kind=kind)

    streams = in_streams(numbers_of(pairing))

    assert {stream: number for (*_, stream), number in streams.items()} == {"topics": 1, "decisions": 1, "scheduling": 2, "absences": 2}


def test_only_the_weeks_asked_for_are_told(pairing, noon):
    for weeks in range(4):
        note(pairing, source=weeks, at=noon + timedelta(weeks=weeks))

    between = WeeklyCount.objects.of([pairing]).between(THIS_WEEK + timedelta(weeks=1), THIS_WEEK + timedelta(weeks=2))

    assert sorted(week for _, week, *_ in between.numbers()) == [date(2026, 3, 23), date(2026, 3, 30)]


def test_the_weeks_of_many_pairings_cost_one_query(queries_of):
    pairings = PairingFactory.create_batch(5, active=True)
    for pairing in pairings:
        note(pairing, source=pairing.pk)

    assert queries_of(lambda: numbers_of(*pairings)) == 1
    assert len(numbers_of(*pairings)) == 5


def test_another_time_zone_puts_what_fell_near_midnight_into_its_week(pairing):
    coordinator = pairing.proposed_by
    note(pairing, at=datetime(2026, 3, 15, 23, 30, tzinfo=NOON.tzinfo))
    assert [week for _, week, *_ in numbers_of(pairing)] == [date(2026, 3, 9)]

    change_program(
        program=pairing.program,
        by=coordinator,
        name=pairing.program.name,
        purpose="",
        time_zone="Asia/Tokyo",
        mentor_word="mentor",
        mentee_word="mentee",
        help_contact="",
        now=NOON,
    )

    assert [week for _, week, *_ in numbers_of(pairing)] == [THIS_WEEK]


MOMENTS = st.integers(0, 26 * 7 * 24 * 60).map(lambda minutes: NOON + timedelta(minutes=minutes))
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("note"), st.sampled_from(["first", "second"]), st.sampled_from(Fact.Kind), st.integers(1, 3), MOMENTS),
        st.tuples(st.just("withdraw"), st.sampled_from(Fact.Kind), st.integers(1, 3)),
    ),
    max_size=25,
)


class TestCounts(TestCase):
    @settings(max_examples=60, deadline=None)
    @given(steps=STEPS, mentor=st.sampled_from(["first", "second", ""]), zone=st.sampled_from(["UTC", "Pacific/Apia", "America/St_Johns"]))
    def test_whatever_is_noted_and_taken_back_the_counts_are_those_of_the_facts(self, steps, mentor, zone):
        pairing = PairingFactory(active=True, mentor=mentor, program=ProgramFactory(time_zone=zone))
        for what, *step in steps:
            if what == "note":
                half, kind, source, at = step
                services.note(pairing=pairing, by=getattr(pairing, half), kind=kind, source_id=source, happened_at=at)
            else:
                kind, source = step
                services.withdraw(kind=kind, source_id=source, now=NOON)
        kept = numbers_of(pairing)

        services.rebuild(pairings=[pairing])

        assert numbers_of(pairing) == kept
        assert by_kind(kept) == Counter(Fact.objects.counted().filter(pairing=pairing).values_list("kind", flat=True))


def by_kind(numbers):
    kinds = Counter()
    for (*_, kind), number in numbers.items():
        kinds[kind] += number
    return kinds


def test_counting_anew_touches_nobody_elses(pairing):
    other = FactFactory().pairing
    note(pairing)
    before = numbers_of(other)

    services.rebuild(pairings=[pairing])

    assert numbers_of(other) == before != {}


@pytest.mark.parametrize("rows", [Fact.objects, WeeklyCount.objects])
def test_facts_and_counts_are_seen_by_the_two_and_by_staff(rows):
    pairing = FactFactory().pairing

    for reader in (*pairing.halves, MembershipFactory(program=pairing.program, admin=True)):
        assert rows.visible_to(reader).count() == rows.in_pairing(pairing, reader).count() == 1
    for somebody in (MembershipFactory(program=pairing.program), MembershipFactory(admin=True)):
        assert not rows.visible_to(somebody).exists()
        assert not rows.in_pairing(pairing, somebody).exists()


@pytest.mark.django_db(transaction=True)
def test_nothing_that_two_note_at_the_same_moment_is_lost(pairing):
    """Without the lock on the pairing that a page takes: the count alone must bear it."""
    for round_ in range(10):
        at_once(*[lambda source=8 * round_ + thread: note(pairing, source=source) for thread in range(8)])

    assert numbers_of(pairing) == {(pairing.pk, THIS_WEEK, 0, TOPIC): 80}


@pytest.mark.django_db(transaction=True)
def test_the_same_fact_noted_by_many_at_the_same_moment_counts_once(pairing):
    at_once(*[lambda: note(pairing)] * 8)

    assert numbers_of(pairing).total() == 1


@pytest.mark.django_db(transaction=True)
def test_the_same_fact_taken_back_by_many_at_the_same_moment_is_taken_away_once(pairing):
    note(pairing)
    note(pairing, source=8)

    at_once(*[lambda: services.withdraw(kind=TOPIC, source_id=7, now=NOON)] * 8)

    assert numbers_of(pairing).total() == 1
