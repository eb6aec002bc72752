"""What a run saw and what came of it, as bytes that say the same in ten years. Knows no Django.

Both are numpy's own archive of arrays, and one text of JSON in it for what is no array. Nothing in it is code.
"""

import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matching import solver
from matching.runs.said import Said

Ids = NDArray[np.int64]
KEPT = ("mentees", "mentors", "capacity", "waiting", "locks", "forbids", "earlier")
# Of a criterion, beside the answers of both sides.
PLAIN = ("key", "kind", "weight", "hard", "span", "need", "missing", "missing_blocks")


@dataclass(frozen=True, eq=False)
class Inputs:
    """Who took part (`mentees` int64[n], `mentors` int64[m]: keys of memberships), and everything that the solver was told of them.

    `waiting` int64[n]: since when, in seconds of 1970; who waited longest comes first. `minimum` and `load_step` are scores. `compared`
    and `said`: what the words about two people are made of (`matching.runs.memory`); the solver does without.
    """

    mentees: Ids
    mentors: Ids
    capacity: Ids
    waiting: Ids
    locks: Ids
    forbids: Ids
    criteria: Sequence[solver.Criterion]
    fairness: str = "floor"
    minimum: int = 0
    load_step: int = 0
    compared: Sequence[Mapping[str, Any]] = ()
    said: Said = field(default_factory=Said)
    # int64[k, 2]: as the drafts of the run before stood. Where another result is as good, they stay together.
    earlier: Ids = field(default_factory=lambda: np.empty((0, 2), np.int64))
    # Then both sides are the same people, in the same order, and a score is that of a pair (`matching.runs.peers`).
    is_among_peers: bool = False

    @property
    def maximum(self) -> int:
        """The largest score that a pair can have."""
        return self.scores.maximum * (2 if self.is_among_peers else 1)

    @property
    def scores(self) -> solver.CriteriaScores:
        return solver.CriteriaScores(list(self.criteria), len(self.mentees), len(self.mentors))

    def problem(self, locks: Ids | None = None) -> solver.MatchProblem:
        """With other locks in place of its own, where some are given. Raises MatchError."""
        return solver.MatchProblem(
            self.capacity,
            self.scores,
            locks=self.locks if locks is None else locks,
            forbids=self.forbids,
            minimum=self.minimum,
            fairness=self.fairness,
            load_step=self.load_step,
            waiting_since=self.waiting,
        )

    def packed(self) -> bytes:
        return _packed(self._arrays())

    def digest(self) -> str:
        """sha256 of everything, whatever the archive looks like."""
        told = sha256()
        for name, array in sorted(self._arrays().items()):
            told.update(f"{name} {array.dtype.str} {array.shape}\n".encode())
            told.update(array.tobytes())
        return told.hexdigest()

    def _arrays(self) -> dict[str, NDArray[Any]]:
        arrays: dict[str, NDArray[Any]] = {name: _little(getattr(self, name)) for name in KEPT}
        for number, criterion in enumerate(self.criteria):
            arrays[f"mentee{number}"], arrays[f"mentor{number}"] = _little(criterion.mentee), _little(criterion.mentor)
        told = {
            "criteria": [{name: getattr(criterion, name) for name in PLAIN} for criterion in self.criteria],
            "fairness": self.fairness,
            "minimum": self.minimum,
            "load_step": self.load_step,
            "compared": [dict(one) for one in self.compared],
            "labels": {str(question): list(labels) for question, labels in self.said.labels.items()},
            "is_among_peers": self.is_among_peers,
        }
        arrays |= {name: _little(array) for name, array in self.said.arrays().items()}
        return arrays | {"told": _text(told)}


def inputs_of(packed: bytes) -> Inputs:
    arrays = _unpacked(packed)
    told = _told(arrays["told"])
    criteria = [
        solver.Criterion(mentee=arrays[f"mentee{number}"], mentor=arrays[f"mentor{number}"], **plain)
        for number, plain in enumerate(told.pop("criteria"))
    ]
    kept: dict[str, Any] = {name: arrays[name] for name in KEPT}
    return Inputs(criteria=criteria, said=Said.from_arrays(arrays, told.pop("labels")), **kept, **told)


def words_in(packed: bytes) -> tuple[list[dict[str, Any]], Said]:
    """What was compared, and what people said, without what only the solver needs."""
    arrays = _unpacked(packed, only=("told", "said"))
    told = _told(arrays["told"])
    return told["compared"], Said.from_arrays(arrays, told["labels"])


def packed_outcome(solution: solver.MatchSolution) -> bytes:
    """About twenty bytes a person: who meets whom, the prices that prove it, and the covers, a bit for each."""
    certificate = solution.certificate
    arrays: dict[str, NDArray[Any]] = {
        "mentor_of": solution.mentor_of.astype("<i4"),
        "score": solution.score.astype("<i4"),
        "locked": np.packbits(solution.locked),
        "prices": _little(certificate.prices),
        "told": _text({"penalty": certificate.penalty, "matched": solution.matched, "total": solution.total, "floor": solution.floor}),
    }
    if certificate.waiting is not None:
        arrays["waiting"] = certificate.waiting.astype("<i4")
    for name, cover in (("count", certificate.count_cover), ("floor", certificate.floor_cover)):
        if cover is not None:
            arrays[f"{name}_mentees"], arrays[f"{name}_mentors"] = np.packbits(cover[0]), np.packbits(cover[1])
    return _packed(arrays)


def outcome_of(packed: bytes, value: int) -> solver.MatchSolution:
    """`value` is kept beside the bytes, where a page reads it."""
    arrays = _unpacked(packed)
    told = _told(arrays["told"])
    mentor_of, prices = arrays["mentor_of"].astype(np.int64), arrays["prices"].astype(np.int64)
    n, m = len(mentor_of), len(prices)

    def cover(name: str) -> tuple[NDArray[np.bool_], NDArray[np.bool_]] | None:
        if f"{name}_mentees" not in arrays:
            return None
        return _bits(arrays[f"{name}_mentees"], n), _bits(arrays[f"{name}_mentors"], m)

    waiting = arrays["waiting"].astype(np.int64) if "waiting" in arrays else None
    certificate = solver.Certificate(told["penalty"], prices, value, cover("count"), cover("floor"), waiting)
    return solver.MatchSolution(
        mentor_of=mentor_of,
        score=arrays["score"].astype(np.int32),
        locked=_bits(arrays["locked"], n),
        matched=told["matched"],
        total=told["total"],
        floor=told["floor"],
        value=value,
        certificate=certificate,
    )


def packed_pool(solution: solver.PoolSolution) -> bytes:
    """Who is with whom, and the prices of people and of odd groups that prove it or say how near it is."""
    certificate = solution.certificate
    members = [np.asarray(group) for group, _price in certificate.odd_sets]
    told = {
        "penalty": certificate.penalty,
        "scale": certificate.scale,
        "matched": solution.matched,
        "total": solution.total,
        "bound": solution.bound,
        "odd_prices": [price for _group, price in certificate.odd_sets],
    }
    return _packed(
        {
            "mate": solution.mate.astype("<i4"),
            "score": solution.score.astype("<i4"),
            "prices": _little(certificate.prices),
            "members": np.concatenate([np.empty(0, np.int64), *members]).astype("<i4"),
            "sizes": np.array([len(group) for group in members], dtype="<i4"),
            "told": _text(told),
        }
    )


def pool_of(packed: bytes, value: int) -> solver.PoolSolution:
    """`value` is kept beside the bytes, as of any outcome."""
    arrays = _unpacked(packed)
    told = _told(arrays["told"])
    ends = np.cumsum(arrays["sizes"].astype(np.int64))
    groups = np.split(arrays["members"].astype(np.int64), ends)[:-1]
    odd_sets = list(zip(groups, told["odd_prices"], strict=True))
    return solver.PoolSolution(
        mate=arrays["mate"].astype(np.int64),
        score=arrays["score"].astype(np.int64),
        matched=told["matched"],
        total=told["total"],
        value=value,
        bound=told["bound"],
        certificate=solver.PoolCertificate(told["penalty"], told["scale"], arrays["prices"].astype(np.int64), odd_sets),
    )


def _bits(packed: NDArray[np.uint8], length: int) -> NDArray[np.bool_]:
    return np.unpackbits(packed, count=length).astype(bool)


def _little(array: NDArray[Any]) -> NDArray[Any]:
    return np.ascontiguousarray(array).astype(array.dtype.newbyteorder("<"))


def _text(told: Mapping[str, Any]) -> NDArray[np.uint8]:
    return np.frombuffer(json.dumps(told, sort_keys=True).encode(), dtype=np.uint8)


def _told(text: NDArray[np.uint8]) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(text.tobytes())
    return told


def _packed(arrays: Mapping[str, Any]) -> bytes:
    file = io.BytesIO()
    np.savez_compressed(file, **arrays)
    return file.getvalue()


def _unpacked(packed: bytes, only: tuple[str, ...] = ("",)) -> dict[str, NDArray[Any]]:
    """`only`: how the names of those begin that are wanted."""
    with np.load(io.BytesIO(packed), allow_pickle=False) as archive:
        return {name: archive[name] for name in archive.files if name.startswith(only)}
