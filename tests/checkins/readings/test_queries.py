from datetime import timedelta

import pytest

from checkins.answers.models import CheckIn
from checkins.care.models import Task
from checkins.care.playbook import tell
from checkins.readings import queries
from matching.pairings.models import Pairing
from mentoring.kernel.outbox import services as outbox
from mentoring.kernel.outbox.models import OutboxMessage
from tests.checkins.pages import people_around
from tests.factories.checkins import AnswerFactory, CheckInFactory, TaskFactory
from tests.times import NOON

pytestmark = pytest.mark.django_db


# --- the newest round of each pairing ---


def test_of_two_rounds_on_one_day_both_lists_tell_of_the_one_that_was_planned_last():
    around = people_around()
    for half in (around.half, around.other_half):
        CheckInFactory(pairing=around.pairing, membership=half, after_first_meeting=True, closes_at=NOON + timedelta(days=20))
    regular = [CheckInFactory(pairing=around.pairing, membership=half, answered=True) for half in (around.other_half, around.half)]
    others, staff = Pairing.objects.filter(pk=around.pairing.pk), around.coordinator

    row = queries.with_current_round(others, staff, NOON).get()

    assert (row.round_occasion, row.last_minute) == ("scheduled", regular[0].last_minute)
    assert row.first_state == row.second_state == CheckIn.State.WITHHELD
    assert queries.answered_in_current_round(others, staff, NOON) == {around.pairing.pk: (2, 2)}


def test_what_was_called_off_is_in_neither_list():
    around = people_around()
    answered = CheckInFactory(pairing=around.pairing, answered=True)
    AnswerFactory(check_in=answered)
    CheckInFactory(pairing=around.pairing, membership=around.other_half, called_off_at=NOON, closes_at=NOON + timedelta(days=20))
    others, staff = Pairing.objects.filter(pk=around.pairing.pk), around.coordinator

    row = queries.with_current_round(others, staff, NOON).get()

    assert (row.first_state, row.second_state, row.last_minute) == (CheckIn.State.ANSWERED, None, answered.last_minute)
    assert queries.answered_in_current_round(others, staff, NOON) == {around.pairing.pk: (1, 1)}


# --- what went before a silence ---


def silent_twice(pairing):
    """The first half left two check-ins unanswered; of each all three reminders went, at the start, after three and after seven days."""
    days = [NOON - timedelta(days=28), NOON - timedelta(days=14)]
    for day in days:
        check_in = CheckInFactory(pairing=pairing, due_on=day.date(), opens_at=day, closes_at=day + timedelta(days=10))
        for place, after in enumerate((0, 3, 7)):
            at = day + timedelta(days=after)
            about = {"subject_id": check_in.pk, "recipient": pairing.first.user, "program_id": pairing.program_id}
            outbox.owe(kind="checkin-due", slot=str(place), due_at=at, now=at, **about)
    outbox.record_as_sent(program_id=pairing.program_id, now=NOON)
    return TaskFactory(pairing=pairing, kind=Task.Kind.UNANSWERED, since_on=days[0].date(), seen_on=days[1].date())


def test_a_silence_names_the_reminders_that_went_before():
    task = silent_twice(people_around().pairing)

    told = tell(task, queries.reminded_before([task])[task.pk])

    assert "Reminders went on 16 February, 19 February, 23 February, 2 March, 5 March and 9 March." in told.seen


def test_what_never_went_is_not_named():
    task = silent_twice(people_around().pairing)
    OutboxMessage.objects.update(state="cancelled", sent_at=None)

    assert "Reminders went" not in tell(task, queries.reminded_before([task])[task.pk]).seen


def test_reminders_of_somebody_else_are_not_named():
    around = people_around()
    silent_twice(around.pairing)
    other = TaskFactory(
        pairing=around.pairing, about=around.other_half, unanswered=True, seen_on=(NOON - timedelta(days=14)).date(), since_on=None
    )

    assert queries.reminded_before([other]) == {other.pk: []}


def test_many_silences_cost_as_much_as_one(queries_of):
    tasks = [silent_twice(people_around().pairing) for _number in range(3)]

    assert queries_of(lambda: queries.reminded_before(tasks)) == 2
