"""What came of a run, with the proof, whether it was found for two sides or among equal peers. Knows no Django."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from matching import solver
from matching.runs import arrays, reckoning

# `tell(phase, number)`: how far it is; it may raise, to stop.
Tell = Callable[..., object]


class NotProvedError(RuntimeError):
    """The solver and what checks it do not agree. Nothing of it is kept."""


@dataclass(frozen=True)
class Found:
    """`outcome` as `arrays` packs it; `matched` counts people, `locked` pairs; `floor` is None where none was sought."""

    outcome: bytes
    value: int
    total: int
    matched: int
    locked: int
    fingerprint: str
    is_proved: bool
    result: reckoning.Result
    floor: int | None = None
    statistics: dict[str, Any] = field(default_factory=dict)


def of_sides(inputs: arrays.Inputs, tell: Tell) -> Found:
    """Mentees and mentors: solved, proved and told in words. Raises MatchError and NotProvedError."""
    problem = inputs.problem()
    solution = solver.stay(problem, solver.solve(problem, progress=tell), inputs.earlier)
    tell("proof")
    if faults := solver.verify(problem, solution):
        raise NotProvedError(faults[0])
    return Found(
        outcome=arrays.packed_outcome(solution),
        value=solution.value,
        total=solution.total,
        matched=solution.matched,
        locked=int(solution.locked.sum()),
        fingerprint=solution.fingerprint,
        is_proved=True,
        result=reckoning.result_of(inputs, solution, lambda done: tell("words", done)),
        floor=solution.floor,
        statistics=solution.statistics,
    )
