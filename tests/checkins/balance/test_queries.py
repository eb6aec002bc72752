from datetime import date, timedelta

import pytest
from django.utils import translation

from checkins.balance import queries
from checkins.imbalance.in_force import typed, values_of
from matching.facts import services as facts
from matching.facts.models import Fact
from tests.factories.checkins import BaselineFactory
from tests.factories.matching import FactFactory, PairingFactory
from tests.factories.programs import MembershipFactory
from tests.times import NOON

pytestmark = pytest.mark.django_db
Kind = Fact.Kind


@pytest.fixture(params=["first", "second", ""])
def pairing(request):
    """Begun half a year ago; whoever is the mentor, or neither."""
    return PairingFactory(active=True, mentor=request.param, proposed_at=NOON - timedelta(weeks=26))


def done(pairing, kind, first=0, second=0, at=NOON):
    start = Fact.objects.count()
    halves = [pairing.first] * first + [pairing.second] * second
    for place, by in enumerate(halves):
        facts.note(pairing=pairing, by=by, kind=kind, source_id=start + place, happened_at=at)


def balance_of(pairing, me=None, now=NOON):
    return queries.on_pair_page(pairing, me or pairing.first, now)


def lines_of(pairing, me=None):
    return {line["label"]: (line["one"], line["two"]) for line in balance_of(pairing, me).lines}


def test_each_line_holds_what_the_first_and_the_second_did(pairing):
    for place, kind in enumerate(Kind):
        done(pairing, kind, first=place + 1, second=1)

    assert lines_of(pairing) == {
        "Topics on the agenda": (1, 1),
        "Decisions proposed": (2, 1),
        "Times suggested": (4, 1),
        "Sessions moved or cancelled": (5 + 6, 2),
        "Sessions led": (9, 1),
        "Actions taken on": (10, 1),
    }


def test_all_who_look_see_the_same_numbers_and_the_same_question(pairing):
    done(pairing, Kind.TOPIC_RAISED, first=9, second=2)
    admin = MembershipFactory(admin=True, program=pairing.program)

    seen = [balance_of(pairing, me) for me in (*pairing.halves, admin)]

    assert len({str([(line["one"], line["two"]) for line in one.lines]) for one in seen}) == 1
    assert len({(one.reflection, one.question, str(one.columns)) for one in seen}) == 1


def test_who_looks_is_called_you_and_staff_see_two_names(pairing):
    one, two = pairing.first.user.short_name, pairing.second.user.short_name
    admin = MembershipFactory(admin=True, program=pairing.program)

    assert [(seen.one, seen.two) for me in (*pairing.halves, admin) for seen in [balance_of(pairing, me)]] == [
        ("You", two),
        (one, "You"),
        (one, two),
    ]


def test_what_was_done_more_than_twelve_weeks_ago_is_not_told(pairing):
    done(pairing, Kind.TOPIC_RAISED, first=1, at=NOON - timedelta(weeks=11))
    done(pairing, Kind.TOPIC_RAISED, first=5, at=NOON - timedelta(weeks=12))

    assert lines_of(pairing)["Topics on the agenda"] == (1, 0)
    assert balance_of(pairing).since == NOON.date() - timedelta(weeks=11)


def test_of_a_pairing_that_has_ended_its_own_last_weeks_are_told(pairing):
    done(pairing, Kind.TOPIC_RAISED, first=2, at=NOON - timedelta(weeks=1))
    pairing.ended_at = NOON

    assert balance_of(pairing, now=NOON + timedelta(weeks=52)).lines[0]["one"] == 2


def test_a_young_pairing_is_told_of_since_it_began():
    pairing = PairingFactory(active=True, proposed_at=NOON - timedelta(days=17))

    balance = balance_of(pairing)

    assert balance.since == date(2026, 2, 27)
    assert [words for words, *_ in balance.columns] == ["23 Feb", "9 Mar"]


def test_what_was_put_forward_stands_in_the_two_weeks_in_which_it_was(pairing):
    done(pairing, Kind.TOPIC_RAISED, first=2, at=NOON)
    done(pairing, Kind.DECISION_PROPOSED, second=1, at=NOON - timedelta(weeks=1))
    done(pairing, Kind.TIME_PROPOSED, second=3, at=NOON - timedelta(weeks=2))
    done(pairing, Kind.ACTION_TAKEN, second=9, at=NOON)

    balance = balance_of(pairing)

    assert balance.columns[-2:] == [("23 Feb", 0, 3), ("9 Mar", 2, 1)]
    assert len(balance.columns) == 6
    assert (balance.of_one, balance.of_two) == (2, 4)


def test_three_sessions_are_enough(pairing):
    done(pairing, Kind.SESSION_LOGGED, first=2)
    assert not balance_of(pairing).is_enough

    done(pairing, Kind.SESSION_LOGGED, second=1)

    assert balance_of(pairing).is_enough


def test_a_session_that_both_wrote_down_is_one(pairing):
    for by in pairing.halves:
        facts.note(pairing=pairing, by=by, kind=Kind.SESSION_LOGGED, source_id=1, happened_at=NOON)

    assert balance_of(pairing).meetings == 1


def test_what_was_taken_back_is_not_told(pairing):
    done(pairing, Kind.TOPIC_RAISED, first=1)
    facts.withdraw(kind=Kind.TOPIC_RAISED, source_id=Fact.objects.get().source_id, now=NOON)

    assert lines_of(pairing)["Topics on the agenda"] == (0, 0)


def test_nothing_of_another_pairing_is_told(pairing):
    FactFactory(pairing=PairingFactory(active=True, program=pairing.program, first=pairing.first))

    assert lines_of(pairing)["Topics on the agenda"] == (0, 0)


@pytest.mark.parametrize(
    ("kind", "words", "question"),
    [
        (Kind.TOPIC_RAISED, "topics came from one side", "Whose topics would you like to see more of?"),
        (Kind.DECISION_STOOD, "decisions that stand", "Whose ideas would you like to decide on next?"),
        (Kind.TIME_MOVED, "times were suggested or moved", "Who would you like to suggest the next time?"),
    ],
)
def test_what_leans_is_told_without_saying_to_whom(pairing, kind, words, question):
    done(pairing, kind, second=24)

    balance = balance_of(pairing)

    assert words in balance.reflection
    assert balance.question == question
    assert pairing.second.user.short_name not in balance.reflection


@pytest.mark.parametrize("kind", [Kind.SESSION_CANCELLED, Kind.SESSION_MISSED, Kind.ACTION_TAKEN, Kind.SESSION_LED])
def test_what_is_not_measured_has_no_mirror(pairing, kind):
    done(pairing, kind, first=40)

    assert balance_of(pairing).reflection == ""


def test_of_several_that_lean_one_is_told(pairing):
    for kind in (Kind.TIME_PROPOSED, Kind.TOPIC_RAISED, Kind.DECISION_STOOD):
        done(pairing, kind, first=24)

    assert "topics" in balance_of(pairing).reflection


def test_where_nothing_leans_the_questions_take_turns(pairing):
    asked = {balance_of(pairing, now=NOON + timedelta(weeks=week)).question for week in range(3)}

    assert len(asked) == 3


def test_it_costs_three_queries_however_long_the_history(pairing, queries_of):
    few = queries_of(lambda: balance_of(pairing))
    for week in range(26):
        done(pairing, Kind.TOPIC_RAISED, first=1, second=1, at=NOON - timedelta(weeks=week))
        done(pairing, Kind.SESSION_LOGGED, first=1, at=NOON - timedelta(weeks=week))

    assert queries_of(lambda: balance_of(pairing)) == few == 3


def test_what_is_usual_in_the_program_says_what_leans():
    pairing = PairingFactory(active=True, mentor="second", proposed_at=NOON - timedelta(weeks=26))
    done(pairing, Kind.TOPIC_RAISED, first=2, second=10)
    assert balance_of(pairing).reflection == ""

    # Mentors write the agenda here.
    BaselineFactory(program=pairing.program, values=values_of(typed({"topics": 0.1, "decisions": 0.5, "scheduling": 0.5})))

    assert "topics" in balance_of(pairing).reflection


def test_no_word_of_a_score_or_a_role_is_said(pairing):
    done(pairing, Kind.TOPIC_RAISED, first=24)
    with translation.override("en"):
        balance = balance_of(pairing)

    said = " ".join([balance.reflection, balance.question, *(line["label"] for line in balance.lines)]).lower()

    assert not {word for word in ("mentor", "mentee", "score", "%", "should", "too much", "fair") if word in said}
