import re
from datetime import timedelta

import pytest
from django.utils import timezone

from checkins.care.models import CallNote, Task
from mentoring.kernel.audit.models import AuditEvent
from tests.checkins.pages import address, people_around
from tests.factories.checkins import CallNoteFactory, SignalFactory, TaskFactory
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


# --- notes ---


def notes_page(pairing):
    return address("calls", pairing.program, pairing.pk)


def filled_in(pairing, **changes):
    return {"about": str(pairing.first_id), "called_on": "2026-03-10", "text": "He said: all is well.", **changes}


def test_a_note_is_written_and_read(as_member):
    around = people_around(active=True, first__user__called="Amara", second__user__called="Jonas")
    browser, page = as_member(around.coordinator), notes_page(around.pairing)

    form = browser.get(page).text
    answer = browser.post(page, filled_in(around.pairing), follow=True).text

    assert "Amara and Jonas never do, whatever role they have." in form
    assert "No note yet" in form
    assert "He said: all is well." in answer
    assert "10 March 2026" in answer
    assert f"written by {around.coordinator.user.full_name}" in answer


def test_a_note_without_words_or_of_a_day_to_come_is_kept_in_the_form(as_member):
    around = people_around()

    answer = as_member(around.coordinator).post(notes_page(around.pairing), filled_in(around.pairing, called_on="2999-01-01"))

    assert "This day is still to come" in answer.text
    assert "He said: all is well." in answer.text
    assert not CallNote.objects.exists()


def test_reading_a_note_is_written_down_and_an_empty_page_is_not(as_member):
    around = people_around()
    browser = as_member(around.admin)
    browser.get(notes_page(around.pairing))
    assert not AuditEvent.objects.filter(verb="calls.read").exists()

    CallNoteFactory(pairing=around.pairing)
    browser.get(notes_page(around.pairing))

    event = AuditEvent.objects.get(verb="calls.read")
    assert (event.actor_id, event.object_id) == (around.admin.user_id, str(around.pairing.pk))


def test_a_correction_is_shown_below_the_note(as_member):
    around = people_around()
    note = CallNoteFactory(pairing=around.pairing, text="On Monday.")

    answer = as_member(around.admin).post(address("call-correct", around.pairing.program, note.pk), {"text": "On Tuesday."}, follow=True)

    assert answer.text.index("On Monday.") < answer.text.index("On Tuesday.")
    assert f"Put right by {around.admin.user.full_name}" in answer.text


def test_nobody_else_finds_notes_whatever_role_they_have(as_member):
    around = people_around()
    note = CallNoteFactory(pairing=around.pairing)
    around.other_half.is_coordinator = around.other_half.is_admin = True
    around.other_half.save()

    for person in (around.half, around.other_half, around.neighbour, around.outsider, MembershipFactory(coordinator=True)):
        browser = as_member(person)
        assert browser.get(notes_page(around.pairing)).status_code == 404
        assert browser.get(address("call-correct", around.pairing.program, note.pk)).status_code == 404


def test_a_note_for_admins_is_not_shown_to_other_coordinators(as_member):
    around = people_around()
    CallNoteFactory(pairing=around.pairing, author=around.admin, for_admins=True, text="CANARY")

    assert "CANARY" not in as_member(around.coordinator).get(notes_page(around.pairing)).text
    assert "CANARY" in as_member(around.admin).get(notes_page(around.pairing)).text


def test_a_task_is_done_with_a_note(as_member):
    task = TaskFactory()
    browser, page = as_member(task.pairing.coordinator), address("task", task.pairing.program, task.pk)

    form = browser.get(page).text
    answer = browser.post(page, filled_in(task.pairing), follow=True)

    assert "Done, without a note" in form
    assert answer.redirect_chain[-1][0] == address("today", task.pairing.program)
    task.refresh_from_db()
    assert task.done_by == task.pairing.coordinator
    assert str(CallNote.objects.get().text) == "He said: all is well."


def test_the_notes_cost_the_same_for_many(as_member, costs_the_same):
    around = people_around()
    CallNoteFactory(pairing=around.pairing, corrects=CallNoteFactory(pairing=around.pairing))

    def grow():
        for note in CallNoteFactory.create_batch(15, pairing=around.pairing):
            CallNoteFactory(pairing=around.pairing, corrects=note)

    browser = as_member(around.coordinator)
    costs_the_same(lambda: browser.get(notes_page(around.pairing)), grow=grow)


# --- whose it is, and when ---


def test_one_press_takes_a_task_on_and_leads_back_to_where_it_stood(as_member):
    task = TaskFactory()
    browser, program = as_member(task.pairing.coordinator), task.pairing.program
    here = f"{address('today', program)}?kind=direct"

    pressed = browser.post(address("task-take-on", program, task.pk), {"back": here})

    task.refresh_from_db()
    assert (pressed.url, task.owner) == (here, task.pairing.coordinator)
    for elsewhere in ("https://example.org/", "//example.org/p/", "/p/another/today/"):
        assert browser.post(address("task-give-back", program, task.pk), {"back": elsewhere}).url == address("today", program)
        browser.post(address("task-take-on", program, task.pk))


def test_a_task_is_given_to_a_colleague_who_may_do_it_and_to_nobody_else(as_member):
    around = people_around(second__user__name="Hal Half", second__is_coordinator=True)
    colleague = MembershipFactory(program=around.pairing.program, coordinator=True, user__name="Petra Blum")
    task = TaskFactory(pairing=around.pairing)
    browser, page = as_member(around.coordinator), address("task-give", around.pairing.program, task.pk)

    form = browser.get(page).text
    unsaid = browser.post(page, {"owner": ""}).text
    wrong = browser.post(page, {"owner": around.other_half.pk}).text
    done = browser.post(page, {"owner": colleague.pk}, follow=True).text

    assert "Petra Blum" in form
    assert f'value="{around.other_half.pk}"' not in form
    for refused in (unsaid, wrong):
        assert "has it now" not in refused
    assert "Petra Blum has it now." in done
    task.refresh_from_db()
    assert task.owner == colleague


def test_a_task_is_put_off_and_brought_back(as_member):
    task = TaskFactory()
    browser, program = as_member(task.pairing.coordinator), task.pairing.program
    page, today = address("task-put-off", program, task.pk), timezone.now().date()

    wrong = browser.post(page, {"until": str(today), "because": "away"}).text
    done = browser.post(page, {"until": str(today + timedelta(days=5)), "because": "away"}, follow=True).text

    assert "Choose a day from tomorrow on" in wrong
    assert "Put off until" in done
    task.refresh_from_db()
    assert task.put_off_until == today + timedelta(days=5)
    browser.post(address("task-bring-back", program, task.pk))
    task.refresh_from_db()
    assert task.put_off_until is None


def test_what_the_weeks_show_is_closed_at_its_signal_alone(as_member):
    signal = SignalFactory()
    browser, program = as_member(signal.pairing.coordinator), signal.pairing.program

    assert browser.get(address("task", program, signal.task_id)).status_code == 404
    assert browser.post(address("task-done", program, signal.task_id)).status_code == 404
