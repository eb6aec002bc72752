"""Where two lines over the weeks stand in a drawing. Knows no Django.

Lengths are in units of a drawing 360 wide, and strings, since a number in a template would be written in the language of the reader.
"""

from collections.abc import Sequence
from dataclasses import dataclass

LEFT, RIGHT, TOP, BOTTOM = 28, 346, 12, 108
HALF_A_POINT = 5


@dataclass(frozen=True)
class Point:
    x: str
    y: str
    # The corner of a square round it.
    left: str
    top: str


@dataclass(frozen=True)
class Lines:
    """Each line is the path of one side, broken where there is nothing, and its points. `since`: where the guide stands, or nowhere."""

    one: str
    two: str
    points_of_one: list[Point]
    points_of_two: list[Point]
    since: str
    least: int
    most: int

    @property
    def is_empty(self) -> bool:
        return not self.points_of_one and not self.points_of_two


def lines(one: Sequence[float | None], two: Sequence[float | None], *, least: int, most: int, since: int | None) -> Lines:
    """The values of both sides, week by week, on a scale that goes at least from `least` to `most`. `since`: the place of a week."""
    top = max([float(most), *(value for value in (*one, *two) if value is not None)])
    places = [_x(place, len(one)) for place in range(len(one))]

    def points(values: Sequence[float | None]) -> list[tuple[float, float] | None]:
        return [
            None if value is None else (x, BOTTOM - (BOTTOM - TOP) * (value - least) / (top - least))
            for x, value in zip(places, values, strict=True)
        ]

    of_one, of_two = points(one), points(two)
    return Lines(
        one=_path(of_one),
        two=_path(of_two),
        points_of_one=_points(of_one),
        points_of_two=_points(of_two),
        since="" if since is None else f"{places[since]:.1f}",
        least=least,
        most=round(top),
    )


def _x(place: int, of: int) -> float:
    return (LEFT + RIGHT) / 2 if of == 1 else LEFT + (RIGHT - LEFT) * place / (of - 1)


def _path(points: Sequence[tuple[float, float] | None]) -> str:
    """Of answers, which come every other week, the line goes on over the week between."""
    there = [point for point in points if point is not None]
    return "".join(f"{'L' if place else 'M'}{x:.1f} {y:.1f}" for place, (x, y) in enumerate(there))


def _points(points: Sequence[tuple[float, float] | None]) -> list[Point]:
    return [
        Point(f"{x:.1f}", f"{y:.1f}", f"{x - HALF_A_POINT:.1f}", f"{y - HALF_A_POINT:.1f}")
        for x, y in (point for point in points if point is not None)
    ]
