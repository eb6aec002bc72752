"""What people answered, as a run saw it: of each question the labels that were chosen, and who chose which. Knows no Django."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

Ids = NDArray[np.int64]
# Whose key is no question's: by which clock somebody lives.
ZONE = 0


@dataclass(frozen=True, eq=False)
class Said:
    """`people` int64[p], rising: keys of memberships. By the key of a question (or ZONE): its `labels`, and of which of them person k
    chose: `codes[ends[k - 1] : ends[k]]`, int32 both."""

    people: Ids = field(default_factory=lambda: np.empty(0, np.int64))
    labels: Mapping[int, Sequence[str]] = field(default_factory=dict)
    ends: Mapping[int, NDArray[np.int32]] = field(default_factory=dict)
    codes: Mapping[int, NDArray[np.int32]] = field(default_factory=dict)

    @classmethod
    def by(cls, answers: Mapping[int, Mapping[int, Sequence[str]]]) -> Self:
        """`answers`: by membership and question, in the order in which they were given."""
        people = sorted(answers)
        labels, ends, codes = {}, {}, {}
        for question in sorted({question for given in answers.values() for question in given}):
            given = [answers[person].get(question, ()) for person in people]
            number_of = {label: number for number, label in enumerate(sorted({label for chosen in given for label in chosen}))}
            labels[question] = list(number_of)
            ends[question] = np.cumsum([len(chosen) for chosen in given], dtype=np.int32)
            codes[question] = np.array([number_of[label] for chosen in given for label in chosen], dtype=np.int32)
        return cls(np.array(people, dtype=np.int64), labels, ends, codes)

    def of(self, people: Iterable[int]) -> dict[int, dict[int, list[str]]]:
        """What each of them answered, by question; nothing of whoever took no part."""
        found: dict[int, dict[int, list[str]]] = {}
        for person in people:
            at = int(np.searchsorted(self.people, person))
            if at < len(self.people) and self.people[at] == person:
                found[person] = {question: self._chosen(question, at) for question in self.labels}
        return found

    def _chosen(self, question: int, at: int) -> list[str]:
        ends, labels = self.ends[question], self.labels[question]
        start = int(ends[at - 1]) if at else 0
        return [labels[code] for code in self.codes[question][start : ends[at]].tolist()]

    def arrays(self) -> dict[str, NDArray[Any]]:
        """By names that all begin with `said`; `labels` are no array."""
        made: dict[str, NDArray[Any]] = {"said_people": self.people}
        for question in self.labels:
            made[f"said_ends{question}"], made[f"said_codes{question}"] = self.ends[question], self.codes[question]
        return made

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]], labels: Mapping[str, Sequence[str]]) -> Self:
        """`labels` by the keys of questions as text, as JSON has them."""
        asked = {int(key): chosen for key, chosen in labels.items()}
        ends, codes = ({key: arrays[f"said_{name}{key}"] for key in asked} for name in ("ends", "codes"))
        return cls(arrays["said_people"], asked, ends, codes)
