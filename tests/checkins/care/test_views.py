import pytest

from tests.checkins.pages import address, people_around
from tests.factories.checkins import TaskFactory
from tests.factories.programs import MembershipFactory

pytestmark = pytest.mark.django_db


def done_page(task):
    return address("task-done", task.pairing.program, task.pk)


def test_a_coordinator_marks_it_as_done(as_member):
    task = TaskFactory()

    answer = as_member(task.pairing.coordinator).post(done_page(task), follow=True)

    assert answer.redirect_chain[-1][0] == address("today", task.pairing.program)
    assert "Marked as done" in answer.text
    task.refresh_from_db()
    assert task.done_by == task.pairing.coordinator


def test_looking_is_not_doing(as_member):
    task = TaskFactory()

    assert as_member(task.pairing.coordinator).get(done_page(task)).status_code == 405


def test_nobody_else_finds_it(as_member):
    around = people_around()
    task = TaskFactory(pairing=around.pairing)
    of_admins = TaskFactory(pairing=around.pairing, for_admins=True)
    around.other_half.is_coordinator = True
    around.other_half.save()

    for person in (around.half, around.other_half, around.neighbour, around.outsider, MembershipFactory(coordinator=True)):
        assert as_member(person).post(done_page(task)).status_code == 404
    assert as_member(around.coordinator).post(done_page(of_admins)).status_code == 404
    assert as_member(around.admin).post(done_page(of_admins)).status_code == 302
    task.refresh_from_db()
    assert task.done_at is None
