"""A year of pairs by a told clock: each mail that the product sends is one that the oracle reckons, in that minute, and none is missing."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from mentoring.kernel import wakeup
from tests.checkins.reminders.year.oracle import Mail, expected
from tests.checkins.reminders.year.product import Product
from tests.checkins.reminders.year.scenario import ZONES, Year, make_year, nightly_and_daylong
from tests.times import ToldClock

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _nobody_is_woken(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tests themselves are the workers."""
    monkeypatch.setattr(wakeup, "wake", lambda task, queue: None)


def told(mails: Counter[Mail]) -> str:
    """The first of them in order of time."""
    ordered = sorted(mails.elements(), key=lambda mail: (mail.at, mail.person))
    return "".join(f"\n  {mail.person} {mail.at:%Y-%m-%d %H:%M} {mail.items}" for mail in ordered[:20])


def test_simulated_year_equals_oracle(told_clock: ToldClock, soak: bool) -> None:
    """In its short form some weeks in which clocks change, with one or more of all that can happen."""
    if soak:
        year = make_year(seed=1, people=1000, days=365)
    else:
        year = make_year(seed=20, people=40, days=50, zones=ZONES[::5] + ZONES[2::5], begins=datetime(2026, 3, 8, tzinfo=UTC))

    product_equals_oracle(year, told_clock)


def test_downtime_nightly_and_daylong(told_clock: ToldClock, soak: bool) -> None:
    """What was due while no worker ran is made good once they run again: once, and only what is of use by then."""
    people, days = (150, 120) if soak else (12, 35)
    begins = datetime(2026, 3, 8, tzinfo=UTC)
    year = make_year(seed=31, people=people, days=days, zones=ZONES[::5] + ZONES[2::5], begins=begins)

    product_equals_oracle(replace(year, down=nightly_and_daylong(begins, days)), told_clock)


def product_equals_oracle(year: Year, told_clock: ToldClock) -> None:
    product = Product(year, told_clock)
    sent, owed = Counter(product.live()), Counter(expected(year))

    print(f"\n{len(year.people)} people, {year.days} days: {sent.total()} mails sent, {owed.total()} owed, in {product.runs} runs")
    assert sent == owed, f"missing:{told(owed - sent)}\nextra:{told(sent - owed)}"
