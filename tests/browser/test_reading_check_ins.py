"""A coordinator reads what two people answered, on a telephone: where they lie apart, over time, one day in full; then notes a call."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from checkins.care.models import CallNote
from mentoring.kernel.outbox.models import OutboxMessage
from tests.browser.pressing import press
from tests.factories.checkins import AnswerFactory, CheckInFactory, question_of
from tests.factories.matching import PairingFactory

pytestmark = pytest.mark.django_db(transaction=True)
# Of the first half and the second, two weeks after each other; None for nobody asked yet.
SAID = ((4, 4, "EARLY WORDS"), (5, 3, ""), (5, 1, "LATE WORDS"))


@pytest.fixture
def pairing():
    now = timezone.now()
    pair = PairingFactory(active=True, first__user__name="Amara Okoye", second__user__name="Jonas Lindqvist")
    for place, (one, other, words) in enumerate(SAID):
        at = now - timedelta(days=14 * (len(SAID) - place))
        for half, value in zip(pair.halves, (one, other), strict=True):
            when = {"due_on": at.date(), "opens_at": at, "closes_at": at + timedelta(days=10)}
            check_in = CheckInFactory(pairing=pair, membership=half, number=place + 1, answered=True, **when)
            for construct in ("comfort", "voice"):
                AnswerFactory(check_in=check_in, question=question_of(check_in.plan, construct), value=value, words=words)
    CheckInFactory(pairing=pair, due_on=now.date(), opens_at=now, closes_at=now + timedelta(days=10), number=9)
    return pair


def test_a_coordinator_reads_reminds_and_notes_a_call(page_at, axe, picture, pairing):
    page = page_at(360, as_=pairing.coordinator)

    page.goto(reverse("checkins:checkins", args=[pairing.program.slug]))
    page.get_by_role("link", name="Amara Okoye and Jonas Lindqvist").first.tap()
    expect(page.get_by_text("4 steps apart").first).to_be_visible()
    expect(page.get_by_text("LATE WORDS").first).to_be_visible()
    page.emulate_media(color_scheme="dark")
    axe(page)
    picture(page, "answers")

    page.get_by_label("Which check-in?").select_option(index=2)
    page.get_by_role("button", name="Show").tap()
    expect(page.get_by_text("EARLY WORDS").first).to_be_visible()
    expect(page.get_by_text("LATE WORDS")).to_have_count(0)

    page.get_by_role("link", name="Amara and Jonas").tap()
    press(page, "Remind who has not answered")
    expect(page.get_by_text("A reminder goes to 1 person.")).to_be_visible()
    assert OutboxMessage.objects.get(kind="checkin-due").recipient == pairing.first.user

    page.get_by_role("link", name="Notes of calls").tap()
    page.get_by_label("Both").tap()
    page.get_by_label("What was said?").fill("Both are well.")
    axe(page)
    press(page, "Save the note")
    expect(page.get_by_text("The note is saved.")).to_be_visible()
    assert str(CallNote.objects.get().text) == "Both are well."

    page.goto(reverse("checkins:checkins-over-time", args=[pairing.program.slug]))
    axe(page)
