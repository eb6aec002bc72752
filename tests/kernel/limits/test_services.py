from collections import Counter
from datetime import timedelta
from itertools import product

import pytest

from mentoring.kernel.limits import services, tasks
from mentoring.kernel.limits.models import LimitCount
from mentoring.kernel.limits.services import Limit
from tests.at_once import at_once
from tests.times import NOON

pytestmark = pytest.mark.django_db

LIMIT = Limit("tries", at_most=20)


def taken(how_many=1, *, limit=LIMIT, who="ana", stretch="today"):
    return services.take(limit, who=who, stretch=stretch, how_many=how_many, now=NOON)


def test_so_many_and_not_one_more():
    assert [taken() for _ in range(22)] == [True] * 20 + [False] * 2


def test_what_would_be_too_many_is_not_counted():
    assert taken(15)

    assert not taken(6)

    assert taken(5)


def test_more_at_once_than_there_ever_are_is_refused_from_the_start():
    assert not taken(21)
    assert not LimitCount.objects.exists()


def test_each_limit_person_and_stretch_has_its_own_count():
    assert taken(20)

    assert taken(limit=Limit("others", at_most=20))
    assert taken(who="ben")
    assert taken(stretch="tomorrow")


def test_used_up_is_said_without_counting():
    assert taken(19)
    assert not services.is_used_up(LIMIT, who="ana", stretch="today")
    assert taken()

    assert services.is_used_up(LIMIT, who="ana", stretch="today")
    assert LimitCount.objects.get().used == 20


def test_whom_it_is_counted_for_cannot_be_read():
    taken(who="203.0.113.7")

    assert "203.0.113.7" not in str(LimitCount.objects.values().get())


@pytest.mark.django_db(transaction=True)
def test_limits_are_exact(soak):
    """Many at once, for several people and days: each gets what it asked for or all there is, as a count of the answers says."""
    asked = list(product(["ana", "ben", "cem"], ["today", "tomorrow"], range(60 if soak else 12))) + [("dia", "today", 0)] * 7

    def ask_for_all(worker):
        # Each begins elsewhere, so that the same row is asked for from several sides.
        turned = asked[worker * 11 :] + asked[: worker * 11]
        return lambda: [(who, day, taken(who=who, stretch=day)) for who, day, _number in turned]

    answers = [answer for worker in at_once(*map(ask_for_all, range(6))) for answer in worker]

    times_asked = Counter((who, day) for who, day, _number in asked * 6)
    granted = Counter((who, day) for who, day, went in answers if went)
    assert granted == {one: min(number, 20) for one, number in times_asked.items()}
    assert sorted(LimitCount.objects.values_list("used", flat=True)) == sorted(granted.values())


def test_counts_are_forgotten_when_their_day_is_over_everywhere(monkeypatch):
    monkeypatch.setattr(services, "BATCH", 2)
    for hours in (0, 71, 73, 80, 9000):
        services.take(LIMIT, who="ana", stretch=str(hours), now=NOON - timedelta(hours=hours))

    assert [services.purge(now=NOON) for _ in range(3)] == [2, 1, 0]
    assert LimitCount.objects.count() == 2


def test_the_daily_task_forgets_until_nothing_old_is_left(monkeypatch):
    monkeypatch.setattr(services, "BATCH", 2)
    for number in range(5):
        services.take(LIMIT, who=number, stretch="long ago", now=NOON - timedelta(days=4000))

    tasks.purge_limit_counts()

    assert not LimitCount.objects.exists()
