"""Who waited longest comes first where not everybody can be matched."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings

from matching.solver import Cancelled, solve, verify

from . import oracle
from .cases import Case, cases, random_case
from .test_certificate import arranged, certified, put, swapped, with_a_weak_match
from .test_matching import reached

# Three places for five, who all fit best with one another's mentor.
FIVE = Case([[9, 1, 5], [8, 2, 6], [1, 9, 7], [5, 5, 5], [9, 9, 9]], [1, 1, 1], waiting_since=(3, 1, 2, 4, 5))


def scarce(seed: int, **changes) -> Case:
    """Many wait equally long, and there are places for half."""
    rng = np.random.default_rng(seed)
    waiting_since = tuple(rng.integers(0, int(rng.choice([3, 12, 10**9])), 60).tolist())
    return random_case(60, 25, seed, top=40, waiting_since=waiting_since).but(**changes)


def mentees_of(case: Case, solution) -> list[int]:
    return [i for i, j in enumerate(solution.mentor_of) if j >= 0 and i not in case.locked]


@settings(max_examples=60, deadline=None)
@given(cases(people=6, mentors=3))
def test_nothing_tried_is_better_among_those_who_waited_longest(case):
    case = case.but(waiting_since=case.waiting_since or tuple(i % 3 for i in range(case.n)))

    solution = solve(case.problem())

    assert reached(case, solution) == oracle.best_by_trying(case)
    assert oracle.times_waited(case, mentees_of(case, solution)) == oracle.times_waited(case, oracle.longest_waiting(case))
    assert verify(case.problem(), solution) == []


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("fairness", ["floor", "none"])
def test_one_after_the_other_the_longest_waiting_first_gives_the_same_people(seed, fairness):
    # The fifth mentor has no place left.
    case = scarce(seed, fairness=fairness, load_step=seed % 3, block_cells=200, minimum=5, forbids=())
    case = case.but(locks=((3, 4), (5, 4), (7, 2)), capacity=[2] * 5 + [1] * 20)

    solution = solve(case.problem())

    assert oracle.times_waited(case, mentees_of(case, solution)) == oracle.times_waited(case, oracle.longest_waiting(case))
    assert verify(case.problem(), solution) == []


def test_who_waited_longest_comes_before_floor_and_total():
    solution = solve(FIVE.problem())

    assert mentees_of(FIVE, solution) == [0, 1, 2]
    # Of those three, the weakest is lifted first.
    assert solution.score.tolist() == [9, 6, 9, -1, -1]
    assert solve(FIVE.but(waiting_since=None).problem()).mentor_of[4] >= 0


def test_of_those_who_waited_equally_long_those_who_fit_best_get_the_place():
    case = Case([[5], [9], [7], [9]], [2], waiting_since=(1, 2, 2, 3))

    assert mentees_of(case, solve(case.problem())) == [0, 1]


def test_two_who_must_have_a_place_get_it_together_with_one_of_many_equals():
    """The third place is for one of those who wait since 2; nobody may take it from who waits since 1."""
    case = Case([[-1, 1, 1], [1, -1, 1], [9, 9, 9], [8, 9, 8], [7, 7, 9]], [1, 1, 1], waiting_since=(1, 1, 2, 2, 2), fairness="none")
    solution = solve(case.problem())

    assert mentees_of(case, solution) == [0, 1, 2]
    assert solution.total == 11
    assert verify(case.problem(), solution) == []


def test_the_weakest_match_is_no_better_than_whoever_must_be_matched_allows():
    """Two others could both have 9, but the first has waited longer."""
    case = Case([[5, 5], [9, 9], [9, 9]], [1, 1], waiting_since=(1, 2, 2))

    solution = solve(case.problem())

    assert solution.floor == 5
    assert verify(case.problem(), solution) == []


@pytest.mark.parametrize("fairness", ["floor", "none"])
def test_where_everybody_is_matched_it_is_the_same_and_costs_nothing_more(fairness):
    case = random_case(50, 40, 2, capacity=[2] * 40, fairness=fairness)
    asked = []
    plain, waited = (
        solve(one.problem(), progress=lambda *told: asked.append(told)) for one in (case, case.but(waiting_since=tuple(range(50))))
    )

    assert waited.matched == 50
    assert waited.fingerprint == plain.fingerprint
    assert waited.statistics == plain.statistics
    assert asked[: len(asked) // 2] == asked[len(asked) // 2 :]
    assert verify(case.but(waiting_since=tuple(range(50))).problem(), waited) == []


def test_where_all_wait_equally_long_it_is_the_same():
    case = scarce(4, waiting_since=(7,) * 60)

    assert solve(case.problem()).fingerprint == solve(case.but(waiting_since=None).problem()).fingerprint


def test_who_fits_nobody_takes_no_place_from_others_and_leaves_the_rest_as_it_was():
    case = random_case(30, 25, 9, capacity=[2] * 25)
    case = case.but(scores=[[-1] * 25, *case.scores[1:]])

    assert solve(case.but(waiting_since=tuple(range(30))).problem()).fingerprint == solve(case.problem()).fingerprint


@pytest.mark.parametrize("block_cells", [1, 97, 5000])
def test_the_size_of_a_block_leaves_no_mark(block_cells):
    case = scarce(1)

    assert solve(case.but(block_cells=block_cells).problem()).fingerprint == solve(case.problem()).fingerprint


def test_the_pairs_first_left_out_are_found_where_those_who_waited_need_them():
    """All like the same mentors best, and more than are kept of a row at first."""
    rng = np.random.default_rng(3)
    scores = np.sort(rng.integers(0, 9000, (140, 100)), axis=1) + rng.integers(0, 40, (140, 100))
    case = Case(scores.tolist(), [1] * 100, waiting_since=tuple(rng.permutation(140).tolist()))

    solution = solve(case.problem())

    assert sorted(mentees_of(case, solution)) == sorted(oracle.longest_waiting(case))
    assert verify(case.problem(), solution) == []


@pytest.mark.parametrize("after", range(7))
def test_who_wants_no_more_is_heard_at_every_step(after):
    asked = iter(range(100))

    with pytest.raises(Cancelled):
        solve(FIVE.problem(), cancelled=lambda: next(asked) >= after)


# --- the proof ---

EQUALS = with_a_weak_match(scarce(5, forbids=(), capacity=[1] * 25))


def as_if(case: Case, other: Case):
    """The best by other times of waiting, offered with the true best's own prices of waiting."""
    return certified(solve(other.problem()), waiting=solve(case.problem()).certificate.waiting)


NOT_FIRST, NO_PRICES, RANGE = "waited longest come first", "`waiting`", "A price of waiting is out of range"
TAMPERINGS = {
    "nobody's waiting was looked at": (NO_PRICES, lambda c, s: solve(c.but(waiting_since=None).problem())),
    "nobody's waiting was looked at, and there are prices": (NOT_FIRST, lambda c, s: as_if(c, c.but(waiting_since=None))),
    "others have waited longer": (NOT_FIRST, lambda c, s: solve(c.but(waiting_since=c.waiting_since[::-1]).problem())),
    "others have waited longer, at these prices": (NOT_FIRST, lambda c, s: as_if(c, c.but(waiting_since=c.waiting_since[::-1]))),
    "there are no prices": (NO_PRICES, lambda c, s: certified(s, waiting=None)),
    "all prices are 0": (NOT_FIRST, lambda c, s: certified(s, waiting=np.zeros_like(s.certificate.waiting))),
    "a price is lower": (NOT_FIRST, lambda c, s: certified(s, waiting=put(s.certificate.waiting, int(s.mentor_of.max()), 1))),
    "a price is higher": (NOT_FIRST, lambda c, s: certified(s, waiting=put(s.certificate.waiting, int(s.mentor_of.max()), 2 * c.n + 1))),
    "a price is below 0": (RANGE, lambda c, s: certified(s, waiting=put(s.certificate.waiting, 0, -1))),
    "a price is beyond all weights": (RANGE, lambda c, s: certified(s, waiting=put(s.certificate.waiting, 0, 2 * c.n + 2))),
    "prices are fractions": (NO_PRICES, lambda c, s: certified(s, waiting=s.certificate.waiting / 1)),
    "there are too few prices": (NO_PRICES, lambda c, s: certified(s, waiting=s.certificate.waiting[1:])),
    "the penalty cannot be doubled": ("The penalty is out of range", lambda c, s: certified(s, penalty=2**60 // (c.n + c.m + 2))),
    "a match is gone": ("prove", lambda c, s: arranged(c, s, put(s.mentor_of, mentees_of(c, s)[0], -1))),
}


@pytest.mark.parametrize("tampering", TAMPERINGS)
@pytest.mark.parametrize("case", [EQUALS, EQUALS.but(fairness="none"), FIVE], ids=["equals", "total", "five"])
def test_tampering_is_found_and_named(case, tampering):
    solution = solve(case.problem())
    assert verify(case.problem(), solution) == []

    named, tampered = TAMPERINGS[tampering]

    assert named in " ".join(verify(case.problem(), tampered(case, solution)))


def test_two_who_swap_their_places_are_found():
    assert verify(EQUALS.problem(), swapped(EQUALS, solve(EQUALS.problem())))


def test_a_lower_floor_with_a_higher_total_is_not_believed():
    case = Case([[10, 4], [6, 1], [9, 9]], [1, 1], waiting_since=(1, 1, 2))
    greedy = solve(case.but(fairness="none").problem())
    assert (greedy.score.tolist(), solve(case.problem()).floor) == ([10, 1, -1], 4)

    as_if_fair = replace(greedy, floor=1, certificate=solve(case.problem()).certificate)

    assert verify(case.problem(), as_if_fair)
