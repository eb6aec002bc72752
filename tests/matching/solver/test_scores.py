import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.solver import MISSING, CriteriaScores, Criterion, MatrixScores, scores, shown


def plain_quality(criterion: Criterion, i: int, j: int) -> tuple[int, bool, bool]:
    """The table of the specification for one pair, in Python's own numbers: quality, missing, passes as a hard rule."""
    if criterion.kind == "wish":
        listed = {(int(a), int(b)): int(q) for a, b, q in zip(*criterion.mentee, strict=True)}
        return listed.get((i, j), 0), False, listed.get((i, j), 0) > 0
    a, b = criterion.mentee[i].tolist(), criterion.mentor[j].tolist()
    if criterion.kind in ("same", "different"):
        missing, passes = a < 0 or b < 0, (a == b) == (criterion.kind == "same")
        quality = 100 if passes else 0
    elif criterion.kind in ("near", "far"):
        missing, distance = MISSING in (a, b), min(abs(a - b), criterion.span)
        if criterion.kind == "near":
            quality, passes = 100 * (criterion.span - distance) // criterion.span, abs(a - b) <= criterion.span
        else:
            quality, passes = 100 * distance // criterion.span, abs(a - b) >= criterion.span
    else:
        sought, offered = ({(word, bit) for word, bits in enumerate(side) for bit in range(64) if bits >> bit & 1} for side in (a, b))
        missing, shared = not sought or not offered, len(sought & offered)
        if criterion.kind == "offers":
            quality, passes = 100 * shared // max(len(sought), 1), shared >= 1
        else:
            quality, passes = 100 * min(shared, criterion.need) // criterion.need, shared >= criterion.need
    return (criterion.missing, True, not criterion.missing_blocks) if missing else (quality, False, passes)


@st.composite
def criteria(draw: st.DrawFn) -> tuple[list[Criterion], int, int]:
    n, m = draw(st.integers(0, 6)), draw(st.integers(0, 6))

    def answers(values: st.SearchStrategy, dtype: type, *more: int) -> tuple[np.ndarray, np.ndarray]:
        flat = [draw(st.lists(values, min_size=size * max(1, *more, 1), max_size=size * max(1, *more, 1))) for size in (n, m)]
        return tuple(np.array(part, dtype).reshape(size, *more) for part, size in zip(flat, (n, m), strict=True))

    made = []
    for number, kind in enumerate(draw(st.lists(st.sampled_from(sorted(scores.KINDS)), max_size=5))):
        if kind in ("same", "different"):
            mentee, mentor = answers(st.integers(-1, 3), np.int64)
        elif kind in ("near", "far"):
            mentee, mentor = answers(st.sampled_from([MISSING, -7, 0, 1, 2, 5, 30, 2**60]), np.int64)
        elif kind == "wish":
            pairs = draw(st.sets(st.tuples(st.integers(0, n - 1), st.integers(0, m - 1)), max_size=5)) if n and m else set()
            mentee, mentor = ([i for i, _ in pairs], [j for _, j in pairs], [draw(st.integers(0, 100)) for _ in pairs]), None
        else:
            mentee, mentor = answers(st.sampled_from([0, 0, 1, 3, 6, 2**63, 2**64 - 1]), np.uint64, draw(st.integers(1, 5)))
        made.append(
            Criterion(
                str(number),
                kind,
                mentee,
                mentor,
                weight=draw(st.sampled_from([0, 1, 10, 30, 100])),
                hard=draw(st.booleans()),
                span=draw(st.sampled_from([1, 3, 10, 2**40])),
                need=draw(st.integers(1, 4)),
                missing=draw(st.integers(0, 100)),
                missing_blocks=draw(st.booleans()),
            )
        )
    return made, n, m


@settings(max_examples=100, deadline=None)
@given(criteria(), st.booleans())
def test_every_score_is_what_the_table_of_kinds_says(made, as_tables):
    made, n, m = made
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scores, "DISTINCT", 256 if as_tables else 0)
        patch.setattr(scores, "AT_ONCE", 5)
        source = CriteriaScores(made, n, m)
    block = source.block(np.arange(n))

    assert block.dtype == np.int32
    assert source.maximum == sum(100 * criterion.weight for criterion in made if not criterion.hard)
    for i in range(n):
        for j in range(m):
            plain = [(criterion, *plain_quality(criterion, i, j)) for criterion in made]
            ruled_out = any(criterion.hard and not passes for criterion, _, _, passes in plain)
            total = sum(criterion.weight * quality for criterion, quality, _, _ in plain if not criterion.hard)
            assert block[i, j] == (-1 if ruled_out else total)


@settings(max_examples=50, deadline=None)
@given(criteria(), st.data())
def test_a_part_of_a_block_is_that_part(made, data):
    made, n, m = made
    rows = np.array(data.draw(st.lists(st.integers(0, n - 1), max_size=4) if n else st.just([])), np.int64)
    columns = np.array(data.draw(st.lists(st.integers(0, m - 1), max_size=4) if m else st.just([])), np.int64)
    source = CriteriaScores(made, n, m)

    assert (source.block(rows, columns) == source.block(np.arange(n))[rows][:, columns]).all()


def test_a_block_is_the_callers_own():
    for source in (MatrixScores([[1, 2]]), CriteriaScores([Criterion("a", "same", [1], [1, 2])], 1, 2)):
        source.block(np.array([0]))[:] = 7
        assert 7 not in source.block(np.array([0]))


def test_a_matrix_knows_its_largest_score():
    assert MatrixScores([[1.0, 5.0], [-1.0, 3.0]]).maximum == 5
    assert MatrixScores([[-1, -1]]).maximum == 0


@pytest.mark.parametrize(
    ("score", "maximum", "seen"), [(0, 200, 0), (1, 200, 1), (199, 200, 100), (99, 20000, 0), (100, 20000, 1), (0, 0, None)]
)
def test_a_score_is_shown_from_0_to_100_half_up(score, maximum, seen):
    assert shown(score, maximum) == seen
