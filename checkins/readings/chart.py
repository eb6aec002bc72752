"""Where the lines and the columns of a drawing stand. Knows no Django.

Lengths are in units of a drawing 360 wide, and strings, since a number in a template would be written in the language of the reader.
"""

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH = 360
# Lines: values from 1 to 5, the best on top.
LEFT, RIGHT, TOP, BOTTOM = 28, 346, 12, 108
LEAST, MOST = 1, 5
# Columns: shares in hundredths.
FLOOR, TALLEST, COLUMN = 124, 96, 22
ABOVE = 6


@dataclass(frozen=True)
class Point:
    x: str
    y: str
    # The corner of a square round it.
    left: str
    top: str


@dataclass(frozen=True)
class Between:
    """From the one value to the other, of one day."""

    x: str
    top: str
    bottom: str
    is_wide: bool


@dataclass(frozen=True)
class Lines:
    """Each line is the path of one side, broken where nothing was said, and its points."""

    one: str
    two: str
    points_of_one: list[Point]
    points_of_two: list[Point]
    between: list[Between]

    @property
    def is_empty(self) -> bool:
        return not self.points_of_one and not self.points_of_two


@dataclass(frozen=True)
class Column:
    """A share of those who were asked: `height` of it has an answer, `top_height` above it says "I would rather not", and above that
    `open_height` can still be answered; empty where nothing can."""

    words: str
    share: int | None
    x: str
    y: str
    height: str
    top_y: str
    top_height: str
    open_y: str
    open_height: str
    middle: str
    label_y: str


def lines(one: Sequence[int | None], two: Sequence[int | None], *, wide: int) -> Lines:
    """The values of both sides, day by day; None where there is none. A gap of `wide` steps or more is drawn as one."""
    places = [_x(place, len(one)) for place in range(len(one))]
    return Lines(
        one=_path(places, one),
        two=_path(places, two),
        points_of_one=_points(places, one),
        points_of_two=_points(places, two),
        between=[
            Between(f"{x:.1f}", f"{_y(max(a, b)):.1f}", f"{_y(min(a, b)):.1f}", abs(a - b) >= wide)
            for x, a, b in zip(places, one, two, strict=True)
            if a is not None and b is not None and a != b
        ],
    )


def columns(rows: Sequence[tuple[str, int, Sequence[int]]]) -> list[Column]:
    """A column for each row of words, how many were asked, and of these how many answered, would rather not say, and still can answer."""
    room = WIDTH / max(len(rows), 1)
    return [_column(words, asked, parts, room * place + room / 2) for place, (words, asked, parts) in enumerate(rows)]


def share(part: int, whole: int) -> int | None:
    """In whole hundredths."""
    return round(100 * part / whole) if whole else None


def _column(words: str, asked: int, parts: Sequence[int], middle: float) -> Column:
    answered, withheld, still_open = parts
    height, top_height, open_height = (TALLEST * number / asked if asked else 0.0 for number in parts)
    top = FLOOR - height - top_height - open_height
    return Column(
        words=words,
        share=share(answered + withheld, asked),
        x=f"{middle - COLUMN / 2:.1f}",
        y=f"{FLOOR - height:.1f}",
        height=f"{height:.1f}",
        top_y=f"{FLOOR - height - top_height:.1f}",
        top_height=f"{top_height:.1f}",
        middle=f"{middle:.1f}",
        open_y=f"{top:.1f}",
        open_height=f"{open_height:.1f}" if still_open else "",
        label_y=f"{top - ABOVE:.1f}",
    )


def _x(place: int, of: int) -> float:
    return (LEFT + RIGHT) / 2 if of == 1 else LEFT + (RIGHT - LEFT) * place / (of - 1)


def _y(value: int) -> float:
    return BOTTOM - (BOTTOM - TOP) * (value - LEAST) / (MOST - LEAST)


def _path(places: Sequence[float], values: Sequence[int | None]) -> str:
    steps, is_drawing = [], False
    for x, value in zip(places, values, strict=True):
        if value is not None:
            steps.append(f"{'L' if is_drawing else 'M'}{x:.1f} {_y(value):.1f}")
        is_drawing = value is not None
    return "".join(steps)


def _points(places: Sequence[float], values: Sequence[int | None]) -> list[Point]:
    found = [(x, _y(value)) for x, value in zip(places, values, strict=True) if value is not None]
    return [Point(f"{x:.1f}", f"{y:.1f}", f"{x - 5:.1f}", f"{y - 5:.1f}") for x, y in found]
