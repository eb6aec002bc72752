"""Scores that people can read: each criterion says how well two answers go together, from 0 to 100, and has a weight.

s_ij = sum over the soft criteria of weight * quality, a whole number, so that the parts of a score add up to it exactly. Quality, hard
rule and missing answers are those of the table in the specification. Scores are made in blocks of rows, never all at once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .errors import Code, MatchError
from .ragged import entries_of, starts_of
from .whole import Indices, array, number, whole

MISSING = -(2**31)
LARGEST_SCORE = 2**24
# So that differences, and a hundred times a span, stay whole 64-bit numbers.
LARGEST_NUMBER, LARGEST_SPAN = 2**60, 2**56
# An answer with at most so many values is a table, a row for each value.
DISTINCT = 256
# So many pairs are compared at once: few enough for the processor's own memory.
AT_ONCE = 2**16

CODES, NUMBERS, SETS = ("same", "different"), ("near", "far"), ("offers", "overlap")
KINDS = (*CODES, *NUMBERS, *SETS, "wish")

Scores = NDArray[np.int32]
Flags = NDArray[np.bool_]


class ScoreSource(Protocol):
    """What the solver asks of scores. Whoever has these four can be solved."""

    @property
    def shape(self) -> tuple[int, int]: ...

    @property
    def maximum(self) -> int: ...

    @property
    def criteria(self) -> "tuple[Criterion, ...]": ...

    def block(self, rows: Indices, columns: Indices | None = None) -> Scores: ...


@dataclass(frozen=True, eq=False)
class Criterion:
    """One question turned into a rule. `mentee` and `mentor` are the answers of each side:

    - same, different: int64[n] and int64[m], codes, below 0 = missing
    - near, far: int64[n] and int64[m], numbers or ranks, `MISSING` = missing; `span` in the same unit
    - offers, overlap: uint64[n, words] and uint64[m, words], bit sets, empty = missing; `need` in bits (overlap)
    - wish: `mentee` = (i[], j[], q[]) of distinct pairs, q from 0 to 100, `mentor` = None

    A soft criterion adds weight * quality, a hard one rules out. `missing` is the quality (0..100) where an answer is missing; a hard
    one lets such a pair pass, unless `missing_blocks`. Raises MatchError: kind, weight, span, missing, dtype, shape, range, duplicate_key.
    """

    key: str
    kind: str
    mentee: Any
    mentor: Any
    weight: int = 1
    hard: bool = False
    span: int = 1
    need: int = 1
    missing: int = 50
    missing_blocks: bool = False

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise MatchError("kind", f'The criterion "{self.key}" is of an unknown kind: {self.kind!r}.', self.key)
        self._keep(weight=self._between("weight", 0, 100, code="weight"))
        self._keep(missing=self._between("missing", 0, 100, code="missing"))
        self._keep(span=self._between("span", 1, LARGEST_SPAN, code="span"), need=self._between("need", 1, LARGEST_SPAN, code="span"))
        if self.kind == "wish":
            self._keep(mentee=self._wishes())
        elif self.kind in SETS:
            self._keep(mentee=self._sets(self.mentee), mentor=self._sets(self.mentor))
            if self.mentee.shape[1] != self.mentor.shape[1]:
                raise MatchError("shape", f'The criterion "{self.key}" has sets of two lengths.', self.key)
        else:
            self._keep(mentee=self._numbers(self.mentee), mentor=self._numbers(self.mentor))

    def _keep(self, **values: Any) -> None:
        for name, value in values.items():
            object.__setattr__(self, name, value)

    def _between(self, name: str, least: int, most: int, *, code: Code) -> int:
        sentence = f'The criterion "{self.key}" needs a whole number from {least} to {most} as its {name}.'
        value = number(getattr(self, name), code=code, sentence=sentence, where=self.key)
        if not least <= value <= most:
            raise MatchError(code, sentence, self.key)
        return value

    def _numbers(self, answers: ArrayLike) -> Indices:
        made = array(answers, what=f'The criterion "{self.key}"', where=self.key)
        if made.ndim != 1:
            raise MatchError("shape", f'The criterion "{self.key}" needs one answer a person.', self.key)
        if made.size and made.dtype.kind == "f":
            raise MatchError("dtype", f'The criterion "{self.key}" needs whole numbers as answers.', self.key)
        if made.size and (int(made.max()) > LARGEST_NUMBER or int(made.min()) < -LARGEST_NUMBER):
            raise MatchError("range", f'The criterion "{self.key}" has an answer that is too large.', self.key)
        return made.astype(np.int64)

    def _sets(self, answers: ArrayLike) -> NDArray[np.uint64]:
        made = array(answers, what=f'The criterion "{self.key}"', where=self.key)
        if made.ndim != 2:
            raise MatchError("shape", f'The criterion "{self.key}" needs one set a person.', self.key)
        if made.size and made.dtype != np.uint64:
            raise MatchError("dtype", f'The criterion "{self.key}" needs sets of bits (uint64).', self.key)
        return made.astype(np.uint64)

    def _wishes(self) -> tuple[Indices, Indices, Indices]:
        """In (i, j) order."""
        try:
            i, j, q = (self._numbers(part) for part in self.mentee)
        except (TypeError, ValueError) as broken:
            if isinstance(broken, MatchError):
                raise
            raise MatchError("shape", f'The criterion "{self.key}" needs who, whom and how much.', self.key) from None
        if not len(i) == len(j) == len(q):
            raise MatchError("shape", f'The criterion "{self.key}" has wishes of three lengths.', self.key)
        if q.size and (q.min() < 0 or q.max() > 100):
            raise MatchError("range", f'The criterion "{self.key}" has a wish outside 0 to 100.', self.key)
        if i.size and (i.min() < 0 or j.min() < 0):
            raise MatchError("unknown_person", f'The criterion "{self.key}" wishes for somebody who is not here.', self.key)
        order = np.lexsort((j, i))
        i, j, q = i[order], j[order], q[order]
        if ((i[1:] == i[:-1]) & (j[1:] == j[:-1])).any():
            raise MatchError("duplicate_key", f'The criterion "{self.key}" names the same wish twice.', self.key)
        return i, j, q


# --- one criterion, some rows, some columns ---


def quality(criterion: Criterion, rows: Indices, m: int) -> tuple[Scores, Flags]:
    """int32[rows, m], 0..100, and where an answer is missing: there the quality is the criterion's `missing`."""
    if criterion.kind == "wish":
        return _Wishes(criterion, m).quality(rows, None), np.zeros((len(rows), m), bool)
    a, b = criterion.mentee[rows], criterion.mentor
    return _points(criterion, a, b, 1), _missing(criterion, a)[:, None] | _missing(criterion, b)


def ruled_out(criterion: Criterion, rows: Indices, m: int) -> Flags:
    """bool[rows, m]: what the criterion rules out, taken as a hard one."""
    if criterion.kind == "wish":
        return np.equal(_Wishes(criterion, m).quality(rows, None), 0)
    return _blocked(criterion, criterion.mentee[rows], criterion.mentor)


def _points(criterion: Criterion, a: NDArray[Any], b: NDArray[Any], weight: int) -> Scores:
    """weight * quality of answers `a` with answers `b`, `missing` where one is missing."""
    made: Scores
    if criterion.kind in SETS:
        made = _points_of_sets(criterion, _shared(a, b), _bits(a), weight)
    elif criterion.kind in CODES:
        agrees = (a[:, None] == b) if criterion.kind == "same" else (a[:, None] != b)
        made = agrees * np.int32(100 * weight)
    else:
        distance = np.minimum(np.abs(a[:, None] - b), criterion.span)
        reached = distance if criterion.kind == "far" else criterion.span - distance
        made = (100 * reached // criterion.span * weight).astype(np.int32)
    _put_missing(made, criterion, a, b, criterion.missing * weight)
    return made


def _points_of_sets(criterion: Criterion, shared: NDArray[Any], sought: Indices, weight: int) -> Scores:
    """weight * quality where so many bits are shared, of `sought` bits a row."""
    counts = np.arange(int(sought.max(initial=0)) + 1)
    if criterion.kind == "overlap":
        worth = (100 * np.minimum(counts, criterion.need) // criterion.need * weight).astype(np.int32)
        return worth.take(shared)
    worth = (100 * counts // np.maximum(counts[:, None], 1) * weight).astype(np.int32)  # [sought, shared]
    return worth.take(shared + (sought * len(counts)).astype(np.int32)[:, None])


def _blocked(criterion: Criterion, a: NDArray[Any], b: NDArray[Any]) -> Flags:
    made: Flags
    if criterion.kind == "same":
        made = a[:, None] != b
    elif criterion.kind == "different":
        made = a[:, None] == b
    elif criterion.kind == "near":
        made = np.abs(a[:, None] - b) > criterion.span
    elif criterion.kind == "far":
        made = np.abs(a[:, None] - b) < criterion.span
    else:
        made = _shared(a, b) < (1 if criterion.kind == "offers" else criterion.need)
    _put_missing(made, criterion, a, b, criterion.missing_blocks)
    return made


def _put_missing(made: NDArray[Any], criterion: Criterion, a: NDArray[Any], b: NDArray[Any], value: int) -> None:
    for of_rows, of_columns in ((_missing(criterion, a), slice(None)), (slice(None), _missing(criterion, b))):
        made[of_rows, of_columns] = value


def _missing(criterion: Criterion, answers: NDArray[Any]) -> Flags:
    made: Flags
    if criterion.kind in CODES:
        made = answers < 0
    elif criterion.kind in NUMBERS:
        made = answers == MISSING
    else:
        made = _bits(answers) == 0
    return made


def _bits(sets: NDArray[np.uint64]) -> Indices:
    counts: Indices = np.bitwise_count(sets).sum(axis=1, dtype=np.int64)
    return counts


def _counting(words: int) -> type:
    """The smallest type that counts the bits of so many words."""
    return np.uint8 if words < 4 else np.uint16 if words < 1024 else np.uint32


def _shared(a: NDArray[np.uint64], b: NDArray[np.uint64]) -> NDArray[Any]:
    """[rows, columns]: how many bits two sets have in common."""
    made: NDArray[Any] = np.zeros((len(a), len(b)), _counting(a.shape[1]))
    for word in range(a.shape[1]):
        made += np.bitwise_count(a[:, word, None] & b[:, word])
    return made


# --- the parts of a block ---


class _Table:
    """An answer with few values: for each value of a mentee a row over all mentors."""

    def __init__(self, table: NDArray[Any], value_of: Indices) -> None:
        self.table, self.value_of = table, value_of

    def block(self, rows: Indices, columns: Indices | None) -> NDArray[Any]:
        values = self.value_of[rows]
        return self.table.take(values, axis=0) if columns is None else self.table[values[:, None], columns]


class _Direct:
    """An answer with many values, compared anew in each block."""

    def __init__(self, criterion: Criterion) -> None:
        self.criterion = criterion

    def block(self, rows: Indices, columns: Indices | None) -> NDArray[Any]:
        mentor = self.criterion.mentor if columns is None else self.criterion.mentor[columns]
        if self.criterion.hard:
            return _blocked(self.criterion, self.criterion.mentee[rows], mentor)
        return _points(self.criterion, self.criterion.mentee[rows], mentor, self.criterion.weight)


class _Sets:
    """Many different sets: for each eight bits a small table of how many are shared, so that a row is a sum of rows."""

    def __init__(self, criterion: Criterion) -> None:
        self.criterion = criterion
        self.sought, self.without = _bits(criterion.mentee), _missing(criterion, criterion.mentor)
        mentee, mentor = (np.ascontiguousarray(side).view(np.uint8) for side in (criterion.mentee, criterion.mentor))
        self.tables: list[tuple[NDArray[Any], Indices]] = []
        for place in np.flatnonzero(mentee.any(axis=0) & mentor.any(axis=0)):
            values, value_of = np.unique(mentee[:, place], return_inverse=True)
            shared = np.bitwise_count(values[:, None] & mentor[:, place])
            self.tables.append((shared.astype(_counting(mentee.shape[1] // 8)), value_of))

    def block(self, rows: Indices, columns: Indices | None) -> NDArray[Any]:
        criterion = self.criterion
        width = len(criterion.mentor) if columns is None else len(columns)
        shared: NDArray[Any] = np.zeros((len(rows), width), _counting(criterion.mentee.shape[1]))
        for table, value_of in self.tables:
            shared += (table if columns is None else table[:, columns]).take(value_of[rows], axis=0)
        made: NDArray[Any]
        if criterion.hard:
            made, value = shared < (1 if criterion.kind == "offers" else criterion.need), int(criterion.missing_blocks)
        else:
            made = _points_of_sets(criterion, shared, self.sought[rows], criterion.weight)
            value = criterion.missing * criterion.weight
        made[self.sought[rows] == 0] = value
        made[:, self.without if columns is None else self.without[columns]] = value
        return made


class _Wishes:
    """Few pairs, listed."""

    def __init__(self, criterion: Criterion, m: int) -> None:
        i, self.j, self.q = criterion.mentee
        self.criterion, self.m = criterion, m
        self.starts = starts_of(i, int(i.max(initial=-1)) + 1)

    def quality(self, rows: Indices, columns: Indices | None) -> Scores:
        made = np.zeros((len(rows), self.m), np.int32)
        wishing = np.flatnonzero(rows < len(self.starts) - 1)
        which, places = entries_of(self.starts, rows[wishing])
        made[wishing[which], self.j[places]] = self.q[places]
        return made if columns is None else made[:, columns]

    def block(self, rows: Indices, columns: Indices | None) -> NDArray[Any]:
        made = self.quality(rows, columns)
        return made == 0 if self.criterion.hard else made * np.int32(self.criterion.weight)


def _part(criterion: Criterion, m: int) -> "_Table | _Direct | _Sets | _Wishes":
    if criterion.kind == "wish":
        return _Wishes(criterion, m)
    values, value_of = np.unique(criterion.mentee, axis=0, return_inverse=True)
    if len(values) > DISTINCT:
        return _Sets(criterion) if criterion.kind in SETS else _Direct(criterion)
    if criterion.hard:
        return _Table(_blocked(criterion, values, criterion.mentor), value_of)
    return _Table(_points(criterion, values, criterion.mentor, criterion.weight), value_of)


# --- sources ---


class MatrixScores:
    """Scores as a table [n, m] of whole numbers from -1 (ruled out) to 2^24. Raises shape, dtype, nan, not_integer, range."""

    criteria: tuple[Criterion, ...] = ()

    def __init__(self, matrix: ArrayLike) -> None:
        made = array(matrix, what="The scores")
        if made.ndim != 2:
            raise MatchError("shape", "The scores need a row for each mentee and a column for each mentor.")
        made = whole(made, what="The scores")
        outside = (made < -1) | (made > LARGEST_SCORE)
        if outside.any():
            where = tuple(int(at) for at in np.argwhere(outside)[0])
            raise MatchError("range", f"The score of the pair {where} is not between -1 and {LARGEST_SCORE}.", where)
        self._matrix = made.astype(np.int32)
        self.shape: tuple[int, int] = (int(made.shape[0]), int(made.shape[1]))
        self.maximum = int(self._matrix.max(initial=0))

    def block(self, rows: Indices, columns: Indices | None = None) -> Scores:
        """int32[len(rows), m or len(columns)], the caller's own."""
        rows = np.asarray(rows, np.int64)
        return self._matrix[rows] if columns is None else self._matrix[rows[:, None], np.asarray(columns, np.int64)]


class CriteriaScores:
    """Scores from criteria: the answers of n mentees and m mentors, compared block by block.

    Raises MatchError: shape, duplicate_key, range, unknown_person.
    """

    def __init__(self, criteria: Sequence[Criterion], n: int, m: int) -> None:
        self.criteria = tuple(criteria)
        self.shape: tuple[int, int] = (n, m)
        keys = [criterion.key for criterion in self.criteria]
        for key in keys:
            if keys.count(key) > 1:
                raise MatchError("duplicate_key", f'Two criteria are called "{key}".', key)
        for criterion in self.criteria:
            _fits(criterion, n, m)
        self.maximum = 100 * sum(criterion.weight for criterion in self.criteria if not criterion.hard)
        if self.maximum > LARGEST_SCORE:
            raise MatchError("range", "These are too many criteria: their weights add up to more than a score can be.")
        self._soft = [_part(criterion, m) for criterion in self.criteria if not criterion.hard and criterion.weight]
        self._hard = [_part(criterion, m) for criterion in self.criteria if criterion.hard]

    def block(self, rows: Indices, columns: Indices | None = None) -> Scores:
        """int32[len(rows), m or len(columns)], the caller's own. -1 where a hard criterion rules the pair out."""
        rows = np.asarray(rows, np.int64)
        columns = None if columns is None else np.asarray(columns, np.int64)
        width = self.shape[1] if columns is None else len(columns)
        made = np.zeros((len(rows), width), np.int32)
        step = max(1, AT_ONCE // max(1, width))
        for start in range(0, len(rows), step):
            self._put(made[start : start + step], rows[start : start + step], columns)
        return made

    def _put(self, made: Scores, rows: Indices, columns: Indices | None) -> None:
        for part in self._soft:
            made += part.block(rows, columns)
        out = np.zeros(made.shape, bool)
        for part in self._hard:
            out |= part.block(rows, columns)
        np.copyto(made, np.int32(-1), where=out)


def _fits(criterion: Criterion, n: int, m: int) -> None:
    if criterion.kind == "wish":
        i, j, _ = criterion.mentee
        if i.max(initial=-1) >= n or j.max(initial=-1) >= m:
            raise MatchError("unknown_person", f'The criterion "{criterion.key}" wishes for somebody who is not here.', criterion.key)
    elif len(criterion.mentee) != n or len(criterion.mentor) != m:
        raise MatchError("shape", f'The criterion "{criterion.key}" has answers of another number of people.', criterion.key)


def pair_scores(scores: ScoreSource, rows: Indices, columns: Indices | None) -> Scores:
    """int32[rows, all or `columns`], of a square source: s_ij + s_ji, -1 where either is ruled out."""
    there = scores.block(rows, columns)
    back = scores.block(np.arange(scores.shape[0]) if columns is None else columns, rows).T
    out = (there < 0) | (back < 0)
    there += back
    np.copyto(there, np.int32(-1), where=out)
    return there


def shown(score: int, maximum: int) -> int | None:
    """A score as people see it, 0..100, half up; None where there is nothing to score by."""
    return (200 * int(score) + maximum) // (2 * maximum) if maximum else None
