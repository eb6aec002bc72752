"""Where each column of the drawing stands. Knows no Django.

Lengths are in units of a drawing 360 wide, and strings, since a number in a template would be written in the language of the reader.
"""

from collections.abc import Sequence
from dataclasses import dataclass

GROUP, WIDTH, GAP = 60, 20, 4
FLOOR, TALLEST = 124, 96
ABOVE = 6
# A few facts do not look like many.
LEAST_SCALE = 4


@dataclass(frozen=True)
class Column:
    number: int
    x: str
    y: str
    height: str
    middle: str
    label_y: str


@dataclass(frozen=True)
class Group:
    words: str
    middle: str
    one: Column
    two: Column


def groups(rows: Sequence[tuple[str, int, int]]) -> list[Group]:
    """A group for each row of words and two numbers, all on one scale that begins at zero."""
    scale = max([LEAST_SCALE, *(max(one, two) for _, one, two in rows)])
    return [
        Group(
            words,
            str(GROUP * place + GROUP // 2),
            _column(one, GROUP * place + GROUP // 2 - WIDTH - GAP // 2, scale),
            _column(two, GROUP * place + GROUP // 2 + GAP // 2, scale),
        )
        for place, (words, one, two) in enumerate(rows)
    ]


def _column(number: int, x: int, scale: int) -> Column:
    height = TALLEST * number / scale
    return Column(
        number=number,
        x=str(x),
        y=f"{FLOOR - height:.1f}",
        height=f"{height:.1f}",
        middle=str(x + WIDTH // 2),
        label_y=f"{FLOOR - height - ABOVE:.1f}",
    )
