from datetime import timedelta
from threading import Event

import pytest
from django.db import IntegrityError, connection, transaction

from matching.endings import services as endings
from matching.hand_overs import queries, services
from matching.hand_overs.models import HandOverNote
from matching.pairings import services as pairings
from mentoring.kernel.errors import Refused
from programs.memberships.models import Membership
from tests.at_once import at_once
from tests.factories.matching import HandOverNoteFactory, PairingFactory
from tests.factories.programs import MembershipFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def ended(db):
    return PairingFactory(closed=True)


def written(pairing, half, noon, text="I learn by trying", **readers):
    return services.write(pairing=pairing, by=half, text=text, now=noon, **{"for_partner": True, "for_coordinators": False, **readers})


def next_of(half, noon, **names):
    """They meet somebody else, and both say yes."""
    pairing = PairingFactory(first=half, program=half.program, **names)
    Membership.objects.filter(pk__in=[pairing.first_id, pairing.second_id]).update(ready_at=noon)
    for one in pairing.halves:
        pairing = pairings.accept(pairing=pairing, by=one, now=noon)
    return pairing


@pytest.mark.parametrize("side", ["first", "second"])
def test_either_half_writes_one_and_the_other_never_reads_it(side, ended, noon):
    half = getattr(ended, side)

    note = written(ended, half, noon, for_coordinators=True)

    assert HandOverNote.objects.visible_to(half).get() == note
    assert not HandOverNote.objects.visible_to(ended.other_half(half)).exists()


def test_writing_again_takes_the_place_of_what_waits(ended, noon):
    written(ended, ended.first, noon)

    written(ended, ended.first, noon, text="I need a day to think")

    assert HandOverNote.objects.get().text == "I need a day to think"


def test_changed_after_another_ending_it_stays_hidden_from_whom_it_was_promised_to_be(ended, noon):
    written(ended, ended.first, noon)
    other = PairingFactory(closed=True, program=ended.program, first=ended.first)

    written(other, ended.first, noon, text="I need a day to think")
    pairing = next_of(ended.first, noon, second=ended.second)

    assert not HandOverNote.objects.visible_to(pairing.second).exists()
    assert HandOverNote.objects.waiting().get().text == "I need a day to think"


@pytest.mark.parametrize("days", [30, 400])
def test_a_month_after_the_ending_none_is_begun_and_what_waits_can_still_be_changed(days, ended, noon):
    later = noon + timedelta(days=days)
    with pytest.raises(Refused, match="30 days after an ending"):
        written(ended, ended.first, later)
    written(ended, ended.first, later - timedelta(days=days, seconds=-1))

    assert written(ended, ended.first, later, text="Changed").text == "Changed"


@pytest.mark.parametrize("state", ["active", "paused", "proposed"])
def test_it_is_written_after_an_ending(state, noon):
    pairing = PairingFactory(**{state: True})

    with pytest.raises(Refused):
        written(pairing, pairing.first, noon)


def test_nobody_else_writes_one_and_none_is_written_after_a_stand_in(ended, noon):
    for somebody in (ended.proposed_by, MembershipFactory(program=ended.program)):
        with pytest.raises(Refused):
            written(ended, somebody, noon)
    stand_in = PairingFactory(stand_in=True, closed=True)
    with pytest.raises(Refused):
        written(stand_in, stand_in.first, noon)


@pytest.mark.parametrize(("text", "readers"), [(" ", {}), ("x" * 2001, {}), ("Me", {"for_partner": False})])
def test_it_says_something_to_somebody(text, readers, ended, noon):
    with pytest.raises(Refused):
        written(ended, ended.first, noon, text=text, **readers)


def test_the_next_partner_reads_it_once_their_pairing_has_begun_and_then_it_stays(ended, noon):
    note = written(ended, ended.first, noon)
    waiting = PairingFactory(first=ended.first, program=ended.program)
    assert not HandOverNote.objects.visible_to(waiting.second).exists()

    pairing = next_of(ended.first, noon)

    assert queries.on_pair_page(pairing, pairing.second, noon) == queries.Shown(None, note)
    assert queries.on_pair_page(pairing, pairing.first, noon) == queries.Shown(note, None)
    services.withdraw(pairing=ended, by=ended.first, now=noon)
    assert HandOverNote.objects.get() == note


def test_after_some_weeks_it_is_not_on_the_page_of_the_two_any_more(ended, noon):
    note = written(ended, ended.first, noon)
    pairing = next_of(ended.first, noon)

    assert queries.on_pair_page(pairing, pairing.second, noon + timedelta(days=28)) == queries.Shown()
    assert queries.shown_in(pairing, pairing.second).theirs == note


def test_a_partner_after_the_next_reads_nothing_of_it(ended, noon):
    written(ended, ended.first, noon)
    endings.end(pairing=next_of(ended.first, noon), by=ended.first, now=noon)

    pairing = next_of(ended.first, noon)

    assert not HandOverNote.objects.visible_to(pairing.second).exists()


def test_it_is_not_shown_to_the_same_person_again_nor_to_a_stand_in_nor_where_it_is_for_staff_alone(ended, noon):
    written(ended, ended.first, noon)
    written(ended, ended.second, noon, for_partner=False, for_coordinators=True)

    next_of(ended.first, noon, second=ended.second)
    next_of(ended.first, noon, stands_in_for=PairingFactory(program=ended.program, first=ended.first, paused=True))
    next_of(ended.second, noon)

    assert HandOverNote.objects.waiting().count() == 2


def test_it_waits_again_when_the_match_is_undone(ended, noon):
    note = written(ended, ended.first, noon)
    pairing = next_of(ended.first, noon)

    endings.undo(pairing=pairing, by=pairing.coordinator, now=noon)

    assert HandOverNote.objects.waiting().get() == note


def test_those_who_run_the_program_read_it_where_its_author_said_so_and_never_after_their_own_pairing(noon):
    ended = PairingFactory(closed=True, second__is_coordinator=True)
    written(ended, ended.first, noon)
    assert queries.for_staff(ended, ended.proposed_by) == []

    note = written(ended, ended.first, noon, for_coordinators=True)

    assert queries.for_staff(ended, ended.proposed_by) == [note]
    assert queries.for_staff(ended, ended.second) == []


def test_one_takes_it_back_and_nothing_is_kept(ended, noon):
    written(ended, ended.first, noon)

    for _ in range(2):
        services.withdraw(pairing=ended, by=ended.first, now=noon)

    assert not HandOverNote.objects.exists()


def test_it_is_unreadable_at_rest(ended):
    HandOverNoteFactory(text="Lighthouse")

    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(matching_handovernote)::text FROM matching_handovernote")
        assert "Lighthouse" not in cursor.fetchone()[0]


@pytest.mark.parametrize(
    ("wrong", "constraint"),
    [
        ({"for_partner": False}, "matching_handovernote_is_for_somebody"),
        ({"for_partner": False, "for_coordinators": True, "shown": True}, "matching_handovernote_shown_if_meant_to_be"),
    ],
)
def test_the_database_refuses_a_note_for_nobody_or_shown_against_its_authors_word(wrong, constraint, ended):
    wrong = {**wrong, "shown_in": ended} if wrong.pop("shown", False) else wrong

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        HandOverNoteFactory(pairing=ended, **wrong)


def test_the_database_refuses_a_second_note_that_waits(ended):
    HandOverNoteFactory(pairing=ended)

    with pytest.raises(IntegrityError, match="matching_handovernote_one_waits_a_person"), transaction.atomic():
        HandOverNoteFactory(pairing=ended)


@pytest.mark.django_db(transaction=True)
def test_forms_of_two_pairings_sent_at_once_leave_one_note(noon):
    ended = PairingFactory(closed=True)
    other = PairingFactory(closed=True, program=ended.program, first=ended.first)

    at_once(*(lambda pairing=pairing: written(pairing, ended.first, noon) for pairing in (ended, other) * 2))

    assert HandOverNote.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_note_that_is_just_being_shown_is_not_replaced(ended, noon):
    note = written(ended, ended.first, noon)
    pairing = PairingFactory(active=True, program=ended.program, first=ended.first)
    is_shown = Event()

    def show():
        with transaction.atomic():
            services.show(pairing=pairing, now=noon)
            is_shown.set()
            assert somebody_waits_for_this_transaction()

    def change():
        is_shown.wait(10)
        return written(ended, ended.first, noon, text="Too late")

    _, answer = at_once(show, change)

    assert isinstance(answer, Refused)
    assert list(HandOverNote.objects.values_list("pk", "shown_in")) == [(note.pk, pairing.pk)]


def somebody_waits_for_this_transaction():
    with connection.cursor() as cursor:
        for _ in range(20_000):
            cursor.execute(
                "SELECT FROM pg_locks mine JOIN pg_locks theirs USING (transactionid)"
                " WHERE mine.pid = pg_backend_pid() AND mine.granted AND NOT theirs.granted"
            )
            if cursor.rowcount:
                return True
    return False
