import re

import pytest

from checkins.care.models import Task
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


# --- please call me ---


def call_page(around, name="please-call"):
    return address(name, around.pairing.program, around.pairing.pk)


def test_one_press_on_the_pairs_page_asks_for_a_call_and_one_takes_it_back(as_member):
    around = people_around()
    browser = as_member(around.half)
    pair = address("pairing", around.pairing.program, around.pairing.pk)
    assert "Please call me" in browser.get(pair).text

    asked = browser.post(call_page(around), follow=True)

    assert asked.redirect_chain == [(f"{pair}#call", 302)]
    assert "You asked for a call on" in asked.text
    assert Task.objects.open().get().about == around.half
    back = browser.post(call_page(around, "please-call-take-back"), follow=True)
    assert "Nobody calls you about it." in back.text
    assert "Please call me" in back.text
    again = browser.post(call_page(around, "please-call-take-back"), follow=True)
    assert "There is no call left to take back" in again.text


def test_the_other_half_never_learns_of_a_call(as_member):
    around = people_around()
    partner = as_member(around.other_half)
    pages = [address(name, around.pairing.program, around.pairing.pk) for name in ("pairing", "my-answers")]
    pages.append(address("home", around.pairing.program))

    def seen():
        keys = r'(csrfmiddlewaretoken" value|"X-CSRFToken": |name="once" value=)[^>]*'
        return [re.sub(keys, "", partner.get(page).text) for page in pages]

    before = seen()

    TaskFactory(pairing=around.pairing, about=around.half, kind=Task.Kind.PLEASE_CALL)

    assert seen() == before


def test_the_coordinator_sees_it_first_among_what_somebody_said(as_member):
    around = people_around(active=True, first__user__called="Amara")
    TaskFactory(pairing=around.pairing, about=around.half, kind=Task.Kind.PLEASE_CALL)

    page = as_member(around.coordinator).get(address("today", around.pairing.program)).text

    assert "Amara would like a call" in page
