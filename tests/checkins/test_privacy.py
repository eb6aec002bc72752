"""The other half of a pair learns nothing of a check-in: not what was answered, not that it was, whatever role they have."""

from datetime import timedelta

import pytest
from django.utils import timezone

from checkins.answers import services as answers
from checkins.answers.models import CheckIn
from checkins.care import services as care
from checkins.care.models import Task
from checkins.readings import services as readings
from checkins.reminders import services as reminders
from matching.pairings.models import Pairing
from tests.checkins.pages import People, address, let_in, pages_of_the_program, people_around, shown, trail_and_others
from tests.factories.checkins import CheckInFactory, question_of

pytestmark = pytest.mark.django_db

CANARY = "CANARY-OF-AMARA"
ROLES = [{}, {"is_deputy": True}, {"is_coordinator": True, "is_admin": True}]


@pytest.fixture
def around() -> People:
    return people_around(active=True, first__user__called="Amara", second__user__called="Jonas")


@pytest.fixture
def check_in(around):
    now = timezone.now()
    asked = CheckInFactory(
        pairing=around.pairing, opens_at=now - timedelta(days=1), closes_at=now + timedelta(days=9), due_on=now.date() - timedelta(days=1)
    )
    for construct in ("comfort", "boundaries", "going_on", "words"):
        question_of(asked.plan, construct)
    answers.owe_reminders([asked], now=now)
    return asked


def answer_as_badly_as_can_be(check_in: CheckIn) -> None:
    given = dict.fromkeys(check_in.plan.questions.exclude(kind="text"), 1)
    own_words = dict.fromkeys(check_in.plan.questions.filter(kind="text"), CANARY)
    beside = dict.fromkeys(given, CANARY)
    answers.give(check_in=check_in, by=check_in.membership, answers={**given, **own_words}, words=beside, now=timezone.now())
    assert Task.objects.count() == 3


def read_and_note_and_remind(around: People) -> None:
    """What a coordinator does with it."""
    by, now = around.coordinator, timezone.now()
    readings.note_reading(pairing=around.pairing, by=by, now=now)
    care.write_note(pairing=around.pairing, by=by, text=CANARY, about=around.half, called_on=now.date(), now=now, task=Task.objects.first())
    reminders.remind_now(pairings=Pairing.objects.all(), by=by, now=now)


def pages_of(around: People, check_in: CheckIn) -> list[str]:
    return pages_of_the_program(around, checkin=check_in.pk, question=check_in.plan.questions.first().pk)


@pytest.mark.parametrize("roles", ROLES, ids=lambda roles: "+".join(roles) or "none")
def test_the_other_halfs_pages_are_the_same_before_and_after(roles, as_member, around, check_in):
    for role, value in roles.items():
        setattr(around.other_half, role, value)
    around.other_half.save()
    browser = as_member(around.other_half)
    trail, others = trail_and_others(around.pairing.program, pages_of(around, check_in))
    if not around.other_half.is_staff:
        others = let_in(others, "half")
    before = {page: shown(browser, page) for page in [*others, trail]}

    answer_as_badly_as_can_be(check_in)
    read_and_note_and_remind(around)

    for page in [trail, *others]:
        after = shown(browser, page)
        assert CANARY not in after, page
        assert after == before[page], page


def test_those_it_is_for_do_read_it(as_member, around, check_in):
    answer_as_badly_as_can_be(check_in)
    page = address("answers", around.pairing.program, around.pairing.pk)

    for reader in (around.coordinator, around.admin):
        assert CANARY in as_member(reader).get(page).text
    assert CANARY in as_member(around.half).get(address("checkin", around.pairing.program, check_in.pk)).text


def test_neighbours_and_outsiders_read_it_nowhere(as_member, around, check_in):
    answer_as_badly_as_can_be(check_in)

    for person in (around.neighbour, around.outsider):
        browser = as_member(person)
        assert all(CANARY not in shown(browser, page) for page in let_in(pages_of(around, check_in), "other"))
