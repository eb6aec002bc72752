from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.joint import queries, services
from matching.joint.models import Answer, NotNow, Round
from matching.pairings.models import Pairing
from mentoring.kernel.audit.models import AuditEvent
from mentoring.kernel.errors import Refused
from tests.at_once import at_once
from tests.factories.matching import PairingFactory, RoundFactory
from tests.factories.programs import MembershipFactory

pytestmark = pytest.mark.django_db
YES, NO = {"yes": "yes"}, {"yes": "no"}


@pytest.fixture
def pairing(db):
    return PairingFactory(active=True)


@pytest.fixture
def in_words(pairing, noon):
    return services.open_round(pairing=pairing, kind="words", by=pairing.first, now=noon)


@pytest.fixture
def two_yeses(noon):
    return services.open_round(pairing=PairingFactory(closed=True), kind="two-yeses", by=None, now=noon)


def say(round, half, words="Hello", at=None):
    return services.answer(round=round, by=half, content={"words": words}, now=at or round.opened_at)


# --- asking ---


def test_either_half_begins_and_both_are_asked(pairing, noon):
    for half in pairing.halves:
        round = services.open_round(pairing=pairing, kind="words", source_id=half.pk, by=half, now=noon)

        assert (round.opened_at, round.opened_together_at) == (noon, None)


def test_beginning_what_has_begun_gives_the_same_round(pairing, in_words, noon):
    assert services.open_round(pairing=pairing, kind="words", by=pairing.second, now=noon) == in_words


def test_what_ran_out_unanswered_can_be_asked_again(pairing, noon):
    before = services.open_round(pairing=pairing, kind="words", by=pairing.first, now=noon, closes_at=noon + timedelta(days=1))

    again = services.open_round(pairing=pairing, kind="words", by=pairing.first, now=noon + timedelta(days=1))

    before.refresh_from_db()
    assert again != before
    assert before.called_off_at == noon + timedelta(days=1)


@pytest.mark.parametrize("state", ["proposed", "paused", "closed"])
def test_nothing_is_begun_in_another_state(state, noon):
    pairing = PairingFactory(**{state: True})

    with pytest.raises(Refused, match="not in the state"):
        services.open_round(pairing=pairing, kind="words", by=pairing.first, now=noon)


def test_nobody_else_begins(pairing, noon):
    for somebody in (pairing.proposed_by, MembershipFactory(program=pairing.program)):
        with pytest.raises(Refused):
            services.open_round(pairing=pairing, kind="words", by=somebody, now=noon)


# --- answering ---


def test_it_opens_to_both_when_the_second_answers(pairing, in_words, noon, declared):
    say(in_words, pairing.first, "From the first")
    assert queries.said(in_words, pairing.second) == queries.Said()
    opened = say(in_words, pairing.second, "From the second", at=noon + timedelta(hours=1))

    assert opened.opened_together_at == noon + timedelta(hours=1)
    assert declared == [(opened.pk, noon + timedelta(hours=1))]
    for half, mine, theirs in ((pairing.first, "first", "second"), (pairing.second, "second", "first")):
        said = queries.said(opened, half)
        assert (said.mine["words"], said.theirs["words"]) == (f"From the {mine}", f"From the {theirs}")


def test_until_then_one_may_change_ones_mind(pairing, in_words):
    say(in_words, pairing.first, "At first")
    say(in_words, pairing.first, "On second thoughts")

    assert queries.said(in_words, pairing.first).mine["words"] == "On second thoughts"
    assert Answer.objects.count() == 1


def test_after_that_nothing_changes(pairing, in_words):
    say(in_words, pairing.first)
    say(in_words, pairing.second)

    with pytest.raises(Refused, match="both answered"):
        say(in_words, pairing.first, "Something else")

    assert queries.said(in_words, pairing.first).mine["words"] == "Hello"


@given(order=st.lists(st.sampled_from(["first", "second"]), min_size=1, max_size=6))
@settings(max_examples=20, deadline=None)
def test_whatever_the_order_nobody_reads_ahead(order):
    round = RoundFactory(kind="words")
    answered = set()
    for side in order:
        half = getattr(round.pairing, side)
        try:
            say(round, half, side)
            answered.add(side)
        except Refused:
            assert answered == {"first", "second"}
        for reader in ("first", "second"):
            theirs = queries.said(round, getattr(round.pairing, reader)).theirs
            assert (theirs is not None) == (answered == {"first", "second"})


@pytest.mark.parametrize(
    "content",
    [{}, {"words": " "}, {"words": "x" * 10_001}, {"words": "a\0b"}, {"words": "x" * 1_000_000}],
    ids=lambda content: str(content)[:20],
)
def test_what_the_form_of_the_kind_does_not_take_is_refused(content, pairing, in_words, noon):
    with pytest.raises(Refused):
        services.answer(round=in_words, by=pairing.first, content=content, now=noon)

    assert not Answer.objects.exists()


@pytest.mark.parametrize("words", ["🌻 👩🏽‍🌾", "مرحبا بك", "<b>bold</b>\nand more"])
def test_words_are_kept_as_they_are(words, pairing, in_words):
    say(in_words, pairing.first, words)

    assert queries.said(in_words, pairing.first).mine["words"] == words


def test_nobody_else_answers(pairing, in_words):
    for somebody in (pairing.proposed_by, MembershipFactory(program=pairing.program)):
        with pytest.raises(Refused):
            say(in_words, somebody)


@pytest.mark.parametrize("state", ["paused", "closed"])
def test_nothing_is_answered_where_the_pairing_has_stopped(state, pairing, in_words, noon):
    Pairing.objects.filter(pk=pairing.pk).update(state=state, ended_at=noon if state == "closed" else None)

    with pytest.raises(Refused, match="not open to be answered now"):
        say(in_words, pairing.first)


def test_nothing_is_answered_before_its_day_and_after_its_end(pairing, noon):
    round = services.open_round(
        pairing=pairing, kind="words", by=pairing.first, now=noon, opens_at=noon + timedelta(days=14), closes_at=noon + timedelta(days=28)
    )

    for day in (13, 28):
        with pytest.raises(Refused):
            say(round, pairing.first, at=noon + timedelta(days=day))
    assert say(round, pairing.first, at=noon + timedelta(days=14))


# --- two yeses ---


@pytest.mark.parametrize(("first", "second"), [(YES, NO), (NO, YES), (NO, NO), (YES, None), (NO, None)])
def test_without_two_yeses_nobody_learns_anything(first, second, two_yeses, noon):
    for half, content in zip(two_yeses.pairing.halves, (first, second), strict=True):
        if content is not None:
            services.answer(round=two_yeses, by=half, content=content, now=noon)

    two_yeses.refresh_from_db()
    assert two_yeses.opened_together_at is None
    for half in two_yeses.pairing.halves:
        assert queries.said(two_yeses, half).theirs is None


def test_two_yeses_stay_apart_where_the_kind_says_that_it_may_not_open(pairing, noon):
    held_back = services.open_round(pairing=pairing, kind="held-back", by=None, now=noon)

    for half in pairing.halves:
        held_back = services.answer(round=held_back, by=half, content={"yes": "yes"}, now=noon)

    assert held_back.opened_together_at is None
    assert queries.said(held_back, pairing.first).theirs is None


def test_two_yeses_open_it_whatever_was_said_before(two_yeses, noon):
    first, second = two_yeses.pairing.halves
    services.answer(round=two_yeses, by=first, content=NO, now=noon)
    services.answer(round=two_yeses, by=second, content={**YES, "words": "My number"}, now=noon)

    opened = services.answer(round=two_yeses, by=first, content=YES, now=noon + timedelta(days=1))

    assert opened.opened_together_at == noon + timedelta(days=1)
    assert queries.said(opened, first).theirs["words"] == "My number"


def test_what_is_sealed_is_kept_sealed(two_yeses, noon):
    services.answer(round=two_yeses, by=two_yeses.pairing.first, content={**YES, "words": "My number"}, now=noon)
    services.answer(round=two_yeses, by=two_yeses.pairing.first, content={**YES, "words": "Another"}, now=noon)

    answer = Answer.objects.get()
    assert answer.content is None
    assert answer.said["words"] == "Another"


@pytest.mark.parametrize("content", [YES, NO])
def test_of_one_answer_that_waits_for_two_yeses_there_is_no_record(content, two_yeses, noon):
    services.answer(round=two_yeses, by=two_yeses.pairing.first, content=content, now=noon)

    assert not AuditEvent.objects.exclude(verb="joint.opened").exists()


def test_that_it_opened_on_two_yeses_is_recorded_of_nobody(two_yeses, noon):
    for half in two_yeses.pairing.halves:
        services.answer(round=two_yeses, by=half, content=YES, now=noon)

    [event] = AuditEvent.objects.exclude(verb="joint.opened")
    assert (event.verb, event.actor_id) == ("joint.opened_together", None)


# --- calling off ---


def test_what_a_pairing_that_has_ended_cannot_answer_is_called_off(pairing, in_words, two_yeses, noon):
    pairing.state = "closed"
    for asked in (pairing, two_yeses.pairing):
        services.stop(pairing=asked, now=noon)

    assert list(Round.objects.waiting()) == [two_yeses]


def test_what_is_paused_only_waits(pairing, in_words, noon):
    pairing.state = "paused"
    services.stop(pairing=pairing, now=noon)

    assert list(Round.objects.waiting()) == [in_words]


def test_what_is_open_to_both_stays_open_to_read(pairing, in_words, noon):
    say(in_words, pairing.first)
    say(in_words, pairing.second)

    services.call_off(round=in_words, now=noon)

    in_words.refresh_from_db()
    assert in_words.called_off_at is None
    assert queries.said(in_words, pairing.first).theirs


# --- at the same moment, on real connections ---


@pytest.mark.django_db(transaction=True)
def test_two_who_answer_in_the_same_second_open_it_once(noon, declared):
    round = RoundFactory(kind="words")

    at_once(*(lambda half=half: say(round, half) for half in round.pairing.halves for _ in range(3)))

    round.refresh_from_db()
    assert round.opened_together_at == noon
    assert len(declared) == 1
    assert AuditEvent.objects.filter(verb="joint.opened_together").count() == 1
    assert Answer.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_two_who_begin_in_the_same_second_begin_the_same(noon):
    pairing = PairingFactory(active=True)

    rounds = at_once(
        *(lambda half=half: services.open_round(pairing=pairing, kind="words", by=half, now=noon) for half in pairing.halves * 3)
    )

    assert len({round.pk for round in rounds}) == 1


# --- taking back, and leaving it for now ---


def test_what_one_said_alone_is_gone_when_they_take_it_back(in_words, pairing, noon):
    services.answer(round=in_words, by=pairing.first, content={"words": "Mine"}, now=noon)

    services.take_back(round=in_words, by=pairing.first, now=noon)

    assert not Answer.objects.exists()
    assert AuditEvent.objects.latest("pk").verb == "joint.taken_back"
    assert queries.unanswered_by(pairing.first, [pairing], ["words"], noon) == [in_words]


def test_what_did_not_open_in_time_or_was_called_off_can_still_be_taken_back(in_words, pairing, noon):
    services.answer(round=in_words, by=pairing.first, content={"words": "Mine"}, now=noon)
    services.call_off(round=in_words, now=noon)

    services.take_back(round=in_words, by=pairing.first, now=noon + timedelta(days=60))

    assert not Answer.objects.exists()


def test_what_waits_while_the_pairing_rests_can_be_taken_back(in_words, pairing, noon):
    services.answer(round=in_words, by=pairing.first, content={"words": "Mine"}, now=noon)
    Pairing.objects.update(state="paused")

    services.take_back(round=in_words, by=pairing.first, now=noon)

    assert not Answer.objects.exists()


def test_taking_back_leaves_what_the_other_said(in_words, pairing, noon):
    services.answer(round=in_words, by=pairing.first, content={"words": "Mine"}, now=noon)

    services.take_back(round=in_words, by=pairing.second, now=noon)

    assert Answer.objects.get().membership == pairing.first


def test_what_is_open_to_both_is_not_taken_back_and_nobody_else_takes_back(in_words, pairing, noon):
    services.answer(round=in_words, by=pairing.first, content={"words": "Mine"}, now=noon)
    with pytest.raises(Refused):
        services.take_back(round=in_words, by=pairing.proposed_by, now=noon)
    services.answer(round=in_words, by=pairing.second, content={"words": "Theirs"}, now=noon)

    with pytest.raises(Refused, match="open to you both"):
        services.take_back(round=in_words, by=pairing.first, now=noon)

    assert Answer.objects.count() == 2


def test_nothing_is_recorded_of_a_yes_that_was_taken_back(two_yeses, noon):
    half = two_yeses.pairing.first
    services.answer(round=two_yeses, by=half, content=YES, now=noon)
    before = AuditEvent.objects.count()

    services.take_back(round=two_yeses, by=half, now=noon)

    assert AuditEvent.objects.count() == before


def test_what_one_leaves_for_now_waits_for_the_other_alone_and_leaves_no_trace(in_words, pairing, noon):
    before = AuditEvent.objects.count()

    for _ in range(2):
        services.say_not_now(pairing=pairing, kind="words", by=pairing.first, now=noon)

    assert queries.unanswered_by(pairing.first, [pairing], ["words"], noon) == []
    assert queries.unanswered_by(pairing.second, [pairing], ["words"], noon) == [in_words]
    assert AuditEvent.objects.count() == before
    assert NotNow.objects.visible_to(pairing.first).exists()
    assert not NotNow.objects.visible_to(pairing.second).exists()


def test_only_the_two_leave_it_for_now(pairing, noon):
    with pytest.raises(Refused):
        services.say_not_now(pairing=pairing, kind="words", by=pairing.proposed_by, now=noon)
