from datetime import UTC, datetime, timedelta

import pytest

from checkins.digests import services
from checkins.digests.models import DigestTime
from mentoring.kernel.outbox.models import OutboxMessage
from tests.at_once import at_once
from tests.factories.checkins import DigestTimeFactory
from tests.factories.programs import MembershipFactory

pytestmark = pytest.mark.django_db

BERLIN = "Europe/Berlin"


def owed():
    """The day of each."""
    expire = OutboxMessage.objects.filter(kind=services.DIGEST).values_list("expires_at", flat=True)
    return sorted((at - services.USEFUL_FOR).date().isoformat() for at in expire)


@pytest.mark.parametrize(
    ("now", "hour", "on_workdays_only", "then"),
    [
        (datetime(2026, 3, 16, 6, tzinfo=UTC), 8, True, datetime(2026, 3, 16, 7, tzinfo=UTC)),
        (datetime(2026, 3, 16, 7, tzinfo=UTC), 8, True, datetime(2026, 3, 17, 7, tzinfo=UTC)),
        # Friday, and the weekend after it.
        (datetime(2026, 3, 20, 7, tzinfo=UTC), 8, True, datetime(2026, 3, 23, 7, tzinfo=UTC)),
        (datetime(2026, 3, 20, 7, tzinfo=UTC), 8, False, datetime(2026, 3, 21, 7, tzinfo=UTC)),
        # Clocks go forward over two o'clock on Sunday 29 March: the hour after stands for it.
        (datetime(2026, 3, 28, 7, tzinfo=UTC), 8, False, datetime(2026, 3, 29, 6, tzinfo=UTC)),
        (datetime(2026, 3, 28, 12, tzinfo=UTC), 2, False, datetime(2026, 3, 29, 1, tzinfo=UTC)),
    ],
)
def test_it_comes_at_that_hour_by_the_persons_clock(now, hour, on_workdays_only, then):
    assert services.next_after(now, hour, on_workdays_only, BERLIN) == then


def test_choosing_again_changes_the_hour_and_leaves_one(noon):
    me = MembershipFactory(coordinator=True, user__time_zone=BERLIN)

    services.choose(by=me, hour=8, on_workdays_only=True, now=noon)
    services.choose(by=me, hour=17, on_workdays_only=False, now=noon)

    chosen = DigestTime.objects.get()
    assert (chosen.hour, chosen.next_at) == (17, noon + timedelta(hours=4))
    services.stop(by=me)
    services.stop(by=me)
    assert not DigestTime.objects.exists()


def test_an_hour_that_has_come_is_owed_once_and_moves_on(noon):
    digest = DigestTimeFactory(hour=12, next_at=noon, membership__user__time_zone="UTC")

    assert services.owe_due(now=noon - timedelta(seconds=1)) == 0
    assert services.owe_due(now=noon) == 1
    assert services.owe_due(now=noon) == 0

    digest.refresh_from_db()
    assert (owed(), digest.next_at) == (["2026-03-16"], noon + timedelta(days=1))


@pytest.mark.parametrize(("late", "slots"), [(11, ["2026-03-16"]), (13, []), (24 * 3 + 1, ["2026-03-19"])])
def test_a_late_run_owes_the_last_one_while_it_is_of_use(late, slots, noon):
    DigestTimeFactory(hour=12, next_at=noon, membership__user__time_zone="UTC")

    services.owe_due(now=noon + timedelta(hours=late))

    assert owed() == slots


def test_who_has_moved_to_another_clock_is_written_to_at_the_hour_there(noon):
    west = DigestTimeFactory(hour=12, next_at=noon, membership__user__time_zone="America/New_York")

    services.owe_due(now=noon)
    west.refresh_from_db()
    assert (owed(), west.next_at) == ([], noon + timedelta(hours=4))

    services.owe_due(now=west.next_at)
    assert owed() == ["2026-03-16"]


def test_nobody_is_written_to_who_runs_the_program_no_longer(noon):
    digest = DigestTimeFactory(hour=12, next_at=noon, membership__user__time_zone="UTC")
    digest.membership.is_coordinator, digest.membership.is_participant = False, True
    digest.membership.save()

    assert services.owe_due(now=noon) == 1
    assert owed() == []


@pytest.mark.django_db(transaction=True)
def test_two_at_once_owe_each_digest_once(noon):
    for _ in range(6):
        DigestTimeFactory(hour=12, next_at=noon, membership__user__time_zone="UTC")

    at_once(*[lambda: services.owe_due(now=noon)] * 2)

    assert len(owed()) == 6
