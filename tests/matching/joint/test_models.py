from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from matching.joint.models import Answer, Round
from tests.factories.matching import JointAnswerFactory, PairingFactory, RoundFactory
from tests.factories.programs import MembershipFactory

pytestmark = pytest.mark.django_db


@contextmanager
def refused_by(constraint):
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        yield


def test_the_database_refuses_a_second_open_round_of_the_same():
    round = RoundFactory(source_id=7)

    with refused_by("matching_round_one_open_a_kind_and_source"):
        RoundFactory(pairing=round.pairing, source_id=7)


@pytest.mark.parametrize("over", ["opened_together", "called_off"])
def test_what_is_over_may_be_asked_again(over):
    round = RoundFactory(**{over: True})

    assert RoundFactory(pairing=round.pairing)


def test_the_same_kind_about_another_thing_may_be_open_too():
    round = RoundFactory(source_id=7)

    assert RoundFactory(pairing=round.pairing, source_id=8)


def test_the_database_refuses_a_second_answer_of_one_half():
    answer = JointAnswerFactory()

    with refused_by("matching_answer_one_a_half"):
        JointAnswerFactory(round=answer.round)


def test_the_database_refuses_a_round_that_opened_after_it_was_called_off(noon):
    with refused_by("matching_round_called_off_instead_or_later"):
        RoundFactory(opened_together=True, called_off_at=noon - timedelta(seconds=1))


def test_the_database_refuses_a_round_that_closes_before_it_opens(noon):
    with refused_by("matching_round_closes_after_it_opens"):
        RoundFactory(closes_at=noon)


@pytest.mark.parametrize("kept", [{"content": None}, {"sealed": "{}"}])
def test_the_database_refuses_an_answer_that_is_neither_open_nor_sealed_or_both(kept):
    with refused_by("matching_answer_is_open_or_sealed"):
        JointAnswerFactory(**kept)


def test_a_sealed_answer_is_unreadable_at_rest():
    answer = JointAnswerFactory(content=None, sealed='{"words": "Lighthouse"}')

    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(matching_answer)::text FROM matching_answer")
        assert "Lighthouse" not in cursor.fetchone()[0]
    assert Answer.objects.get(pk=answer.pk).said == {"words": "Lighthouse"}


def test_rounds_belong_to_the_two_whatever_roles_others_have():
    round = RoundFactory()
    pairing = round.pairing

    for half in pairing.halves:
        assert list(Round.objects.visible_to(half)) == list(Round.objects.in_pairing(pairing, half)) == [round]
    for somebody in (pairing.proposed_by, MembershipFactory(program=pairing.program, admin=True), PairingFactory().first):
        assert not Round.objects.visible_to(somebody).exists()
        assert not Round.objects.in_pairing(pairing, somebody).exists()


def test_each_reads_only_their_own_until_it_opens_to_both():
    answer = JointAnswerFactory()
    pairing = answer.round.pairing

    assert list(Answer.objects.visible_to(pairing.first)) == list(Answer.objects.in_pairing(pairing, pairing.first)) == [answer]
    assert not Answer.objects.visible_to(pairing.second).exists()
    assert not Answer.objects.in_pairing(pairing, pairing.second).exists()


def test_both_read_both_once_it_has_opened():
    round = RoundFactory(opened_together=True)
    answers = {JointAnswerFactory(round=round, membership=half) for half in round.pairing.halves}

    for half in round.pairing.halves:
        assert set(Answer.objects.visible_to(half)) == set(Answer.objects.in_pairing(round.pairing, half)) == answers
    assert not Answer.objects.visible_to(round.pairing.proposed_by).exists()
    assert not Answer.objects.in_pairing(round.pairing, round.pairing.proposed_by).exists()


@pytest.mark.parametrize(
    ("times", "is_open"),
    [
        ({}, True),
        ({"opened_at": timedelta(days=1)}, False),
        ({"closes_at": timedelta(days=1)}, True),
        ({"opened_at": -timedelta(days=2), "closes_at": timedelta()}, False),
        ({"opened_together_at": timedelta()}, False),
        ({"called_off_at": timedelta()}, False),
    ],
)
def test_what_can_be_answered_now_is_the_same_in_code_and_in_the_database(times, is_open, noon):
    round = RoundFactory(**{name: noon + time for name, time in times.items()})

    assert round.is_open_at(noon) is is_open
    assert Round.objects.open_at(noon).exists() is is_open
