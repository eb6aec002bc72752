"""People side by side, with what they answered: choice by choice, since many people make few choices."""

from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from matching.scoring.people import Candidate

Places = NDArray[np.int64]


@dataclass(frozen=True)
class Choice:
    """What some of a side answered to a question: a `label`, by the clock of a `zone`. `people`: their places in the side, each once.

    `is_all`: it is their whole answer, and no list in which there could be more.
    """

    label: str
    zone: str
    is_all: bool
    people: Places


class People(ABC):
    """People in an order of their own, `len()` of them."""

    @abstractmethod
    def __len__(self) -> int: ...

    @abstractmethod
    def choices(self, question: int) -> Iterator[Choice]:
        """Everything that was answered to a question, by its key. A label may come more than once, with other people."""


class OneByOne(People):
    """People as they were read, each with all answers."""

    def __init__(self, people: Sequence[Candidate]) -> None:
        self.people = people

    def __len__(self) -> int:
        return len(self.people)

    def choices(self, question: int) -> Iterator[Choice]:
        found: dict[tuple[str, str, bool], list[int]] = defaultdict(list)
        for at, person in enumerate(self.people):
            said = person.answers.get(question, [])
            is_all = isinstance(said, str)
            for label in [said] if isinstance(said, str) else dict.fromkeys(said):
                found[label, person.zone, is_all].append(at)
        for (label, zone, is_all), people in found.items():
            yield Choice(label, zone, is_all, np.array(people, dtype=np.int64))


@dataclass(frozen=True, eq=False)
class Crowd(People):
    """Very many people, of whom only the keys are known, and who made which choice."""

    members: Places
    made: dict[int, list[Choice]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.members)

    def choices(self, question: int) -> Iterator[Choice]:
        yield from self.made.get(question, ())
