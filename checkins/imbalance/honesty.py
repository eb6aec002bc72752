"""How often signals were right, as far as counts can tell: rates and shares with an interval, and groups that are large enough to be shown.

Knows no Django.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from scipy.special import betaincinv, gammaincinv

# Of a hundred such intervals 95 hold what is true, were each event by itself.
TAIL = 0.025
SMALLEST = 5
DAYS_A_MONTH = 365.25 / 12


@dataclass(frozen=True)
class Rate:
    """`number` in `months` of a pair. The others in 100 months; None where there was no month."""

    number: int
    months: float

    @property
    def in_hundred(self) -> float | None:
        return 100 * self.number / self.months if self.months > 0 else None

    @property
    def low(self) -> float | None:
        """The exact limits of a count (Garwood 1936)."""
        return None if self.months <= 0 else 100 * (float(gammaincinv(self.number, TAIL)) if self.number else 0.0) / self.months

    @property
    def high(self) -> float | None:
        return None if self.months <= 0 else 100 * float(gammaincinv(self.number + 1, 1 - TAIL)) / self.months


@dataclass(frozen=True)
class Share:
    """`number` of `whole`. The others in hundredths; None where there was nothing."""

    number: int
    whole: int

    @property
    def in_hundred(self) -> int | None:
        return round(100 * self.number / self.whole) if self.whole else None

    @property
    def low(self) -> int | None:
        """The exact limits of a share (Clopper and Pearson 1934)."""
        if not self.whole:
            return None
        return round(100 * float(betaincinv(self.number, self.whole - self.number + 1, TAIL))) if self.number else 0

    @property
    def high(self) -> int | None:
        if not self.whole:
            return None
        misses = self.whole - self.number
        return round(100 * float(betaincinv(self.number + 1, misses, 1 - TAIL))) if misses else 100


def large_enough(people_of: Mapping[str, int]) -> set[str]:
    """The groups to show: of five people at least; and where the rest is too few to be left alone, without the smallest of them."""
    large = sorted((name for name, people in people_of.items() if people >= SMALLEST), key=lambda name: (people_of[name], name))
    rest = sum(people for people in people_of.values() if people < SMALLEST)
    return set(large[1:] if 0 < rest < SMALLEST else large)
