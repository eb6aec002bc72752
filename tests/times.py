"""The moment at which tests happen, unless they are about another."""

from datetime import UTC, datetime

NOON = datetime(2026, 3, 16, 12, 0, tzinfo=UTC)  # a Monday, two weeks before Europe's clocks change
