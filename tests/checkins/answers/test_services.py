from datetime import timedelta

import pytest

from checkins.answers import services
from checkins.answers.models import Answer, AnswerLink, CheckIn
from checkins.answers.tasks import forget_answer_links
from checkins.care.models import Task
from checkins.plans.models import Question
from matching.pairings import services as pairings
from matching.pauses import services as pauses
from mentoring.kernel.audit.models import AuditEvent
from mentoring.kernel.errors import Refused
from mentoring.kernel.outbox import services as outbox
from mentoring.kernel.outbox.models import OutboxMessage
from programs.memberships.models import Program
from tests.factories.checkins import AnswerLinkFactory, CheckInFactory, QuestionFactory, TaskFactory, question_of
from tests.factories.matching import PairingFactory
from tests.factories.programs import MembershipFactory
from tests.times import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture
def check_in():
    return CheckInFactory()


@pytest.fixture
def comfort(check_in):
    return question_of(check_in.plan)


@pytest.fixture
def own_words(check_in):
    return question_of(check_in.plan, "words")


def give(check_in, answers, now, by=None, **more):
    return services.give(check_in=check_in, by=by or check_in.membership, answers=answers, now=now, **more)


# --- giving ---


def test_answers_can_be_given_all_at_once(check_in, comfort, own_words, noon):
    give(check_in, {comfort: 4, own_words: " It is going well. "}, noon)

    by_question = {answer.question: answer for answer in Answer.objects.all()}
    assert (by_question[comfort].value, by_question[comfort].words) == (4, None)
    assert (by_question[own_words].value, by_question[own_words].words) == (None, "It is going well.")


def test_answers_can_be_given_one_by_one_and_changed_until_it_closes(check_in, comfort, own_words, noon):
    give(check_in, {comfort: 4}, noon)
    give(check_in, {own_words: "Well."}, noon + timedelta(hours=1))

    give(check_in, {comfort: 2}, noon + timedelta(days=9))

    assert Answer.objects.get(question=comfort).value == 2
    assert Answer.objects.count() == 2
    check_in.refresh_from_db()
    assert check_in.answered_at == noon


def test_a_few_words_can_stand_beside_a_choice(check_in, comfort, noon):
    give(check_in, {comfort: 3}, noon, words={comfort: "More time."})

    answer = Answer.objects.get()
    assert (answer.value, answer.words) == (3, "More time.")


def test_rather_not_saying_is_an_answer(check_in, comfort, own_words, noon):
    give(check_in, {comfort: None, own_words: None}, noon)

    assert all(answer.is_withheld for answer in Answer.objects.all())
    check_in.refresh_from_db()
    assert check_in.answered_at == noon
    assert CheckIn.objects.with_anything_said().get().has_said is False


def test_nothing_is_saved_by_saying_nothing(check_in, noon):
    give(check_in, {}, noon)

    check_in.refresh_from_db()
    assert check_in.answered_at is None


def test_the_first_answer_takes_the_reminder_back(check_in, comfort, noon):
    outbox.owe(kind="checkin-due", subject_id=check_in.pk, recipient=check_in.membership.user, now=noon)

    give(check_in, {comfort: 4}, noon)

    assert OutboxMessage.objects.get().state == OutboxMessage.State.CANCELLED


def test_it_is_recorded_once_that_it_was_answered_and_never_what(check_in, comfort, own_words, noon):
    give(check_in, {comfort: 2}, noon)
    give(check_in, {own_words: "Hush"}, noon)

    event = AuditEvent.objects.get(verb="checkin.answered")
    assert (event.actor_id, event.detail) == (check_in.membership.user_id, {})


@pytest.mark.parametrize("away", [timedelta(days=-1), timedelta(days=11)])
def test_nothing_changes_before_it_opens_and_after_it_closes(away, check_in, comfort, noon):
    with pytest.raises(Refused, match="Nothing was changed"):
        give(check_in, {comfort: 4}, noon + away)

    assert not Answer.objects.exists()


def test_nothing_changes_once_it_was_called_off(check_in, comfort, noon):
    services.call_off(pairing_ids=[check_in.pairing_id], now=noon)

    with pytest.raises(Refused, match="not open"):
        give(check_in, {comfort: 4}, noon)


def test_nobody_answers_for_somebody_else(check_in, comfort, noon):
    for other in [check_in.pairing.second, check_in.pairing.coordinator]:
        with pytest.raises(Refused):
            give(check_in, {comfort: 4}, noon, by=other)


def test_a_value_that_is_no_choice_is_refused_and_nothing_of_it_saved(check_in, comfort, noon):
    boundaries = question_of(check_in.plan, "boundaries")

    for wrong in (2, "5", 7):
        with pytest.raises(Refused, match="Choose one"):
            give(check_in, {comfort: 4, boundaries: wrong}, noon)

    assert not Answer.objects.exists()


def test_a_question_of_another_program_or_another_day_is_refused(check_in, comfort, noon):
    foreign = QuestionFactory()
    later = QuestionFactory(plan=check_in.plan, construct=Question.Construct.VOICE, asked_since=noon)

    for question in (foreign, later):
        with pytest.raises(Refused, match="not part of this check-in"):
            give(check_in, {question: 4}, noon)


# --- what needs a person at once ---


@pytest.mark.parametrize(
    ("construct", "value", "kind"),
    [
        ("comfort", 1, Task.Kind.LOW_COMFORT),
        ("boundaries", 1, Task.Kind.BOUNDARY),
        ("going_on", 3, Task.Kind.GOING_ON),
        ("going_on", 1, Task.Kind.GOING_ON),
        ("comfort", 2, None),
        ("boundaries", 3, None),
        ("going_on", 5, None),
        ("comfort", None, None),
    ],
)
def test_a_direct_answer_is_a_task_at_once(construct, value, kind, check_in, noon):
    give(check_in, {question_of(check_in.plan, construct): value}, noon)

    tasks = list(Task.objects.open())
    assert [(task.kind, task.pairing, task.about, task.seen_on) for task in tasks] == (
        [(kind, check_in.pairing, check_in.membership, check_in.due_on)] if kind else []
    )


def test_saying_so_twice_makes_one_task(check_in, comfort, noon):
    give(check_in, {comfort: 1}, noon)
    give(check_in, {comfort: 2}, noon)
    give(check_in, {comfort: 1}, noon)

    assert Task.objects.count() == 1


def test_a_task_is_for_those_who_may_read_the_answer(noon):
    check_in = CheckInFactory(read_by=Program.AnswersReadBy.ADMINS)
    admin = MembershipFactory(admin=True, program=check_in.pairing.program)

    give(check_in, {question_of(check_in.plan): 1}, noon)

    assert not Task.objects.visible_to(check_in.pairing.coordinator).exists()
    assert Task.objects.visible_to(admin).exists()


# --- closing ---


def test_two_in_a_row_without_an_answer_raise_a_task(noon):
    pairing = PairingFactory(active=True)
    earlier = CheckInFactory(pairing=pairing, closed=True)
    later = CheckInFactory(pairing=pairing)

    assert services.close_due(now=later.closes_at) == 1

    later.refresh_from_db()
    assert later.closed_at == later.closes_at
    task = Task.objects.get()
    assert (task.kind, task.about, task.since_on, task.seen_on) == (Task.Kind.UNANSWERED, pairing.first, earlier.due_on, later.due_on)


@pytest.mark.parametrize(
    "earlier",
    [
        {"answered": True},
        {"called_off_at": None, "membership": "second"},
        {"pairing": "another"},
        None,
    ],
)
def test_silence_of_the_other_side_about_another_pairing_or_once_only_raises_nothing(earlier, noon):
    pairing = PairingFactory(active=True)
    if earlier is not None:
        changes = dict(earlier)
        if changes.get("membership") == "second":
            changes["membership"] = pairing.second
        if changes.pop("pairing", None):
            changes |= {"pairing": PairingFactory(active=True, program=pairing.program, first=pairing.first)}
        CheckInFactory(**{"pairing": pairing, "closed": True, **changes})
    CheckInFactory(pairing=pairing)

    services.close_due(now=noon + timedelta(days=11))

    assert not Task.objects.exists()


def test_a_round_that_was_called_off_does_not_count_as_silence(noon):
    pairing = PairingFactory(active=True)
    CheckInFactory(pairing=pairing, closed=True, due_on=(noon - timedelta(days=28)).date(), answered=True)
    CheckInFactory(pairing=pairing, closed=True, called_off_at=noon - timedelta(days=8))
    CheckInFactory(pairing=pairing)

    services.close_due(now=noon + timedelta(days=11))

    assert not Task.objects.exists()


def test_a_pairing_that_has_stopped_is_asked_nothing_and_owes_nothing(noon):
    pairing = PairingFactory(paused=True)
    CheckInFactory(pairing=pairing, closed=True)
    CheckInFactory(pairing=pairing)

    services.close_due(now=noon + timedelta(days=11))

    assert not Task.objects.exists()


def test_closing_twice_or_late_raises_one_task(noon):
    pairing = PairingFactory(active=True)
    CheckInFactory(pairing=pairing, closed=True)
    CheckInFactory(pairing=pairing)

    services.close_due(now=noon + timedelta(days=11))
    assert services.close_due(now=noon + timedelta(days=12)) == 0

    assert Task.objects.count() == 1


def test_an_answer_after_all_ends_the_task_by_itself(check_in, comfort, noon):
    task = TaskFactory(pairing=check_in.pairing, unanswered=True)
    of_the_other = TaskFactory(pairing=check_in.pairing, unanswered=True, about=check_in.pairing.second)

    give(check_in, {comfort: 4}, noon)

    assert list(Task.objects.open()) == [of_the_other]
    task.refresh_from_db()
    assert (task.done_at, task.done_by) == (noon, None)


def test_closing_costs_the_same_for_one_and_for_many(queries_of, noon):
    CheckInFactory()
    for_one = queries_of(lambda: services.close_due(now=noon + timedelta(days=11)))

    for _number in range(15):
        pairing = PairingFactory(active=True)
        CheckInFactory(pairing=pairing, closed=True)
        CheckInFactory(pairing=pairing)

    # One statement more: there are tasks now.
    assert queries_of(lambda: services.close_due(now=noon + timedelta(days=11))) == for_one + 1
    assert Task.objects.count() == 15


# --- calling off ---


def test_what_stops_is_asked_no_more_and_reminded_of_no_more(check_in, noon):
    outbox.owe(kind="checkin-due", subject_id=check_in.pk, recipient=check_in.membership.user, now=noon)
    running = CheckInFactory()
    check_in.pairing.state = "paused"
    check_in.pairing.save()

    assert services.call_off_of_stopped(now=noon) == 1

    assert list(CheckIn.objects.asked()) == [running]
    assert OutboxMessage.objects.get().state == OutboxMessage.State.CANCELLED
    assert services.call_off_of_stopped(now=noon) == 0


def test_what_was_answered_stays_when_a_pairing_stops(noon):
    answered = CheckInFactory(answered=True)

    assert services.call_off(pairing_ids=[answered.pairing_id], now=noon) == 0


def test_when_somebody_leaves_their_pairings_ask_nothing_in_that_moment(check_in, noon):
    outbox.owe(kind="checkin-due", subject_id=check_in.pk, recipient=check_in.membership.user, now=noon)
    TaskFactory(pairing=check_in.pairing, unanswered=True)
    low = TaskFactory(pairing=check_in.pairing)

    pairings.end_those_of(membership=check_in.pairing.second, now=noon)

    assert not CheckIn.objects.regular().asked().exists()
    assert OutboxMessage.objects.get(kind="checkin-due").state == OutboxMessage.State.CANCELLED
    assert list(Task.objects.open()) == [low]


# --- a pause is over ---


@pytest.fixture
def resting(noon):
    """An open check-in with its message, called off since its pairing is paused."""
    check_in = CheckInFactory()
    outbox.owe(kind=services.REMINDER, subject_id=check_in.pk, recipient=check_in.membership.user, now=noon)
    services.stop(pairing=check_in.pairing, now=noon)
    return check_in


def pending():
    return OutboxMessage.objects.filter(kind=services.REMINDER, state=OutboxMessage.State.PENDING)


def test_what_is_not_over_yet_is_asked_again_when_the_pairing_goes_on(resting, noon):
    services.go_on(pairing=resting.pairing, now=noon + timedelta(days=1))

    resting.refresh_from_db()
    assert resting.called_off_at is None
    assert [(message.due_at, message.expires_at) for message in pending().order_by("due_at")] == [
        (noon + timedelta(days=1), resting.closes_at),
        (noon - timedelta(hours=3) + timedelta(days=3), resting.closes_at),
        (noon - timedelta(hours=3) + timedelta(days=7), resting.closes_at),
    ]


def test_a_reminder_that_fell_into_the_pause_does_not_come_after_it(resting, noon):
    OutboxMessage.objects.update(state=OutboxMessage.State.SENT, sent_at=noon)
    outbox.owe(kind=services.REMINDER, subject_id=resting.pk, recipient=resting.membership.user, slot="1", now=noon)
    services.stop(pairing=resting.pairing, now=noon)
    CheckIn.objects.update(called_off_at=noon)
    outbox.cancel(kind=services.REMINDER, subject_ids=[resting.pk], now=noon)

    services.go_on(pairing=resting.pairing, now=noon + timedelta(days=5))

    assert [message.due_at for message in pending()] == [noon - timedelta(hours=3) + timedelta(days=7)]


def test_what_is_over_stays_called_off(resting):
    services.go_on(pairing=resting.pairing, now=resting.closes_at)

    resting.refresh_from_db()
    assert resting.called_off_at is not None
    assert not pending().exists()


def test_who_had_the_message_before_the_pause_does_not_get_it_twice(resting, noon):
    OutboxMessage.objects.update(state=OutboxMessage.State.SENT, sent_at=noon)

    services.go_on(pairing=resting.pairing, now=noon + timedelta(days=1))

    assert not pending().exists()


def test_who_had_the_message_between_two_pauses_does_not_get_it_again_after_the_second(resting, noon):
    services.go_on(pairing=resting.pairing, now=noon + timedelta(hours=1))
    first = pending().earliest("due_at")
    OutboxMessage.objects.filter(pk=first.pk).update(state=OutboxMessage.State.SENT, sent_at=noon, ended_at=noon, secret=None)
    services.stop(pairing=resting.pairing, now=noon + timedelta(hours=2))

    services.go_on(pairing=resting.pairing, now=noon + timedelta(hours=3))

    assert [message.due_at - noon for message in pending().order_by("due_at")] == [
        timedelta(days=3, hours=-3),
        timedelta(days=7, hours=-3),
    ]


def test_whose_message_two_pauses_took_back_gets_it_after_the_second(resting, noon):
    services.go_on(pairing=resting.pairing, now=noon + timedelta(hours=1))
    services.stop(pairing=resting.pairing, now=noon + timedelta(hours=2))

    services.go_on(pairing=resting.pairing, now=noon + timedelta(hours=3))

    assert pending().earliest("due_at").due_at == noon + timedelta(hours=3)
    assert pending().count() == 3


def test_pausing_and_going_on_reaches_the_check_ins(noon):
    check_in = CheckInFactory()
    pairing = check_in.pairing

    pauses.pause(pairing=pairing, by=pairing.first, now=noon)
    check_in.refresh_from_db()
    assert check_in.called_off_at == noon
    pauses.go_on(pairing=pairing, by=pairing.proposed_by, now=noon)

    check_in.refresh_from_db()
    assert check_in.called_off_at is None


# --- after a first meeting ---


def test_after_a_first_meeting_nothing_but_the_two_taps_is_taken(noon):
    check_in = CheckInFactory(after_first_meeting=True)

    with pytest.raises(Refused, match="not part of this check-in"):
        give(check_in, {question_of(check_in.plan, "voice"): 4}, noon)

    give(check_in, {question_of(check_in.plan, "comfort"): 1, question_of(check_in.plan, "going_on"): 3}, noon)
    assert set(Task.objects.values_list("kind", flat=True)) == {Task.Kind.LOW_COMFORT, Task.Kind.GOING_ON}


# --- what raises a task at once ---


@pytest.mark.parametrize(
    ("construct", "value", "kind"),
    [
        ("steering_felt", 3, None),
        ("steering_felt", 2, Task.Kind.STEERING),
        ("steering_felt", 1, Task.Kind.STEERING),
        ("steering_done", 1, None),
        ("real_yes", 3, None),
        ("real_yes", 1, Task.Kind.REAL_YES),
        ("load", 3, None),
        ("load", 1, Task.Kind.LOAD),
    ],
)
def test_a_direct_answer_in_turn_is_a_task_at_once(construct, value, kind, check_in, noon):
    asked = QuestionFactory(plan=check_in.plan, in_turn=True, construct=construct)

    give(check_in, {asked: value}, noon)

    assert list(Task.objects.values_list("kind", flat=True)) == ([kind] if kind else [])


# --- a meeting, and the end ---


def test_what_is_asked_at_the_end_is_answered_though_the_pairing_has_ended(noon):
    check_in = CheckInFactory(closing=True)
    asked = QuestionFactory(plan=check_in.plan, at_the_end=True)
    outbox.owe(kind=services.AT_THE_END, subject_id=check_in.pk, recipient=check_in.membership.user, now=noon)

    give(check_in, {asked: 4}, noon)

    assert Answer.objects.get().value == 4
    assert OutboxMessage.objects.get().state == OutboxMessage.State.CANCELLED


def test_what_is_asked_at_the_end_is_not_called_off_with_the_rest(noon):
    closing = CheckInFactory(closing=True)
    CheckInFactory(pairing=closing.pairing)

    services.stop(pairing=closing.pairing, now=noon)
    while services.call_off_of_stopped(now=noon):
        pass

    assert list(CheckIn.objects.asked()) == [closing]


def test_the_answer_about_a_meeting_takes_its_own_reminder_back(noon):
    check_in = CheckInFactory(of_meeting=True)
    for kind in (services.AFTER_MEETING, services.REMINDER):
        outbox.owe(kind=kind, subject_id=check_in.pk, recipient=check_in.membership.user, now=noon)

    give(check_in, {question_of(check_in.plan, "meeting"): 5}, noon)

    assert set(OutboxMessage.objects.values_list("kind", "state")) == {("checkin-after-meeting", "cancelled"), ("checkin-due", "pending")}


def test_a_short_and_a_long_one_without_an_answer_are_two_in_a_row(noon):
    pairing = PairingFactory(active=True)
    CheckInFactory(pairing=pairing, closed=True, due_on=(noon - timedelta(days=28)).date(), long=True)
    CheckInFactory(pairing=pairing, closed=True, closed_at=None)

    services.close_due(now=noon)

    assert Task.objects.get().kind == Task.Kind.UNANSWERED


@pytest.mark.parametrize("occasion", ["of_meeting", "after_first_meeting"])
def test_what_was_not_said_about_a_meeting_is_no_silence(occasion, noon):
    pairing = PairingFactory(active=True)
    CheckInFactory(pairing=pairing, closed=True, due_on=(noon - timedelta(days=28)).date())
    CheckInFactory(pairing=pairing, closed=True, closed_at=None, **{occasion: True})

    services.close_due(now=noon)

    assert not Task.objects.exists()


# --- reminding tomorrow ---


TOMORROW = timedelta(hours=21)  # from noon, in UTC, to nine in the morning


@pytest.fixture
def reminded(noon):
    """An open check-in; the first message has gone, two wait."""
    check_in = CheckInFactory()
    services.owe_reminders([CheckIn.objects.with_people().get(pk=check_in.pk)], now=noon - timedelta(hours=3))
    first = pending().earliest("due_at")
    OutboxMessage.objects.filter(pk=first.pk).update(state=OutboxMessage.State.SENT, sent_at=noon, ended_at=noon, secret=None)
    return check_in


def due_from(noon):
    return [message.due_at - noon for message in pending().order_by("due_at")]


def test_the_next_reminder_comes_tomorrow_instead_and_the_last_one_stays(reminded, noon):
    at = services.remind_tomorrow(check_in=reminded, now=noon)

    assert at - noon == TOMORROW
    assert due_from(noon) == [TOMORROW, timedelta(days=7, hours=-3)]


def test_asking_twice_is_asking_once(reminded, noon):
    for seconds in (0, 1):
        services.remind_tomorrow(check_in=reminded, now=noon + timedelta(seconds=seconds))

    assert due_from(noon) == [TOMORROW, timedelta(days=7, hours=-3)]


def test_who_puts_it_off_day_after_day_is_reminded_each_day(reminded, noon):
    for day in range(3):
        services.remind_tomorrow(check_in=reminded, now=noon + timedelta(days=day))
        OutboxMessage.objects.filter(pk=pending().earliest("due_at").pk).update(
            state=OutboxMessage.State.SENT, sent_at=noon, ended_at=noon, secret=None
        )

    services.remind_tomorrow(check_in=reminded, now=noon + timedelta(days=3))

    assert due_from(noon) == [TOMORROW + timedelta(days=3)]


def test_what_would_come_before_tomorrow_does_not_come_besides(reminded, noon):
    outbox.owe(kind=services.REMINDER, subject_id=reminded.pk, recipient=reminded.membership.user, slot="kept back", now=noon)

    services.remind_tomorrow(check_in=reminded, now=noon + timedelta(days=2))

    assert due_from(noon) == [timedelta(days=2) + TOMORROW, timedelta(days=7, hours=-3)]


def test_tomorrow_is_by_the_clock_of_the_person(reminded, noon):
    reminded.membership.user.time_zone = "Pacific/Auckland"
    reminded.membership.user.save()

    # It is one in the night of the 17th there.
    assert services.remind_tomorrow(check_in=reminded, now=noon) - noon == timedelta(days=1, hours=8)


@pytest.mark.parametrize("changes", [{"answered_at": NOON}, {"called_off_at": NOON}, {"closes_at": NOON + TOMORROW}])
def test_there_is_nothing_to_put_off_of_what_is_over_by_then(changes, reminded, noon):
    CheckIn.objects.update(**changes)
    before = due_from(noon)

    with pytest.raises(Refused):
        services.remind_tomorrow(check_in=reminded, now=noon)

    assert due_from(noon) == before


def test_what_is_owed_again_carries_a_link_that_opens_it(reminded, noon):
    services.remind_tomorrow(check_in=reminded, now=noon)

    for message in pending():
        assert AnswerLink.objects.of_token(message.secret).get().check_in == reminded


def test_an_answer_takes_the_one_for_tomorrow_back(reminded, noon):
    services.remind_tomorrow(check_in=reminded, now=noon)

    give(reminded, {question_of(reminded.plan): 4}, noon)

    assert not pending().exists()


# --- links that are over ---


def test_links_that_are_over_go_in_portions_and_the_others_stay(noon, monkeypatch):
    monkeypatch.setattr(services, "AT_ONCE", 2)
    stays = AnswerLinkFactory(token="stays")
    for place in range(3):
        AnswerLinkFactory(check_in=stays.check_in, token=f"over-{place}", expires_at=noon)

    assert [services.forget_links(now=noon + services.KEPT_FOR) for _ in range(3)] == [2, 1, 0]

    assert AnswerLink.objects.get() == stays


def test_the_nightly_run_forgets_all_of_them(noon, monkeypatch, time_machine):
    time_machine.move_to(noon)
    monkeypatch.setattr(services, "AT_ONCE", 1)
    for place in range(2):
        AnswerLinkFactory(token=f"over-{place}", expires_at=noon - services.KEPT_FOR)

    forget_answer_links()

    assert not AnswerLink.objects.exists()
