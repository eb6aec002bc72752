"""Answers as arrays score as two people who compare their answers by hand would."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.criteria.models import Criterion
from matching.scoring.encoding import Candidate, encoded, key_of
from mentoring.kernel.errors import Refused
from programs.profiles.models import ProfileQuestion
from tests.factories.matching import CriterionFactory
from tests.factories.programs import ProfileQuestionFactory
from tests.times import NOON

Kind, OfAnswer = Criterion.Kind, ProfileQuestion.Kind
WINTER, SUMMER = date(2026, 1, 14), date(2026, 7, 15)
YEARS = ["1", "2", "3", "4", "PG"]
VALUES = ["Family", "Fairness", "Humour", "Nature"]
LANGUAGES = ["English", "arabic", "Arabic ", "Deutsch"]
# Two half-days of the week, and two labels of a coordinator's own.
TIMES = ["Mon am", "Mon pm", "Sun pm", "Weekend", "After work", "At lunch"]
ZONES = ["Europe/London", "America/New_York", "Asia/Kolkata", "Pacific/Auckland", "UTC"]
CHOICES = {OfAnswer.ONE: YEARS, OfAnswer.SEVERAL: VALUES, OfAnswer.LANGUAGES: [], OfAnswer.TIMES: TIMES}
# Keys of the questions that everybody below is asked; the last is what the other side offers.
ASKED = {1: OfAnswer.ONE, 2: OfAnswer.SEVERAL, 3: OfAnswer.LANGUAGES, 4: OfAnswer.TIMES, 5: OfAnswer.SEVERAL}
WEIGHTS = [int(weight) for weight in Criterion.Weight]


def question(key: int) -> ProfileQuestion:
    return ProfileQuestionFactory.build(pk=key, kind=ASKED[key], choices=CHOICES[ASKED[key]], program=None)


def person(answers: dict[int, str | list[str]], zone: str = "UTC") -> Candidate:
    return Candidate(membership_id=0, places=1, waiting_since=NOON, zone=zone, answers=answers)


def criterion(kind: Kind, asked: int, **what: object) -> Criterion:
    weight = {"weight": 0} if kind in Criterion.RULES else {}
    return CriterionFactory.build(**{"pk": 7, "kind": kind, "question": question(asked), "program": None, **weight, **what})


def score(made: Criterion, one: Candidate, other: Candidate, on: date = WINTER) -> int:
    return int(encoded([made], [one], [other], on).block(np.array([0]))[0, 0])


# --- by hand ---


def plain(label: str) -> str:
    return label.strip().lower()


def hours_by_hand(label: str, zone: str, on: date) -> set[int]:
    """Hour by hour of a week of UTC, and minute by minute: whether somebody's clock stands within the label."""
    parts = {"Mon am": [(0, 8, 12)], "Mon pm": [(0, 13, 18)], "Sun pm": [(6, 13, 18)]}
    parts["Weekend"] = [(5, 8, 12), (5, 13, 18), (6, 8, 12), (6, 13, 18)]
    offset = datetime(on.year, on.month, on.day, 12, tzinfo=UTC).astimezone(ZoneInfo(zone)).utcoffset() or timedelta()
    monday = datetime(2001, 1, 1, tzinfo=UTC)

    def is_free(at: datetime) -> bool:
        clock = at + offset
        return any(clock.weekday() == day and first <= clock.hour < last for day, first, last in parts[label])

    return {hour for hour in range(168) if all(is_free(monday + timedelta(hours=hour, minutes=minute)) for minute in (0, 15, 30, 45, 59))}


def parts_by_hand(who: Candidate, asked: ProfileQuestion, on: date) -> set[object]:
    said = who.answers.get(asked.pk, [])
    labels = [said] if isinstance(said, str) else said
    if asked.kind != OfAnswer.TIMES:
        return {plain(label) for label in labels}
    own = {"After work", "At lunch"}
    return {part for label in labels for part in ({label} if label in own else hours_by_hand(label, who.zone, on))}


def quality_by_hand(made: Criterion, one: Candidate, other: Candidate, on: date) -> int | None:
    """0..100, nothing where an answer is missing; of a rule, 100 where it lets the two pass."""
    a, b = parts_by_hand(one, made.question, on), parts_by_hand(other, made.of_mentor, on)
    if made.question.kind == OfAnswer.ONE and made.kind != Kind.OFFERS:
        a, b = a - {"6"}, b - {"6"}
    if not a or not b:
        return None
    if made.question.kind == OfAnswer.ONE and made.kind != Kind.OFFERS:
        if made.in_order:
            steps = [plain(choice) for choice in made.question.choices]
            apart, most = abs(steps.index(str(*a)) - steps.index(str(*b))), len(steps) - 1
            return 100 * (most - apart if made.kind == Kind.SIMILAR else apart) // most
        return 100 * ((a == b) == (made.kind in (Kind.SIMILAR, Kind.MUST_MATCH)))
    if made.kind == Kind.DIFFERENT:
        return 100 * bool(a - b)
    if made.kind == Kind.OFFERS:
        return 100 * len(a & b) // len(a)
    if made.is_rule:
        return 100 * (len(a & b) >= (1 if made.kind == Kind.LANGUAGE else made.need))
    return 100 * min(len(a & b), made.need) // made.need


def score_by_hand(criteria: Sequence[Criterion], one: Candidate, other: Candidate, on: date) -> int:
    total = 0
    for made in criteria:
        quality = quality_by_hand(made, one, other, on)
        if made.is_rule:
            if quality == 0 or (quality is None and made.kind == Kind.LANGUAGE):
                return -1
        else:
            total += made.weight * (50 if quality is None else quality)
    return total


@st.composite
def criteria(draw: st.DrawFn) -> list[Criterion]:
    found = []
    for number in range(draw(st.integers(1, 8))):
        asked = draw(st.sampled_from([1, 2, 3, 4]))
        kind = draw(st.sampled_from(Criterion.FITS[ASKED[asked]]))
        what: dict[str, object] = {"pk": number, "need": draw(st.integers(1, 6))}
        if kind not in Criterion.RULES:
            what["weight"] = draw(st.sampled_from(WEIGHTS))
        if asked == 1 and kind in (Kind.SIMILAR, Kind.DIFFERENT):
            what["in_order"] = draw(st.booleans())
        if asked == 2 and kind == Kind.OFFERS and draw(st.booleans()):
            what["mentor_question"] = question(5)
        found.append(criterion(kind, asked, **what))
    return found


@st.composite
def people(draw: st.DrawFn) -> list[Candidate]:
    def some(labels: list[str]) -> st.SearchStrategy[list[str]]:
        return st.lists(st.sampled_from(labels), unique=True, max_size=4)

    # Somebody has mostly answered; the empty list, and what is not in the list, are no answers.
    answers = st.fixed_dictionaries(
        {1: st.sampled_from([*YEARS, "6"]), 2: some(VALUES), 3: some(LANGUAGES), 5: some(VALUES)}, optional={4: some(TIMES)}
    )
    return [person(draw(answers), draw(st.sampled_from(ZONES))) for _ in range(draw(st.integers(0, 4)))]


@settings(max_examples=60, deadline=None)
@given(criteria=criteria(), mentees=people(), mentors=people(), on=st.sampled_from([WINTER, SUMMER]))
def test_every_pair_scores_as_by_hand(criteria, mentees, mentors, on):
    scores = encoded(criteria, mentees, mentors, on)

    table = scores.block(np.arange(len(mentees)))

    assert scores.maximum == 100 * sum(made.weight for made in criteria)
    assert table.tolist() == [[score_by_hand(criteria, one, other, on) for other in mentors] for one in mentees]


# --- what must never change without somebody noticing ---


def test_a_missing_answer_neither_helps_nor_hurts():
    similar = criterion(Kind.SIMILAR, 2)

    assert score(similar, person({2: ["Humour"]}), person({})) == 50 * similar.weight


def test_a_missing_answer_breaks_no_rule_but_that_of_a_language_in_common():
    assert score(criterion(Kind.MUST_MATCH, 1), person({1: "2"}), person({})) == 0
    assert score(criterion(Kind.LANGUAGE, 3), person({3: ["English"]}), person({})) == -1


def test_who_has_chosen_everything_has_answered_and_differs_in_nothing_from_the_other():
    assert score(criterion(Kind.DIFFERENT, 2), person({2: ["Humour"]}), person({2: VALUES})) == 0


def test_a_language_is_the_same_however_it_is_spelled():
    assert score(criterion(Kind.LANGUAGE, 3), person({3: ["ARABIC"]}), person({3: [" arabic"]})) == 0


def test_an_answer_that_the_list_holds_no_more_counts_as_none():
    assert score(criterion(Kind.SIMILAR, 1), person({1: "5"}), person({1: "5"})) == 50 * 30


def test_free_times_are_compared_by_the_clock_of_each():
    times = criterion(Kind.OVERLAP, 4, need=5)

    assert score(times, person({4: ["Mon pm"]}, "Europe/London"), person({4: ["Mon pm"]}, "Europe/London")) == 100 * 30
    # Their afternoons have no hour in common, but his evening, which nobody asks for, has one with her afternoon.
    assert score(times, person({4: ["Mon pm"]}, "Europe/London"), person({4: ["Mon pm"]}, "America/New_York")) == 0
    assert score(times, person({4: ["Mon pm"]}, "Europe/London"), person({4: ["Mon am"]}, "America/New_York")) == 80 * 30


def test_half_days_beside_times_in_other_words_count_together():
    times = criterion(Kind.OVERLAP, 4, need=5)
    both = {4: ["Mon am", "After work"]}

    assert score(times, person(both), person(both)) == 100 * 30


def test_what_one_looks_for_is_compared_with_what_the_other_offers():
    offers = criterion(Kind.OFFERS, 2, mentor_question=question(5))

    assert score(offers, person({2: ["Family", "Humour", "Nature"], 5: []}), person({2: [], 5: ["Humour"]})) == 33 * 30


def test_criteria_are_known_by_their_keys():
    made = [criterion(Kind.SIMILAR, 2, pk=12), criterion(Kind.LANGUAGE, 3, pk=5)]

    assert [one.key for one in encoded(made, [], [], WINTER).criteria] == ["c12", "c5"] == [key_of(one) for one in made]


def test_nobody_at_all_is_no_mistake():
    assert encoded([criterion(Kind.OVERLAP, 4)], [], [], WINTER).shape == (0, 0)


def test_a_criterion_whose_question_is_gone_is_named_and_nothing_is_compared():
    gone = criterion(Kind.SIMILAR, 2)
    gone.question.text, gone.question.retired_at = "What matters to you?", NOON

    with pytest.raises(Refused, match="What matters to you"):
        encoded([gone], [person({})], [person({})], WINTER)
