"""What people choose, and what holds for those who chose nothing."""

from datetime import time, timedelta

import pytest

from mentoring.kernel.errors import Refused
from mentoring.kernel.wishes import services
from mentoring.kernel.wishes.models import MailTimes, MailWish
from mentoring.kernel.wishes.services import Wishes
from tests.factories.programs import UserFactory
from tests.times import NOON

pytestmark = pytest.mark.django_db


def test_who_chose_nothing_wants_everything_but_not_at_night(monkeypatch):
    monkeypatch.setattr(services, "USUAL", Wishes())
    person = UserFactory()

    wished = services.of([person.pk])[person.pk]

    assert wished.wants("check-ins")
    assert (wished.quiet_from, wished.quiet_until, wished.gathers) == (time(21), time(8), False)
    assert not wished.is_snoozed_at(NOON)


def test_a_choice_is_about_one_category_and_can_be_taken_back():
    person = UserFactory()

    services.choose(recipient=person, category="check-ins", is_wanted=False, now=NOON)
    assert services.of([person.pk])[person.pk].unwanted == {"check-ins"}

    services.choose(recipient=person, category="check-ins", is_wanted=True, now=NOON)
    assert services.of([person.pk])[person.pk].unwanted == set()
    assert MailWish.objects.get().is_wanted


def test_times_are_in_whole_minutes_and_a_snooze_stays():
    person = UserFactory()
    services.snooze(recipient=person, until=NOON + timedelta(days=2), now=NOON)

    services.set_times(recipient=person, quiet_from=time(22, 0, 59), quiet_until=time(7, 30, 1), gathers=True, now=NOON)

    wished = services.of([person.pk])[person.pk]
    assert (wished.quiet_from, wished.quiet_until, wished.gathers) == (time(22), time(7, 30), True)
    assert wished.is_snoozed_at(NOON)
    assert not wished.is_snoozed_at(NOON + timedelta(days=2))


@pytest.mark.parametrize("until", [NOON, NOON - timedelta(days=1), NOON + timedelta(days=91)])
def test_a_snooze_ends_and_does_so_within_three_months(until):
    with pytest.raises(Refused):
        services.snooze(recipient=UserFactory(), until=until, now=NOON)


def test_a_snooze_can_be_ended_at_once():
    person = UserFactory()
    services.snooze(recipient=person, until=NOON + timedelta(days=2), now=NOON)

    services.snooze(recipient=person, until=None, now=NOON)

    assert not services.of([person.pk])[person.pk].is_snoozed_at(NOON)


def test_whoever_registered_hears_of_each_choice(monkeypatch):
    heard = []
    monkeypatch.setattr(services, "_when_changed", [lambda recipient, now: heard.append((recipient, now))])
    person = UserFactory()

    services.choose(recipient=person, category="check-ins", is_wanted=False, now=NOON)
    services.set_times(recipient=person, quiet_from=time(22), quiet_until=time(7), gathers=False, now=NOON)
    services.snooze(recipient=person, until=NOON + timedelta(days=1), now=NOON)

    assert heard == [(person.pk, NOON)] * 3


def test_the_wishes_of_many_cost_two_queries(queries_of):
    people = UserFactory.create_batch(20)
    for person in people[:10]:
        services.choose(recipient=person, category="check-ins", is_wanted=False, now=NOON)

    assert queries_of(lambda: services.of([person.pk for person in people])) == 2
    assert len(services.of([person.pk for person in people])) == 20


def test_what_somebody_chose_goes_with_them():
    person = UserFactory()
    services.choose(recipient=person, category="check-ins", is_wanted=False, now=NOON)
    services.snooze(recipient=person, until=NOON + timedelta(days=1), now=NOON)

    person.delete()

    assert not MailWish.objects.exists()
    assert not MailTimes.objects.exists()
