"""A year of pairs by a told clock: each mail that the product sends is one that the oracle reckons, in that minute, and none is missing."""

from collections import Counter
from datetime import UTC, datetime

import pytest

from mentoring.kernel import wakeup
from tests.checkins.reminders.year.oracle import Mail, expected
from tests.checkins.reminders.year.product import Product
from tests.checkins.reminders.year.scenario import ZONES, make_year
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

    product = Product(year, told_clock)
    sent, owed = Counter(product.live()), Counter(expected(year))

    print(f"\n{len(year.people)} people, {year.days} days: {sent.total()} mails sent, {owed.total()} owed, in {product.runs} runs")
    assert sent == owed, f"missing:{told(owed - sent)}\nextra:{told(sent - owed)}"
