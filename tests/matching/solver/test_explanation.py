import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from matching.solver import CriteriaScores, Criterion, MatchError, MatchProblem, explain, parity, solve, why_unmatched

from . import oracle
from .cases import Case, cases, random_case


def program(**changes) -> MatchProblem:
    language = Criterion("language", "same", np.array([0, 1, 2]), np.array([0, 0, 1, 1]), hard=True)
    place = Criterion("place", "same", np.array([0, 0, -1]), np.array([0, 1, 0, 1]), weight=30)
    age = Criterion("age", "near", np.array([20, 30, 40]), np.array([22, 40, 30, 60]), weight=60, span=20)
    return MatchProblem(**{"capacity": [1, 1, 1, 0], "scores": CriteriaScores([language, place, age], 3, 4)} | changes)


def test_the_parts_of_a_score_add_up_to_it_in_the_order_of_the_criteria():
    problem = program()
    solution = solve(problem)

    told = explain(problem, solution, 0)

    assert (told.mentor, told.score, told.maximum) == (0, 30 * 100 + 60 * 90, 9000)
    assert [(part.key, part.kind, part.weight, part.quality, part.unknown) for part in told.parts] == [
        ("place", "same", 30, 100, False),
        ("age", "near", 60, 90, False),
    ]
    assert sum(part.points for part in told.parts) == told.score


def test_a_missing_answer_is_said_to_be_unknown():
    problem = program(locks=[(2, 0)])

    told = explain(problem, solve(problem), 2)

    assert told.score == -1
    assert told.parts[0].unknown
    assert told.parts[0].points == 30 * 50


@settings(max_examples=60, deadline=None)
@given(cases())
def test_another_mentor_costs_at_least_what_is_said(case):
    """Against the best with that pair locked, counted with the penalty of the run itself."""
    case = case.but(fairness="none", waiting_since=None)
    problem = case.problem()
    solution = solve(problem)
    for mentee in range(case.n):
        if solution.mentor_of[mentee] < 0 or mentee in case.locked:
            continue
        for other in explain(problem, solution, mentee, top=9).alternatives:
            assert other.cost_at_least >= 0
            assert other.own_change == case.scores[mentee][other.mentor] - case.scores[mentee][solution.mentor_of[mentee]]
            if case.taken[other.mentor] < case.capacity[other.mentor]:
                with_it = case.but(locks=(*case.locks, (mentee, other.mentor)), warm_prices=None)
                matched, _, worth = oracle.best_by_trying(with_it)
                worth += other.score - case.load_step * case.taken[other.mentor]
                alone = case.n - len(case.locked) - matched - 1
                assert solution.value - (worth - problem.penalty * alone) >= other.cost_at_least


@settings(max_examples=50, deadline=None)
@given(cases(people=6, mentors=3), st.permutations(range(6)))
def test_another_mentor_says_where_somebody_who_waited_longer_is_passed_over(case, since):
    case = case.but(fairness="none", waiting_since=tuple(time // 2 for time in since[: case.n]))
    solution = solve(case.problem())
    matched = [i for i in range(case.n) if solution.mentor_of[i] >= 0 and i not in case.locked]
    for mentee in matched:
        for other in explain(case.problem(), solution, mentee, top=9).alternatives:
            if case.taken[other.mentor] < case.capacity[other.mentor]:
                with_it = [*oracle.longest_waiting(case.but(locks=(*case.locks, (mentee, other.mentor)))), mentee]
                keeps_the_order = oracle.times_waited(case, with_it) == oracle.times_waited(case, matched)
                assert not (other.passes_over and keeps_the_order)


def test_another_mentor_passes_over_who_has_nobody_else():
    """The second mentor is the only one for two others, of whom one would lose the place."""
    case = Case([[1, 9, 2], [-1, 9, -1], [-1, 9, -1]], [1, 1, 1], waiting_since=(1, 2, 3), fairness="none")
    problem = case.problem()

    told = explain(problem, solve(problem), 0).alternatives

    assert [(other.mentor, other.passes_over) for other in told] == [(0, False), (1, True)]


def test_what_another_mentor_costs_counts_the_prices_of_both():
    """The best is 8 + 9. With the first mentor for the first mentee it is 10 + 0, and so with the second for the second."""
    case = Case([[10, 8], [9, 0]], [1, 1], fairness="none")
    problem = case.problem()
    solution = solve(problem)

    costs = [explain(problem, solution, mentee).alternatives[0].cost_at_least for mentee in (0, 1)]

    assert solution.mentor_of.tolist() == [1, 0]
    assert solution.certificate.prices.tolist() == [2, 0]
    assert costs == [0, 7]


def test_alternatives_come_cheapest_first_and_say_where_there_is_room():
    case = random_case(12, 8, 4)
    problem = case.problem()
    solution = solve(problem)
    mentee = int(np.flatnonzero(solution.mentor_of >= 0)[0])

    told = explain(problem, solution, mentee, top=8).alternatives

    assert told == sorted(told, key=lambda other: (other.cost_at_least, -other.score, other.mentor))
    assert {other.mentor for other in told} == {
        j for j in range(8) if case.allowed(mentee, j, solution.floor) and j != solution.mentor_of[mentee]
    }
    load = solution.mentor_of.tolist()
    assert all(other.has_room == (load.count(other.mentor) < case.capacity[other.mentor]) for other in told)
    assert len(explain(problem, solution, mentee, top=1).alternatives) == 1


def test_nobody_without_a_match_has_one_explained():
    problem = program()
    solution = solve(problem)

    with pytest.raises(MatchError) as refused:
        explain(problem, solution, 2)
    assert (refused.value.code, refused.value.where) == ("unmatched", 2)
    with pytest.raises(MatchError) as refused:
        explain(problem, solution, 3)
    assert refused.value.code == "unknown_person"


def test_each_rule_says_how_many_mentors_it_takes_away_and_how_many_alone():
    problem = program(forbids=[(2, 1)], minimum=3000)

    told = why_unmatched(problem, solve(problem), 2)

    assert told.allowed == 0
    # Scores without the language: 1500+600, 1500+6000, 1500+3000, 1500+0.
    assert told.excluded == {"language": 4, "#forbidden": 1, "#minimum": 2, "#no_place": 1, "#rule": 0}
    assert told.only == {"language": 1, "#forbidden": 0, "#minimum": 0, "#no_place": 0, "#rule": 0}
    assert (told.rivals, told.contested, told.places) == ([2], [], 0)


def test_a_pair_that_a_matrix_rules_out_falls_to_a_rule():
    case = Case([[-1, 3, 9]], [1, 1, 0], minimum=5)
    told = why_unmatched(case.problem(), solve(case.problem()), 0)

    assert told.excluded == {"#forbidden": 0, "#minimum": 1, "#no_place": 1, "#rule": 1}
    assert told.only == {"#forbidden": 0, "#minimum": 1, "#no_place": 1, "#rule": 1}


@settings(max_examples=60, deadline=None)
@given(cases(people=6))
def test_rivals_are_one_more_than_the_places_they_can_have(case):
    solution = solve(case.problem())
    alone = [i for i in range(case.n) if solution.mentor_of[i] < 0]
    assume(alone)
    for mentee in alone:
        told = why_unmatched(case.problem(), solution, mentee)
        free = {j: case.capacity[j] - case.taken[j] for j in range(case.m)}
        reach = {j for i in told.rivals for j in range(case.m) if case.allowed(i, j) and free[j]}
        assert mentee in told.rivals
        assert reach == set(told.contested)
        assert told.places == sum(free[j] for j in told.contested)
        assert len(told.rivals) == told.places + 1
        assert told.allowed == sum(case.allowed(mentee, j) and free[j] > 0 for j in range(case.m))


def test_rivals_are_followed_to_the_end_of_the_chain():
    chain = [[9, -1, -1, -1], [8, 8, -1, -1], [-1, 7, 7, -1], [-1, -1, 6, -1], [-1, -1, -1, 5]]
    case = Case(chain, [1, 1, 1, 1])
    solution = solve(case.problem())
    alone = int(np.flatnonzero(solution.mentor_of < 0)[0])

    told = why_unmatched(case.problem(), solution, alone)

    assert (told.rivals, told.contested, told.places) == ([0, 1, 2, 3], [0, 1, 2], 3)


def test_of_rivals_it_is_said_how_many_have_waited_longer():
    case = Case([[9], [8], [7], [6]], [3], waiting_since=(3, 1, 2, 3))

    told = why_unmatched(case.problem(), solve(case.problem()), 3)

    assert (told.rivals, told.waited_longer) == ([0, 1, 2, 3], 2)


def test_who_has_a_match_is_not_asked_why_not():
    problem = program()

    with pytest.raises(MatchError):
        why_unmatched(problem, solve(problem), 0)


def test_groups_are_compared_where_they_are_large_enough_to_be_shown():
    case = Case([[10, 0], [10, 0], [5, 0], [-1, -1], [-1, 2], [8, -1]], [4, 1], fairness="none")
    solution = solve(case.problem())

    told = parity(solution, np.array([0, 0, 1, 1, 2, -1]), 10, smallest=2)

    assert told["groups"] == [
        {"group": 0, "people": 2, "matched": 2, "rate": 1.0, "mean": 100.0, "lowest": 100, "hidden": False},
        {"group": 1, "people": 2, "matched": 1, "rate": 0.5, "mean": 50.0, "lowest": 50, "hidden": False},
        {"group": 2, "people": 1, "matched": 1, "rate": 1.0, "mean": 20.0, "lowest": 20, "hidden": True},
    ]
    assert (told["rate_ratio"], told["mean_gap"]) == (0.5, 50.0)


def test_without_groups_there_is_nothing_to_compare():
    solution = solve(Case([[1]], [1]).problem())

    assert parity(solution, np.array([-1]), 1) == {"groups": [], "rate_ratio": None, "mean_gap": None}
    with pytest.raises(MatchError):
        parity(solution, np.array([1, 2]), 1)
