"""What the rules do, counted in groups, as if every pair had been looked at."""

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.criteria.models import Criterion
from matching.scoring import preview as module
from matching.scoring.encoding import Candidate, encoded
from matching.scoring.preview import preview
from programs.profiles.models import ProfileQuestion
from tests.factories.matching import CriterionFactory, ExclusionFactory
from tests.factories.programs import (
    MembershipFactory,
    ProfileAnswerFactory,
    ProfileFactory,
    ProfileQuestionFactory,
    ProgramFactory,
)
from tests.times import NOON

TODAY = NOON.date()
Kind, OfAnswer = Criterion.Kind, ProfileQuestion.Kind
LANGUAGES, YEAR, TIMES = 1, 2, 3


def rule(key: int, kind: Kind, answered: OfAnswer, choices: list[str]) -> Criterion:
    question = ProfileQuestionFactory.build(pk=key, kind=answered, choices=choices, program=None)
    return CriterionFactory.build(pk=key, kind=kind, weight=0, question=question, program=None)


RULES = [
    rule(LANGUAGES, Kind.LANGUAGE, OfAnswer.LANGUAGES, []),
    rule(YEAR, Kind.MUST_DIFFER, OfAnswer.ONE, ["1", "2", "3"]),
    rule(TIMES, Kind.MUST_MATCH, OfAnswer.TIMES, ["Mon am", "Mon pm", "Weekend"]),
]
ANSWERS = st.fixed_dictionaries(
    {},
    optional={
        LANGUAGES: st.lists(st.sampled_from(["English", "Arabic", "Thai"]), unique=True),
        YEAR: st.sampled_from(["1", "2", "3"]),
        TIMES: st.lists(st.sampled_from(["Mon am", "Mon pm", "Weekend"]), unique=True),
    },
)


def people(first_key: int) -> st.SearchStrategy[list[Candidate]]:
    listed = st.lists(ANSWERS, max_size=6)
    return listed.map(lambda said: [Candidate(first_key + key, 1, NOON, "UTC", answers) for key, answers in enumerate(said)])


def by_hand(rules: list[Criterion], mentees: list[Candidate], mentors: list[Candidate]) -> set[tuple[int, int]]:
    """The pairs that pass, one after another."""
    pairs = product(mentees, mentors)
    return {(a.membership_id, b.membership_id) for a, b in pairs if (encoded(rules, [a], [b], TODAY).block([0]) >= 0).all()}


@settings(max_examples=25, deadline=None)
@given(mentees=people(0), mentors=people(100), rules=st.lists(st.sampled_from(RULES), unique_by=id, min_size=1))
def test_it_counts_what_one_would_count_pair_by_pair(mentees, mentors, rules):
    possible, effects, alone = module._counted(rules, mentees, mentors, TODAY)

    passing = by_hand(rules, mentees, mentors)
    assert possible == len(passing)
    in_one = {person for pair in passing for person in pair}
    assert {person.membership_id for person in alone} == {person.membership_id for person in (*mentees, *mentors)} - in_one
    for effect, without in zip(effects, rules, strict=True):
        others = by_hand([one for one in rules if one is not without], mentees, mentors)
        assert effect.possible_without == len(others)
        somebody, nobody = ({person for pair in pairs for person in pair} for pairs in (others, passing))
        assert {person.membership_id for person in effect.alone} == somebody - nobody


@settings(max_examples=25, deadline=None)
@given(peers=people(0), rules=st.lists(st.sampled_from(RULES), unique_by=id, min_size=1))
def test_among_equal_peers_each_two_are_counted_once_and_nobody_with_themselves(peers, rules):
    possible, effects, alone = module._counted(rules, peers, peers, TODAY, among_peers=True)

    passing = {pair for pair in by_hand(rules, peers, peers) if pair[0] < pair[1]}
    assert possible == len(passing)
    in_one = {person for pair in passing for person in pair}
    assert {person.membership_id for person in alone} == {person.membership_id for person in peers} - in_one
    for effect, without in zip(effects, rules, strict=True):
        others = {pair for pair in by_hand([one for one in rules if one is not without], peers, peers) if pair[0] < pair[1]}
        somebody, nobody = ({person for pair in pairs for person in pair} for pairs in (others, passing))
        assert effect.possible_without == len(others)
        assert [person.membership_id for person in effect.alone] == sorted(somebody - nobody)


@pytest.mark.django_db
def test_in_a_program_of_equal_peers_the_pairs_of_the_pool_are_counted():
    program = ProgramFactory(kind="reciprocal")
    for _ in range(3):
        ProfileFactory(membership=MembershipFactory(program=program), both=True)
    found = preview(program, [], on=TODAY)
    assert (found.mentees, found.pairs, found.possible, found.is_among_peers) == (3, 3, 3, True)


def test_the_size_of_a_block_does_not_matter(monkeypatch):
    mentees = [Candidate(key, 1, NOON, "UTC", {YEAR: str(key % 3 + 1)}) for key in range(6)]
    mentors = [Candidate(100 + key, 1, NOON, "UTC", {YEAR: str(key % 2 + 1)}) for key in range(4)]
    at_once = module._counted(RULES[1:2], mentees, mentors, TODAY)

    monkeypatch.setattr(module, "CELLS", 1)

    assert module._counted(RULES[1:2], mentees, mentors, TODAY) == at_once == (16, *at_once[1:])


@pytest.mark.django_db
def test_it_is_counted_for_those_who_could_be_matched_today(django_assert_num_queries):
    program = ProgramFactory()
    spoken = ProfileQuestionFactory(program=program, kind=OfAnswer.LANGUAGES)
    rule = CriterionFactory(program=program, language=True, question=spoken)
    wish, gone = CriterionFactory(program=program), CriterionFactory(program=program, rule=True, question__retired_at=NOON)
    people = {}
    for name, language, sides in (
        ("mentor", "English", {"mentor": True, "offers_capacity": 3}),
        ("mentee", "English", {}),
        ("alone", "Thai", {}),
    ):
        people[name] = ProfileFactory(membership=MembershipFactory(program=program), **sides)
        ProfileAnswerFactory(profile=people[name], question=spoken, value=[language])
    ExclusionFactory(program=program, one=people["mentor"].membership, other=people["mentee"].membership, private=True)

    with django_assert_num_queries(4):
        found = preview(program, [rule, wish, gone], on=TODAY)

    assert (found.mentees, found.mentors, found.places, found.pairs, found.possible, found.apart) == (2, 1, 3, 2, 1, 1)
    (effect,) = found.effects
    assert (effect.rule, effect.possible_without) == (rule, 2)
    # Whom a private choice leaves with nobody is not told here.
    assert [person.membership_id for person in effect.alone] == [people["alone"].membership_id]


@pytest.mark.django_db
def test_without_rules_and_without_people_there_is_nothing_to_say():
    found = preview(ProgramFactory(), [], on=TODAY)

    assert (found.pairs, found.possible, found.effects) == (0, 0, [])
