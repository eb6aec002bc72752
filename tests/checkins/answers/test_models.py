from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.db import IntegrityError, connection

from checkins.answers.models import Answer, CheckIn
from checkins.plans.models import Question
from programs.memberships.models import Program
from tests.factories.checkins import (
    AnswerFactory,
    AnswerLinkFactory,
    CallNoteFactory,
    CheckInFactory,
    QuestionFactory,
    TaskFactory,
    question_of,
)
from tests.factories.matching import PairingFactory
from tests.factories.programs import MembershipFactory

pytestmark = pytest.mark.django_db


def test_the_database_refuses_a_second_check_in_of_one_person_on_one_day():
    there = CheckInFactory()

    with pytest.raises(IntegrityError, match="once_a_person_and_date"):
        CheckInFactory(pairing=there.pairing)


def test_the_database_refuses_a_check_in_that_closes_before_it_opens(noon):
    with pytest.raises(IntegrityError, match="closes_after_it_opens"):
        CheckInFactory(opens_at=noon, closes_at=noon)


def test_the_database_refuses_to_call_off_what_was_answered(noon):
    with pytest.raises(IntegrityError, match="answered_or_called_off"):
        CheckInFactory(answered_at=noon, called_off_at=noon)


def test_the_database_refuses_two_answers_to_one_question():
    there = AnswerFactory()

    with pytest.raises(IntegrityError, match="once_a_question"):
        AnswerFactory(check_in=there.check_in, question=there.question)


@pytest.mark.parametrize("value", [0, 6])
def test_the_database_refuses_a_value_that_is_no_step(value):
    with pytest.raises(IntegrityError, match="from_1_to_5"):
        AnswerFactory(value=value)


def test_words_are_unreadable_at_rest():
    answer = AnswerFactory(value=None, words="I feel pushed.")

    with connection.cursor() as cursor:
        cursor.execute("SELECT words FROM checkins_answer WHERE id = %s", [answer.pk])
        stored = bytes(cursor.fetchone()[0])

    assert b"pushed" not in stored
    assert Answer.objects.get().words == "I feel pushed."


@pytest.mark.parametrize("factory", [CheckInFactory, TaskFactory, CallNoteFactory])
def test_the_database_refuses_to_open_to_coordinators_what_was_said_to_admins(factory):
    said = factory(read_by=Program.AnswersReadBy.ADMINS)

    with pytest.raises(IntegrityError, match="who reads is never widened"):
        type(said).objects.filter(pk=said.pk).update(read_by=Program.AnswersReadBy.COORDINATORS)


# --- who may see that it was asked, and what was answered ---


@pytest.mark.parametrize("rule", Program.AnswersReadBy.values)
def test_the_other_half_never_sees_an_answer_or_that_it_was_asked_whatever_role_they_have(rule):
    pairing = PairingFactory(active=True)
    roles_of_somebody = [{"is_participant": True}, {"is_coordinator": True}, {"is_admin": True}, {"is_deputy": True}]
    for day, roles in enumerate(roles_of_somebody, start=1):
        type(pairing.second).objects.filter(pk=pairing.second_id).update(**roles)
        pairing.second.refresh_from_db()
        answer = AnswerFactory(check_in__pairing=pairing, check_in__read_by=rule, check_in__due_on=f"2026-03-0{day}")

        assert answer in Answer.objects.visible_to(pairing.first)
        assert not Answer.objects.visible_to(pairing.second).exists()
        assert not CheckIn.objects.visible_to(pairing.second).exists()


def test_staff_read_by_the_rule_that_the_person_was_told():
    pairing = PairingFactory(active=True)
    coordinator, admin = pairing.coordinator, MembershipFactory(admin=True, program=pairing.program)
    for_both = AnswerFactory(check_in__pairing=pairing)
    for_admins = AnswerFactory(
        check_in__pairing=pairing, check_in__read_by=Program.AnswersReadBy.ADMINS, check_in__membership=pairing.second
    )

    assert set(Answer.objects.visible_to(coordinator)) == {for_both}
    assert set(Answer.objects.visible_to(admin)) == {for_both, for_admins}
    assert CheckIn.objects.visible_to(coordinator).count() == 2


def test_a_rule_that_is_changed_later_widens_nothing_that_was_said():
    answer = AnswerFactory(check_in__read_by=Program.AnswersReadBy.ADMINS)
    program = answer.check_in.pairing.program

    program.answers_read_by = Program.AnswersReadBy.COORDINATORS
    program.save()

    assert not Answer.objects.visible_to(answer.check_in.pairing.coordinator).exists()


def test_neighbours_and_staff_of_another_program_see_nothing():
    answer = AnswerFactory()

    for other in [
        MembershipFactory(program=answer.check_in.pairing.program),
        MembershipFactory(coordinator=True),
        MembershipFactory(admin=True),
    ]:
        assert not Answer.objects.visible_to(other).exists()
        assert not CheckIn.objects.visible_to(other).exists()


def test_the_readers_that_a_person_is_told_of_are_never_half_of_the_pairing():
    pairing = PairingFactory(active=True, second__is_coordinator=True)
    admin = MembershipFactory(admin=True, program=pairing.program)
    MembershipFactory(admin=True, program=pairing.program, left=True)
    check_in = CheckInFactory(pairing=pairing)

    assert set(check_in.readers()) == {pairing.coordinator, admin}
    check_in.read_by = Program.AnswersReadBy.ADMINS
    assert set(check_in.readers()) == {admin}


def test_it_is_open_until_the_minute_before_it_closes(noon):
    check_in = CheckInFactory.build(pairing=None, membership=None, plan=None, opens_at=noon, closes_at=noon + timedelta(days=1))

    assert check_in.is_open_at(noon)
    assert check_in.is_open_at(check_in.last_minute)
    assert not check_in.is_open_at(noon + timedelta(days=1))
    assert not check_in.is_open_at(noon - timedelta(seconds=1))


def test_after_a_first_meeting_two_questions_are_asked_as_they_stand():
    check_in, regular = CheckInFactory(after_first_meeting=True), CheckInFactory()
    for plan in (check_in.plan, regular.plan):
        for construct in ("voice", "comfort", "going_on", "words"):
            question_of(plan, construct)

    assert [question.construct for question in check_in.questions_asked()] == ["comfort", "going_on"]
    assert len(regular.questions_asked()) == 4


def test_a_check_in_asks_what_its_own_program_asked_when_it_opened(noon):
    check_in = CheckInFactory(opens_at=noon)
    day = timedelta(days=1)
    QuestionFactory(plan=check_in.plan, asked_since=noon + day)
    QuestionFactory(plan=check_in.plan, asked_since=noon - day, retired_at=noon, own_words=True)
    QuestionFactory(plan=CheckInFactory().plan, asked_since=noon - day)
    then = QuestionFactory(plan=check_in.plan, asked_since=noon - day, retired_at=noon + day, own_words=True)
    since_then = QuestionFactory(plan=check_in.plan, asked_since=noon, own_words=True)

    assert check_in.questions_asked() == check_in.among(Question.objects.all()) == [then, since_then]


def test_how_it_fits_is_asked_once_in_the_life_of_a_pairing():
    there = CheckInFactory(after_first_meeting=True)

    with pytest.raises(IntegrityError, match="checkins_checkin_asked_once_how_it_fits"):
        CheckInFactory(after_first_meeting=True, pairing=there.pairing, due_on="2026-05-01")


# --- what is asked when ---


@pytest.fixture
def program_asks():
    """A plan of everything: what is always asked, three in turn, one in the long form alone, after a meeting, at the end, own words."""
    plan = CheckInFactory().plan
    comfort, going_on = question_of(plan, "comfort"), question_of(plan, "going_on")
    in_turn = [QuestionFactory(plan=plan, in_turn=True, text=f"Turn {place}") for place in range(3)]
    long = QuestionFactory(plan=plan, in_turn=True, asked_in=Question.AskedIn.LONG, text="Long")
    meeting, end = question_of(plan, "meeting"), QuestionFactory(plan=plan, at_the_end=True)
    words = question_of(plan, "words")
    return SimpleNamespace(
        plan=plan, always=[comfort, going_on], in_turn=in_turn, long=long, meeting=meeting, end=end, words=words, fit=[comfort, going_on]
    )


def asked_of(asks, **changes):
    return CheckInFactory(plan=asks.plan, **changes).questions_asked()


@pytest.mark.parametrize("number", range(1, 8))
def test_a_short_one_asks_one_question_in_turn_by_its_number(number, program_asks):
    asked = asked_of(program_asks, number=number)

    assert asked == [*program_asks.always, program_asks.in_turn[number % 3], program_asks.words]


def test_a_long_one_asks_everything_but_what_belongs_to_a_meeting_or_the_end(program_asks):
    asked = asked_of(program_asks, long=True)

    assert asked == [*program_asks.always, *program_asks.in_turn, program_asks.long, program_asks.words]


def test_each_other_occasion_asks_its_own(program_asks):
    assert asked_of(program_asks, after_first_meeting=True) == program_asks.fit
    assert asked_of(program_asks, of_meeting=True) == [program_asks.meeting]
    assert asked_of(program_asks, closing=True) == [program_asks.end, program_asks.words]


def test_a_short_one_without_anything_in_turn_asks_the_rest():
    check_in = CheckInFactory()
    comfort = question_of(check_in.plan)

    assert check_in.questions_asked() == [comfort]


def test_the_database_keeps_one_check_in_of_a_date_short_or_long():
    there = CheckInFactory()

    with pytest.raises(IntegrityError, match="checkins_checkin_short_or_long_on_a_date"):
        CheckInFactory(pairing=there.pairing, plan=there.plan, long=True)


def test_the_database_asks_once_at_the_end():
    there = CheckInFactory(closing=True)

    with pytest.raises(IntegrityError, match="checkins_checkin_asked_once_at_the_end"):
        CheckInFactory(closing=True, pairing=there.pairing, plan=there.plan, due_on="2026-05-01")


@pytest.mark.parametrize("changes", [{"number": None}, {"number": 0}, {"of_meeting": True, "number": 1}])
def test_the_database_knows_which_due_day_a_regular_one_is_and_no_other(changes):
    with pytest.raises(IntegrityError, match="checkins_checkin_regular_has_a_number"):
        CheckInFactory(**changes)


def test_own_words_are_asked_last_wherever_the_program_put_them():
    check_in = CheckInFactory()
    words = QuestionFactory(plan=check_in.plan, own_words=True, position=0)
    comfort = QuestionFactory(plan=check_in.plan, position=5)
    last = QuestionFactory(plan=check_in.plan, construct=Question.Construct.OWN, position=9)

    assert check_in.questions_asked() == [comfort, last, words]


def test_the_database_refuses_one_token_for_two_check_ins():
    AnswerLinkFactory()

    with pytest.raises(IntegrityError, match="token_hash"):
        AnswerLinkFactory()
