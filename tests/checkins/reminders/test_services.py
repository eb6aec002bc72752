import threading
from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.db import close_old_connections, connection
from django.test.utils import CaptureQueriesContext

from checkins.accounts import services as accounts
from checkins.answers.models import CheckIn
from checkins.answers.services import AFTER_MEETING, AT_THE_END, REMINDER
from checkins.care.models import Task
from checkins.plans import cadence
from checkins.plans import services as plans
from checkins.plans.models import CheckInPlan, NextDue
from checkins.reminders import services
from checkins.sessions.models import Session
from matching.endings import services as endings
from matching.pairings.models import Pairing
from matching.pauses import services as pauses
from mentoring.kernel import times
from mentoring.kernel.outbox.models import OutboxMessage
from programs.memberships import services as memberships
from programs.memberships.models import Program
from programs.setup import services as setup
from tests.factories.checkins import CheckInFactory, CheckInPlanFactory, QuestionFactory
from tests.factories.matching import PairingFactory
from tests.factories.programs import HolidayFactory, MembershipFactory

BIWEEKLY = cadence.EVERY_TWO_WEEKS
STARTED = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)  # a Monday, two weeks before NOON


def running_since(moment=STARTED, plan=None, zones=("UTC", "UTC"), **changes):
    plan = plan or CheckInPlanFactory()
    first, second = (MembershipFactory(program=plan.program, user__time_zone=zone) for zone in zones)
    return PairingFactory(active=True, program=plan.program, first=first, second=second, activated_at=moment, **changes)


def messages(place=0):
    """The first messages of each check-in, or its second, or its third."""
    return OutboxMessage.objects.filter(kind=REMINDER, dedupe_key__endswith=f":{place}")


def change(plan, now, **changes):
    by = MembershipFactory(coordinator=True, program=plan.program)
    told = {"rule": plan.rule, "at_time": plan.at_time, "open_days": plan.open_days, **changes}
    return plans.change(plan=plan, by=by, now=now, **told)


# --- what is made ---


@pytest.mark.django_db
def test_both_halves_are_asked_36_hours_ahead_with_one_message_each(noon):
    pairing = running_since()
    opens_at = datetime(2026, 3, 16, 9, tzinfo=UTC)

    assert services.plan_due(opens_at - timedelta(hours=36, minutes=1)) == 0
    assert services.plan_due(opens_at - timedelta(hours=36)) == 2

    check_ins = CheckIn.objects.order_by("pk")
    assert {check_in.membership for check_in in check_ins} == {pairing.first, pairing.second}
    assert {(check_in.due_on, check_in.opens_at, check_in.closes_at) for check_in in check_ins} == {
        (date(2026, 3, 16), opens_at, datetime(2026, 3, 27, tzinfo=UTC))
    }
    owed = {(message.subject_id, message.recipient, message.due_at, message.expires_at, message.program_id) for message in messages()}
    assert owed == {(check_in.pk, check_in.membership.user, opens_at, check_in.closes_at, pairing.program_id) for check_in in check_ins}


@pytest.mark.django_db
def test_each_is_asked_at_nine_of_their_own_morning(noon):
    running_since(zones=("Asia/Tokyo", "America/Los_Angeles"))

    assert services.plan_due(noon) == 2

    by_zone = {check_in.membership.user.time_zone: check_in for check_in in CheckIn.objects.all()}
    assert by_zone["Asia/Tokyo"].opens_at == datetime(2026, 3, 16, 0, tzinfo=UTC)
    assert by_zone["America/Los_Angeles"].opens_at == datetime(2026, 3, 16, 16, tzinfo=UTC)
    assert {check_in.due_on for check_in in by_zone.values()} == {date(2026, 3, 16)}


@pytest.mark.django_db
def test_the_day_on_which_a_pairing_started_is_the_programs(noon):
    plan = CheckInPlanFactory(program__time_zone="Pacific/Auckland")
    running_since(datetime(2026, 3, 2, 21, tzinfo=UTC), plan=plan)

    services.plan_due(noon)

    assert {check_in.due_on for check_in in CheckIn.objects.all()} == {date(2026, 3, 17)}


@pytest.mark.django_db
def test_a_pairing_that_began_yesterday_is_not_asked_yet(noon):
    running_since(noon - timedelta(days=1))

    assert services.plan_due(noon) == 0


@pytest.mark.django_db
@pytest.mark.parametrize("state", [state for state in Pairing.State if state != Pairing.State.ACTIVE])
def test_only_active_pairings_are_asked(state, noon):
    plan = CheckInPlanFactory()
    PairingFactory(program=plan.program, **{state: True}, proposed_at=STARTED)

    assert services.plan_due(noon) == 0


@pytest.mark.django_db
def test_an_archived_program_and_somebody_who_left_are_asked_nothing(noon):
    running_since(plan=CheckInPlanFactory(program__archived_at=noon))
    pairing = running_since()
    pairing.second.left_at = noon
    pairing.second.save()

    services.plan_due(noon)

    assert [check_in.membership for check_in in CheckIn.objects.all()] == [pairing.first]


@pytest.mark.django_db
def test_each_is_told_who_reads_the_answers_by_the_rule_of_the_day(noon):
    plan = CheckInPlanFactory(program__answers_read_by=Program.AnswersReadBy.ADMINS)
    running_since(plan=plan)
    services.plan_due(noon)

    plan.program.answers_read_by = Program.AnswersReadBy.COORDINATORS
    plan.program.save()
    services.plan_due(noon + timedelta(days=14))

    rules = dict(CheckIn.objects.values_list("due_on", "read_by"))
    assert rules == {date(2026, 3, 16): "admins", date(2026, 3, 30): "coordinators"}


# --- running twice, late, or under another rhythm ---


@pytest.mark.django_db
def test_running_again_changes_nothing(noon):
    running_since()
    services.plan_due(noon)

    for minutes in (0, 1, 600, 2000):
        assert services.plan_due(noon + timedelta(minutes=minutes)) == 0

    assert CheckIn.objects.count() == messages().count() == 2


@pytest.mark.django_db
def test_moving_to_another_zone_makes_no_second_check_in_of_a_day(noon):
    pairing = running_since()
    services.plan_due(noon)

    pairing.first.user.time_zone = "Pacific/Honolulu"
    pairing.first.user.save()

    assert services.plan_due(noon) == 0
    services.plan_due(noon + timedelta(days=14))
    assert CheckIn.objects.filter(membership=pairing.first).latest("due_on").opens_at == datetime(2026, 3, 30, 19, tzinfo=UTC)


@pytest.mark.django_db
def test_a_day_of_outage_is_made_up_for_and_a_week_is_not(noon):
    running_since()

    assert services.plan_due(noon + timedelta(days=1)) == 2
    assert services.plan_due(noon + timedelta(days=14 + 7)) == 0


@pytest.mark.django_db
def test_another_rhythm_asks_for_no_day_that_has_passed(noon):
    plan = CheckInPlanFactory(rule="FREQ=WEEKLY;INTERVAL=4")
    running_since(plan=plan)
    assert services.plan_due(noon) == 0

    change(plan, noon, rule=cadence.EVERY_TWO_WEEKS)

    assert services.plan_due(noon) == 0
    assert services.plan_due(noon + timedelta(days=14)) == 2


@pytest.mark.django_db
def test_one_half_that_is_missing_is_made_alone(noon):
    pairing = running_since()
    CheckInFactory(pairing=pairing, plan=pairing.program.check_in_plan, due_on=date(2026, 3, 16))

    assert services.plan_due(noon) == 1
    assert messages().get().recipient == pairing.second.user


@pytest.mark.django_db(transaction=True)
def test_two_beats_make_one_row(noon):
    plan = CheckInPlanFactory()
    for _number in range(12):
        running_since(plan=plan)
    together = threading.Barrier(4)
    made = []

    def beat():
        together.wait()
        try:
            made.append(services.plan_due(noon))
        finally:
            connection.close()

    beats = [threading.Thread(target=beat) for _number in range(4)]
    for thread in beats:
        thread.start()
    for thread in beats:
        thread.join()
    services.plan_due(noon)

    assert len(made) == 4
    assert CheckIn.objects.count() == messages().count() == 24
    assert {check_in.pk for check_in in CheckIn.objects.all()} == {message.subject_id for message in messages()}
    close_old_connections()


# --- against an oracle of its own ---


STEP = timedelta(hours=11)


@pytest.mark.django_db
@pytest.mark.parametrize("every_weeks", [1, 2, 4])
def test_runs_over_a_change_of_clocks_make_what_a_calendar_says(every_weeks):
    """Seven weeks across both hemispheres' changes; every local day that is due comes once, at its time, no more than 36 hours ahead."""
    zones = ["Europe/London", "America/New_York", "Australia/Lord_Howe", "Pacific/Kiritimati", "Pacific/Pago_Pago", "Asia/Kathmandu"]
    plan = CheckInPlanFactory(rule=f"FREQ=WEEKLY;INTERVAL={every_weeks}", at_time=time(2, 30), open_days=3)
    began = datetime(2026, 3, 5, 17, 0, tzinfo=UTC)
    pairings = [running_since(began, plan=plan, zones=(zone, "UTC")) for zone in zones]

    now = began
    while now < began + timedelta(weeks=7):
        before = set(CheckIn.objects.values_list("pk", flat=True))
        services.plan_due(now)
        for check_in in CheckIn.objects.exclude(pk__in=before):
            assert now <= check_in.opens_at <= now + timedelta(hours=36)
        now += STEP

    expected = set()
    for pairing in pairings:
        for half in pairing.halves:
            for week in range(every_weeks, 60, every_weeks):
                day = date(2026, 3, 5) + timedelta(weeks=week)
                opens_at = times.at_local(day, time(2, 30), half.user.time_zone)
                if opens_at <= now - STEP + timedelta(hours=36):
                    expected.add((half.pk, day, opens_at))
    assert set(CheckIn.objects.values_list("membership", "due_on", "opens_at")) == expected


# --- what it costs ---


@pytest.mark.django_db
def test_a_thousand_rows_cost_at_most_twenty_statements(noon):
    plan = CheckInPlanFactory()
    coordinator = MembershipFactory(coordinator=True, program=plan.program)
    people = MembershipFactory.create_batch(60, program=plan.program)
    Pairing.objects.bulk_create(
        Pairing(
            program=plan.program,
            first=first,
            second=second,
            proposed_by=coordinator,
            proposed_at=STARTED,
            state=Pairing.State.ACTIVE,
            first_accepted_at=STARTED,
            second_accepted_at=STARTED,
            activated_at=STARTED,
        )
        for place, first in enumerate(people)
        for second in people[place + 1 : place + 6]
    )
    pairings = Pairing.objects.count()
    assert pairings > services.PAIRINGS_AT_ONCE, "so that there is a second portion"

    with CaptureQueriesContext(connection) as queries:
        made = services.plan_due(noon)

    rows = made + OutboxMessage.objects.count()
    assert rows == 8 * pairings
    assert len(queries) <= 20 * -(-rows // 1000)


@pytest.mark.django_db
@pytest.mark.parametrize("others", [3, 40])
def test_a_run_costs_the_same_however_many_are_not_due(others, noon, queries_of):
    plan = CheckInPlanFactory()
    due = [running_since(plan=plan) for _number in range(3)]
    for _number in range(others):
        running_since(STARTED + timedelta(days=7), plan=plan)
    services.plan_due(noon - timedelta(days=7))

    assert queries_of(lambda: services.plan_due(noon)) == 18
    assert CheckIn.objects.filter(pairing__in=due).count() == CheckIn.objects.count() == 6
    assert queries_of(lambda: services.plan_due(noon + timedelta(days=2))) <= 8


# --- three messages ---


@pytest.mark.django_db
def test_three_messages_are_owed_at_once_on_the_day_and_three_and_seven_days_later(noon):
    pairing = running_since(zones=("Europe/London", "America/New_York"))

    services.plan_due(noon)

    # Clocks change in London on 29 March, and have changed in New York.
    at = {0: date(2026, 3, 16), 1: date(2026, 3, 19), 2: date(2026, 3, 23)}
    for half, hour in ((pairing.first, 9), (pairing.second, 13)):
        for place, day in at.items():
            assert messages(place).get(recipient=half.user).due_at == datetime.combine(day, time(hour), UTC)
    assert OutboxMessage.objects.count() == 6


@pytest.mark.django_db
@pytest.mark.parametrize(("open_days", "number"), [(10, 3), (7, 3), (6, 2), (3, 2), (2, 1)])
def test_nobody_is_reminded_of_what_has_closed(open_days, number, noon):
    running_since(plan=CheckInPlanFactory(open_days=open_days))

    services.plan_due(noon)

    assert OutboxMessage.objects.count() == 2 * number


@pytest.mark.django_db
def test_the_third_of_a_weekly_one_does_not_come_with_the_next(noon):
    running_since(plan=CheckInPlanFactory(rule="FREQ=WEEKLY"))

    services.plan_due(noon)

    assert not messages(2).exists()
    assert messages(1).count() == 2


# --- holidays, the long form, another zone, other plans ---


@pytest.mark.django_db
def test_a_day_in_a_holiday_is_skipped_and_the_next_one_comes(noon):
    plan = CheckInPlanFactory()
    running_since(plan=plan)
    HolidayFactory(program=plan.program, first_day=date(2026, 3, 16), last_day=date(2026, 3, 16))
    HolidayFactory(first_day=date(2026, 3, 30), last_day=date(2026, 3, 30))

    assert services.plan_due(noon) == 0
    assert services.plan_due(noon + timedelta(days=14)) == 2
    assert set(CheckIn.objects.values_list("due_on", "number")) == {(date(2026, 3, 30), 2)}


@pytest.mark.django_db
def test_a_holiday_that_is_added_takes_back_what_has_not_opened_and_leaves_what_has(noon):
    opened, coming = running_since(), running_since(STARTED + timedelta(days=1))
    for pairing in (opened, coming):
        services.plan_due(noon)
        by = MembershipFactory(coordinator=True, program=pairing.program)
        holiday = setup.add_holiday(
            program=pairing.program, by=by, name="Break", first_day=date(2026, 3, 16), last_day=date(2026, 3, 20), now=noon
        )
    assert set(CheckIn.objects.values_list("pairing", flat=True)) == {opened.pk}
    assert set(OutboxMessage.objects.filter(program_id=coming.program_id).values_list("state", flat=True)) == {"cancelled"}
    assert services.plan_due(noon) == 0

    setup.remove_holiday(holiday=holiday, by=by, now=noon)

    assert services.plan_due(noon) == 2


@pytest.mark.django_db
def test_every_ninety_days_the_long_one_comes_in_place_of_a_short_one(noon):
    running_since()
    now = STARTED
    while now < STARTED + timedelta(days=200):
        services.plan_due(now)
        now += timedelta(days=1)

    days = dict(CheckIn.objects.values_list("due_on", "occasion"))
    long = [day for day, occasion in sorted(days.items()) if occasion == "long"]
    # 90 days after 2 March is 31 May, 180 days 29 August.
    assert long == [date(2026, 6, 8), date(2026, 8, 31)]
    assert set(CheckIn.objects.values_list("due_on", "number")) == {
        (date(2026, 3, 2) + timedelta(weeks=2 * number), number) for number in range(1, 15)
    }


@pytest.mark.django_db
def test_a_zone_that_no_longer_exists_stops_nobody(noon, caplog):
    lost, other = running_since(zones=("Mars/Olympus", "UTC")), running_since()
    Program.objects.filter(pk=lost.program_id).update(time_zone="Asia/Tokyo")

    assert services.plan_due(noon) == 4

    assert CheckIn.objects.get(membership=lost.first).opens_at == datetime(2026, 3, 16, 0, tzinfo=UTC)
    assert CheckIn.objects.filter(pairing=other).count() == 2
    assert f"user {lost.first.user_id} no longer exists" in caplog.text


@pytest.mark.django_db
def test_a_program_in_a_zone_that_no_longer_exists_is_asked_by_the_clock_of_utc(noon):
    running_since(plan=CheckInPlanFactory(program__time_zone="Mars/Olympus"), zones=("Mars/Olympus", "UTC"))

    assert services.plan_due(noon) == 2
    assert set(CheckIn.objects.values_list("opens_at", flat=True)) == {datetime(2026, 3, 16, 9, tzinfo=UTC)}


@pytest.mark.django_db
def test_a_rule_that_nobody_can_read_stops_its_own_program_alone(noon, caplog):
    broken, other = running_since(), running_since()
    CheckInPlan.objects.filter(program=broken.program).update(rule="FREQ=SOMETIMES")

    assert services.plan_due(noon) == 2

    assert {check_in.pairing for check_in in CheckIn.objects.all()} == {other}
    assert f"plan {broken.program.check_in_plan.pk} cannot be read" in caplog.text


@pytest.mark.django_db
def test_another_time_of_day_holds_for_what_has_not_opened(noon):
    plan = CheckInPlanFactory()
    opened, coming = running_since(plan=plan), running_since(STARTED + timedelta(days=1), plan=plan)
    services.plan_due(noon)

    change(plan, noon, at_time=time(11))
    services.plan_due(noon)

    assert set(CheckIn.objects.filter(pairing=opened).values_list("opens_at", flat=True)) == {datetime(2026, 3, 16, 9, tzinfo=UTC)}
    assert set(CheckIn.objects.filter(pairing=coming).values_list("opens_at", flat=True)) == {datetime(2026, 3, 17, 11, tzinfo=UTC)}
    assert OutboxMessage.objects.filter(state="pending").count() == 12


@pytest.mark.django_db
def test_while_a_pairing_is_paused_nothing_is_planned_and_it_goes_on_with_its_own_days(noon):
    pairing = running_since()
    pauses.pause(pairing=pairing, by=pairing.first, now=noon - timedelta(days=3))
    assert services.plan_due(noon) == 0

    pauses.go_on(pairing=pairing, by=pairing.proposed_by, now=noon + timedelta(days=10))

    assert services.plan_due(noon + timedelta(days=10)) == 0
    assert services.plan_due(noon + timedelta(days=14)) == 2
    assert set(CheckIn.objects.values_list("due_on", "number")) == {(date(2026, 3, 30), 2)}


@pytest.mark.django_db
def test_a_row_that_is_lost_or_wrong_loses_no_check_in(noon):
    pairing = running_since()
    services.plan_due(noon - timedelta(days=7))
    NextDue.objects.all().delete()

    assert services.plan_due(noon) == 2
    assert NextDue.objects.get().due_on == date(2026, 3, 30)

    pairing.state = Pairing.State.PAUSED
    pairing.save()
    assert services.plan_due(noon + timedelta(days=14)) == 0


# --- after a first meeting ---


MET = datetime(2026, 3, 16, 10, 0, tzinfo=UTC)
FIT = CheckIn.Occasion.FIT


def met(pairing, starts_at=MET, logged_at=MET + timedelta(hours=2), by=None):
    accounts.log(pairing=pairing, by=by or pairing.first, starts_at=starts_at, minutes=45, now=logged_at)
    return CheckIn.objects.filter(pairing=pairing, occasion=FIT)


@pytest.mark.django_db
def test_after_the_first_meeting_both_are_asked_on_day_three_in_their_own_morning(noon):
    pairing = running_since(noon - timedelta(days=3), zones=("Asia/Tokyo", "America/Los_Angeles"))

    asked = met(pairing)

    assert {(one.membership, one.due_on, one.opens_at) for one in asked} == {
        (pairing.first, date(2026, 3, 19), datetime(2026, 3, 19, 0, tzinfo=UTC)),
        (pairing.second, date(2026, 3, 19), datetime(2026, 3, 19, 16, tzinfo=UTC)),
    }
    owed = {(message.subject_id, message.recipient, message.due_at, message.expires_at) for message in messages()}
    assert owed == {(one.pk, one.membership.user, one.opens_at, one.closes_at) for one in asked}


@pytest.mark.django_db
def test_how_it_fits_is_asked_once_whichever_meeting_is_written_down_first(noon):
    pairing = running_since(noon - timedelta(days=3))

    met(pairing, by=pairing.second)
    asked = met(pairing, starts_at=MET - timedelta(days=1))

    assert {one.membership for one in asked} == {pairing.first, pairing.second}
    assert asked.count() == messages().count() == 2


@pytest.mark.django_db
def test_a_meeting_that_is_written_down_late_is_asked_about_on_the_next_morning(noon):
    pairing = running_since(noon - timedelta(days=6))

    asked = met(pairing, starts_at=MET - timedelta(days=5))

    assert {(one.due_on, one.opens_at) for one in asked} == {(date(2026, 3, 17), datetime(2026, 3, 17, 9, tzinfo=UTC))}


@pytest.mark.django_db
def test_a_meeting_of_weeks_ago_is_not_asked_about(noon):
    assert not met(running_since(noon - timedelta(days=20)), starts_at=MET - timedelta(days=15)).exists()


def put_right(pairing, starts_at, now):
    session = Session.objects.get(pairing=pairing)
    told = {"minutes": 45, "place": session.place, "led_by": None, "seen_at": session.log_changed_at}
    accounts.put_right(session=session, by=pairing.first, starts_at=starts_at, now=now, **told)


@pytest.mark.django_db
def test_a_first_meeting_that_was_logged_in_the_wrong_month_is_asked_about_once_it_is_put_right(noon):
    pairing = running_since(noon - timedelta(days=3))
    logged_at = MET + timedelta(hours=2)
    asked = met(pairing, starts_at=MET - timedelta(days=28), logged_at=logged_at)
    assert not asked.exists()

    for starts_at in (MET, MET - timedelta(days=1)):
        put_right(pairing, starts_at, logged_at + timedelta(minutes=5))

    assert sorted(one.membership_id for one in asked.all()) == sorted(half.pk for half in pairing.halves)
    assert messages().count() == 2


@pytest.mark.django_db
@pytest.mark.parametrize(("days", "are_asked"), [(-3, True), (-2, False), (0, False), (2, False), (3, True)])
def test_a_regular_check_in_within_two_days_asks_it_in_its_place(days, are_asked):
    regular_on = datetime(2026, 3, 19, 12, tzinfo=UTC) + timedelta(days=days)
    pairing = running_since(regular_on - timedelta(weeks=2))

    assert met(pairing).exists() == are_asked


@pytest.mark.django_db
def test_who_has_left_and_a_program_without_a_plan_are_not_asked_how_it_fits(noon):
    pairing = running_since(noon - timedelta(days=3))
    pairing.second.left_at = noon
    pairing.second.save()

    assert {one.membership for one in met(pairing)} == {pairing.first}
    assert not met(PairingFactory(active=True)).exists()


@pytest.mark.django_db
def test_the_regular_check_ins_come_as_if_the_other_had_not_been(noon):
    pairing = running_since(noon - timedelta(days=3))
    met(pairing)

    assert services.plan_due(noon + timedelta(days=11)) == 2


@pytest.mark.django_db
def test_no_answer_to_how_it_fits_is_no_second_silence(noon):
    pairing = running_since(noon - timedelta(days=3))
    met(pairing)
    services.settle(noon + timedelta(days=11))

    services.settle(noon + timedelta(days=24))

    assert CheckIn.objects.exclude(closed_at=None).count() == 4
    assert not Task.objects.exists()


@pytest.mark.django_db
def test_a_pairing_that_stops_is_not_asked_how_it_fits(noon):
    pairing = running_since(noon - timedelta(days=3))
    asked = met(pairing)
    pairing.state = Pairing.State.PAUSED
    pairing.save()

    services.settle(noon)

    assert not asked.asked().exists()
    assert set(messages().values_list("state", flat=True)) == {"cancelled"}


# --- the minute's work ---


@pytest.mark.django_db
def test_the_minute_calls_off_closes_and_plans(noon):
    stopped = CheckInFactory(pairing=PairingFactory(paused=True))
    pairing = running_since()
    for weeks in (2, 4):
        CheckInFactory(
            pairing=pairing,
            due_on=(noon - timedelta(weeks=weeks)).date(),
            opens_at=noon - timedelta(weeks=weeks),
            closes_at=noon - timedelta(weeks=weeks) + timedelta(days=10),
        )

    services.settle(noon)

    stopped.refresh_from_db()
    assert stopped.called_off_at == noon
    assert Task.objects.get().kind == Task.Kind.UNANSWERED
    assert CheckIn.objects.filter(due_on=noon.date(), pairing=pairing).count() == 2


# --- after each meeting ---


MEETING = CheckIn.Occasion.MEETING


@pytest.fixture
def asks_after_meetings():
    plan = CheckInPlanFactory()
    QuestionFactory(plan=plan, of_meetings=True)
    return plan


def asked_about_meetings(pairing):
    return CheckIn.objects.filter(pairing=pairing, occasion=MEETING).order_by("pk")


def of_meetings():
    return OutboxMessage.objects.filter(kind=AFTER_MEETING)


@pytest.mark.django_db
def test_after_a_meeting_both_are_asked_at_once_and_reminded_in_the_morning(asks_after_meetings, noon):
    pairing = running_since(noon - timedelta(days=3), plan=asks_after_meetings, zones=("Asia/Tokyo", "America/Los_Angeles"))

    met(pairing, logged_at=noon)

    by_half = {one.membership: one for one in asked_about_meetings(pairing)}
    assert {(half, one.due_on, one.opens_at) for half, one in by_half.items()} == {
        (pairing.first, date(2026, 3, 16), noon),
        (pairing.second, date(2026, 3, 16), noon),
    }
    assert by_half[pairing.first].closes_at == datetime(2026, 3, 21, 15, tzinfo=UTC)
    assert {(message.recipient, message.due_at) for message in of_meetings()} == {
        (pairing.first.user, datetime(2026, 3, 17, 0, tzinfo=UTC)),
        (pairing.second.user, datetime(2026, 3, 17, 16, tzinfo=UTC)),
    }


@pytest.mark.django_db
@pytest.mark.parametrize("first_said", [MET, MET - timedelta(days=28)])
def test_a_meeting_that_is_put_right_after_midnight_is_asked_about_once(first_said, asks_after_meetings, noon):
    pairing = running_since(noon - timedelta(days=3), plan=asks_after_meetings)
    before_midnight = datetime(2026, 3, 16, 23, 55, tzinfo=UTC)
    met(pairing, starts_at=first_said, logged_at=before_midnight)

    put_right(pairing, MET - timedelta(days=1), before_midnight + timedelta(minutes=10))

    assert sorted(one.membership_id for one in asked_about_meetings(pairing)) == sorted(half.pk for half in pairing.halves)


@pytest.mark.django_db
def test_the_next_meeting_closes_what_was_asked_about_the_one_before(asks_after_meetings, noon):
    pairing = running_since(noon - timedelta(days=3), plan=asks_after_meetings)
    met(pairing, starts_at=MET - timedelta(days=1), logged_at=noon)
    later = noon + timedelta(days=2)

    met(pairing, starts_at=later - timedelta(hours=2), logged_at=later)

    before, after = asked_about_meetings(pairing)[:2], asked_about_meetings(pairing)[2:]
    assert {one.closes_at for one in before} == {later}
    assert {one.opens_at for one in after} == {later}
    assert sorted(of_meetings().values_list("state", flat=True)) == ["cancelled", "cancelled", "pending", "pending"]


@pytest.mark.django_db
def test_two_meetings_of_one_day_are_asked_about_once(asks_after_meetings, noon):
    pairing = running_since(noon - timedelta(days=3), plan=asks_after_meetings)

    met(pairing, logged_at=noon)
    met(pairing, starts_at=MET - timedelta(days=1), logged_at=noon + timedelta(hours=1))

    assert asked_about_meetings(pairing).count() == 2


@pytest.mark.django_db
def test_a_meeting_of_weeks_ago_and_a_program_that_does_not_ask_bring_nothing(asks_after_meetings, noon):
    pairing = running_since(noon - timedelta(days=30), plan=asks_after_meetings)
    met(pairing, starts_at=MET - timedelta(days=15))
    asks_after_meetings.asks_after_meetings = False
    asks_after_meetings.save()

    met(pairing)

    assert not asked_about_meetings(pairing).exists()


@pytest.mark.django_db
def test_a_program_without_a_question_about_meetings_asks_none(noon):
    pairing = running_since(noon - timedelta(days=30))

    met(pairing)

    assert not asked_about_meetings(pairing).exists()


# --- at the end ---


@pytest.fixture
def ending(noon):
    plan = CheckInPlanFactory()
    return running_since(noon - timedelta(days=30), plan=plan, zones=("Asia/Tokyo", "UTC"))


def asked_at_the_end(pairing):
    return CheckIn.objects.filter(pairing=pairing, occasion=CheckIn.Occasion.CLOSING)


@pytest.mark.django_db
def test_when_a_pairing_ends_both_are_asked_what_it_was_like(ending, noon):
    endings.end(pairing=ending, by=ending.first, now=noon)

    asked = {one.membership: one for one in asked_at_the_end(ending)}
    assert set(asked) == {ending.first, ending.second}
    assert asked[ending.second].closes_at == datetime(2026, 3, 27, tzinfo=UTC)
    assert [
        message.due_at for message in OutboxMessage.objects.filter(kind=AT_THE_END, recipient=ending.second.user).order_by("due_at")
    ] == [datetime(2026, 3, day, 9, tzinfo=UTC) for day in (17, 19, 23)]


@pytest.mark.django_db
def test_who_has_left_is_not_asked_what_it_was_like(ending, noon):
    memberships.leave(membership=ending.second, by=ending.second, now=noon)

    assert [one.membership for one in asked_at_the_end(ending)] == [ending.first]


@pytest.mark.django_db
def test_a_pause_is_no_end_and_what_ends_in_a_pause_is(ending, noon):
    pauses.pause(pairing=ending, by=ending.first, now=noon)
    assert not asked_at_the_end(ending).exists()

    endings.end(pairing=ending, by=ending.first, now=noon + timedelta(days=1))

    assert asked_at_the_end(ending).count() == 2


@pytest.mark.django_db
def test_what_is_asked_at_the_end_closes_as_the_others_do_and_misses_nobody(ending, noon):
    endings.end(pairing=ending, by=ending.first, now=noon)
    services.settle(noon + timedelta(minutes=1))
    assert asked_at_the_end(ending).asked().count() == 2

    services.settle(noon + timedelta(days=12))

    assert not asked_at_the_end(ending).filter(closed_at=None).exists()
    assert not Task.objects.exists()
