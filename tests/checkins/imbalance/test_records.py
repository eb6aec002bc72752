from collections import Counter
from datetime import date, datetime, time, timedelta
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from checkins.answers.models import Answer, CheckIn
from checkins.imbalance import records
from checkins.imbalance.models import OptOut
from checkins.imbalance.weekly_facts import checked
from checkins.plans.models import Question
from matching.facts import services as facts
from matching.facts.models import Fact
from matching.pairings.models import Pairing
from programs.memberships.models import Program
from tests.factories.checkins import AnswerFactory, CheckInFactory, CheckInPlanFactory, QuestionFactory
from tests.factories.matching import PairingFactory, PauseFactory, RoundFactory
from tests.factories.programs import CohortFactory, HolidayFactory
from tests.times import NOON

pytestmark = pytest.mark.django_db

MONDAY = date(2026, 3, 16)
UNTIL = date(2026, 5, 4)
A_WEEK = timedelta(weeks=1)
FIRST_WEEK = MONDAY - 6 * A_WEEK
CONSTRUCTS = ("voice", "comfort", "respect", "boundaries")
TOPIC = Fact.Kind.TOPIC_RAISED
STREAMS = {
    "topics": ["topic_raised"],
    "decisions": ["decision_stood"],
    "scheduling": ["time_proposed", "time_moved"],
    "absences": ["session_cancelled", "session_missed"],
}


@pytest.fixture
def pairing():
    return PairingFactory(active=True)


def of(*pairings, until=MONDAY):
    found = records.facts_of(pairings, pairings[0].program, until=until)
    checked(found.facts)
    return found


def week_of(found, monday=MONDAY, pairing=0):
    """What is known of one week, by name."""
    at = pairing, found.mondays.index(monday)
    return SimpleNamespace(**{name: array[at].tolist() for name, array in vars(found.facts).items()})


def lived(found, pairing=0):
    return [monday for monday, there in zip(found.mondays, found.facts.active[pairing], strict=True) if there]


def note(pairing, *, by="first", kind=TOPIC, source=1, at=NOON):
    facts.note(pairing=pairing, by=getattr(pairing, by), kind=kind, source_id=source, happened_at=at)


def answered(pairing, *, half="first", due_on=MONDAY, **values):
    opens_at = datetime.combine(due_on, time(9), NOON.tzinfo)
    check_in = CheckInFactory(
        pairing=pairing, membership=getattr(pairing, half), due_on=due_on, opens_at=opens_at, closes_at=opens_at + timedelta(days=10)
    )
    for construct, value in values.items():
        question, _ = Question.objects.get_or_create(
            plan=check_in.plan,
            construct=construct,
            defaults={"text": construct, "choices": [[5, "Good"], [1, "Bad"]], "asked_since": NOON - timedelta(days=400)},
        )
        AnswerFactory(check_in=check_in, question=question, value=value)
    if values:
        check_in.answered_at = NOON
        check_in.save()
    return check_in


def test_what_each_side_did_stands_in_its_week(pairing):
    note(pairing, by="first")
    note(pairing, by="second", source=2)
    note(pairing, by="second", source=3)
    for source, kind in enumerate([Fact.Kind.TIME_MOVED, Fact.Kind.TIME_PROPOSED, Fact.Kind.SESSION_MISSED, Fact.Kind.DECISION_STOOD]):
        note(pairing, kind=kind, source=source)

    week = week_of(of(pairing))

    assert (week.topics, week.decisions, week.scheduling, week.absences) == ([1, 2], [1, 0], [2, 0], [1, 0])


def test_side_0_is_the_half_that_is_not_the_mentor():
    pairing = PairingFactory(active=True, mentor="first")
    note(pairing, by="first")
    answered(pairing, half="first", comfort=3)

    week = week_of(of(pairing))

    assert (week.topics, week.asked) == ([0, 1], [False, True])


def test_the_weeks_begin_when_the_pairing_did_and_end_with_the_one_asked_for(pairing):
    later = PairingFactory(program=pairing.program, active=True, proposed_at=NOON - timedelta(days=7))

    found = of(pairing, later)

    assert (found.mondays[0], found.mondays[-1], len(found.mondays)) == (FIRST_WEEK, MONDAY, 7)
    assert lived(found) == found.mondays
    assert lived(found, 1) == [MONDAY - A_WEEK, MONDAY]


def test_what_has_not_begun_has_no_weeks():
    found = of(PairingFactory(accepted=True))

    assert (found.facts.pairs, found.facts.weeks) == (1, 0)


@pytest.mark.parametrize(("day", "is_lived"), [(3, True), (4, False)])
def test_a_week_is_lived_where_the_pairing_was_active_for_half_of_it(day, is_lived):
    began = datetime.combine(MONDAY + timedelta(days=day), time(), NOON.tzinfo)

    assert (MONDAY in lived(of(PairingFactory(active=True, proposed_at=began)))) is is_lived


def test_weeks_of_a_pause_and_after_the_end_are_not_lived():
    pairing = PairingFactory(active=True, closed=True, ended_at=NOON - A_WEEK)
    PauseFactory(pairing=pairing, paused_at=NOON - 4 * A_WEEK, gone_on_at=NOON - 2 * A_WEEK)

    assert lived(of(pairing)) == [FIRST_WEEK, FIRST_WEEK + A_WEEK, MONDAY - 2 * A_WEEK]


def test_what_had_ended_and_began_again_was_not_lived_between(pairing):
    since = NOON - 4 * A_WEEK
    RoundFactory(pairing=pairing, kind="begin-again", opened_at=since, opened_together_at=NOON - A_WEEK)
    # It had ended during a pause.
    PauseFactory(pairing=pairing, paused_at=since - A_WEEK, gone_on_at=NOON - A_WEEK)

    assert lived(of(pairing)) == [FIRST_WEEK, MONDAY - A_WEEK, MONDAY]


def test_a_week_wholly_in_holidays_is_not_lived(pairing):
    HolidayFactory(program=pairing.program, first_day=FIRST_WEEK - A_WEEK, last_day=FIRST_WEEK + timedelta(days=2))
    HolidayFactory(program=pairing.program, first_day=FIRST_WEEK + timedelta(days=3), last_day=FIRST_WEEK + timedelta(days=12))

    assert lived(of(pairing)) == of(pairing).mondays[1:]


def test_nothing_is_taken_of_weeks_in_which_either_half_had_opted_out(pairing):
    note(pairing)
    answered(pairing, comfort=1)
    OptOut.objects.create(membership=pairing.second, since=NOON, until=NOON + timedelta(minutes=5))

    found = of(pairing)

    assert lived(found) == found.mondays[:-1]
    assert not np.isfinite(found.facts.topics[0, -1]).any()
    assert not found.facts.asked.any()
    assert np.isnan(found.facts.answers).all()


def test_opting_out_leaves_other_pairings_and_earlier_weeks(pairing):
    other = PairingFactory(program=pairing.program, active=True)
    OptOut.objects.create(membership=pairing.second, since=NOON)

    found = of(pairing, other)

    assert MONDAY - A_WEEK in lived(found)
    assert lived(found, 1) == found.mondays


def test_answers_stand_in_the_week_in_which_the_check_in_fell_due(pairing):
    answered(pairing, due_on=MONDAY - timedelta(days=1), voice=2, comfort=3, respect=4, boundaries=5)

    week = week_of(of(pairing), MONDAY - A_WEEK)

    assert week.asked == [True, False]
    assert week.answers[0] == [2, 3, 4, 5]


def test_of_two_check_ins_of_a_week_the_later_counts_wholly(pairing):
    answered(pairing, due_on=MONDAY + timedelta(days=3), comfort=2)
    answered(pairing, due_on=MONDAY, comfort=5, voice=5)

    assert week_of(of(pairing)).answers[0] == pytest.approx([np.nan, 2, np.nan, np.nan], nan_ok=True)


@pytest.mark.parametrize("fields", [{"called_off_at": NOON}, {"occasion": CheckIn.Occasion.MEETING, "number": None}])
def test_what_was_called_off_or_is_about_a_meeting_is_not_asked(pairing, fields):
    CheckInFactory(pairing=pairing, **fields)

    assert not of(pairing).facts.asked.any()


def test_silence_counts_once_the_check_in_has_closed_and_an_answer_at_once(pairing):
    due = answered(pairing)

    assert week_of(of(pairing)).asked == [False, False]
    assert week_of(of(pairing, until=MONDAY + A_WEEK)).asked == [True, False]

    due.answered_at = NOON
    due.save()
    assert week_of(of(pairing)).asked == [True, False]


def test_who_may_read_answers_follows_what_was_told_when_they_were_given(pairing):
    other = PairingFactory(program=pairing.program, active=True)
    for of_whom in (pairing, other):
        answered(of_whom, comfort=3)
    CheckIn.objects.filter(pairing=pairing).update(read_by=Program.AnswersReadBy.ADMINS)

    assert of(pairing, other).is_for_admins.tolist() == [True, False]


def test_a_thousand_acts_in_a_week_are_a_thousand(pairing):
    Fact.objects.bulk_create(
        Fact(pairing=pairing, by=pairing.first, kind=TOPIC, happened_at=NOON, source_id=number) for number in range(1000)
    )
    facts.rebuild(pairings=[pairing])

    assert week_of(of(pairing)).topics == [1000, 0]


def test_no_more_than_ten_years_are_looked_at():
    found = of(PairingFactory(active=True, proposed_at=datetime(1901, 1, 1, tzinfo=NOON.tzinfo)))

    assert len(found.mondays) == records.MOST_WEEKS


def test_many_pairings_cost_what_one_does(pairing, queries_of):
    one = queries_of(lambda: of(pairing))
    many = [pairing, *PairingFactory.create_batch(4, program=pairing.program, active=True)]
    for each in many:
        answered(each, comfort=3)
        note(each, source=each.pk)
        PauseFactory(pairing=each, gone_on_at=NOON)

    assert queries_of(lambda: of(*many)) == one == 6


# --- the same from scratch, whatever has happened ---

ZONES = st.sampled_from(["UTC", "Pacific/Apia", "America/St_Johns", "Europe/London"])
HALVES = st.sampled_from(["first", "second"])
MOMENTS = st.integers(-8 * 7 * 24, 8 * 7 * 24).map(lambda hours: NOON + timedelta(hours=hours))
# As clocks jump: long before the pairing, and long after now.
ANY_MOMENT = st.one_of(
    MOMENTS, MOMENTS, st.sampled_from([datetime(1980, 1, 1, tzinfo=NOON.tzinfo), datetime(2190, 1, 1, tzinfo=NOON.tzinfo)])
)
DAYS = st.integers(-50, 50).map(lambda days: NOON.date() + timedelta(days=days))
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("note"), HALVES, st.sampled_from(Fact.Kind), st.integers(1, 3), ANY_MOMENT),
        st.tuples(st.just("withdraw"), st.sampled_from(Fact.Kind), st.integers(1, 3)),
        st.tuples(st.just("answer"), HALVES, DAYS, st.sampled_from(CONSTRUCTS), st.integers(1, 5)),
        st.tuples(st.just("say nothing"), HALVES, DAYS),
        st.tuples(st.just("pause"), MOMENTS, st.integers(0, 500)),
        st.tuples(st.just("opt out"), HALVES, MOMENTS, st.integers(0, 200)),
        st.tuples(st.just("holiday"), DAYS, st.integers(0, 15)),
        st.tuples(st.just("zone"), ZONES),
        st.tuples(st.just("cohort")),
    ),
    max_size=16,
)


class TestRecords(TestCase):
    @settings(max_examples=20, deadline=None)
    @given(steps=STEPS, mentor=st.sampled_from(["first", "second", ""]), began=MOMENTS, lasts=st.one_of(st.none(), st.integers(0, 1500)))
    def test_whatever_happens_the_facts_are_those_of_the_rows_and_the_same_from_scratch(self, steps, mentor, began, lasts):
        ended = {} if lasts is None else {"state": "closed", "ended_at": began + timedelta(hours=lasts)}
        pairing = PairingFactory(active=True, mentor=mentor, proposed_at=began, **ended)
        plan = CheckInPlanFactory(program=pairing.program)
        questions = {name: QuestionFactory(plan=plan, construct=name) for name in CONSTRUCTS}
        for step in steps:
            take(step, pairing, questions)
        pairing = Pairing.objects.select_related("program").get(pk=pairing.pk)

        kept = of(pairing, until=UNTIL)

        assert as_words(kept) == anew(pairing)
        facts.rebuild(pairings=[pairing])
        assert as_words(of(pairing, until=UNTIL)) == as_words(kept)


def take(step, pairing, questions):
    match step:
        case "note", half, kind, source, at:
            note(pairing, by=half, kind=kind, source=source, at=at)
        case "withdraw", kind, source:
            facts.withdraw(kind=kind, source_id=source, now=NOON)
        case "answer", half, day, construct, value:
            check_in = due(pairing, half, day)
            Answer.objects.filter(check_in=check_in, question=questions[construct]).delete()
            AnswerFactory(check_in=check_in, question=questions[construct], value=value)
            CheckIn.objects.filter(pk=check_in.pk).update(answered_at=NOON)
        case "say nothing", half, day:
            due(pairing, half, day)
        case "pause", at, hours:
            if not pairing.pauses.filter(gone_on_at=None).exists():
                pairing.pauses.create(paused_at=at, gone_on_at=at + timedelta(hours=hours) if hours < 400 else None)
        case "opt out", half, at, hours:
            OptOut.objects.create(membership=getattr(pairing, half), since=at, until=at + timedelta(hours=hours))
        case "holiday", day, days:
            if not pairing.program.holidays.filter(first_day=day).exists():
                HolidayFactory(program=pairing.program, first_day=day, last_day=day + timedelta(days=days))
        case "zone", zone:
            Program.objects.filter(pk=pairing.program_id).update(time_zone=zone)
            pairing.program.time_zone = zone
            facts.rebuild_those_of(program=pairing.program, now=NOON)
        case _:
            Pairing.objects.filter(pk=pairing.pk).update(cohort=CohortFactory(program=pairing.program))


def due(pairing, half, day):
    membership = getattr(pairing, half)
    return CheckIn.objects.filter(pairing=pairing, membership=membership, due_on=day).first() or answered(pairing, half=half, due_on=day)


def as_words(found):
    """What is known by week; weeks without anything left out, since not from when on they are listed is asked."""
    weeks = {}
    for number, monday in enumerate(found.mondays):
        week = {name: np.nan_to_num(array[0, number], nan=-1).tolist() for name, array in vars(found.facts).items()}
        if week["topics"] != [-1, -1]:
            weeks[monday] = week
    return weeks


def anew(pairing):
    """The same straight from the rows, hour by hour and one row at a time."""
    zone = ZoneInfo(pairing.program.time_zone)
    halves = [pairing.first_id, pairing.second_id] if pairing.mentor != "first" else [pairing.second_id, pairing.first_id]
    rows = SimpleNamespace(
        pauses=list(pairing.pauses.all()),
        holidays=list(pairing.program.holidays.all()),
        opted_out=list(OptOut.objects.filter(membership__in=halves)),
        facts=list(Fact.objects.filter(pairing=pairing, withdrawn_at=None)),
        check_ins=list(CheckIn.objects.filter(pairing=pairing).order_by("due_on").prefetch_related("answers__question")),
    )
    weeks = {}
    monday = MONDAY - 60 * A_WEEK
    while monday <= UNTIL:
        if week := week_anew(pairing, zone, halves, monday, rows):
            weeks[monday] = week
        monday += A_WEEK
    return weeks


def week_anew(pairing, zone, halves, monday, rows):
    starts, ends = (datetime.combine(day, time(), zone).astimezone(NOON.tzinfo) for day in (monday, monday + A_WEEK))
    if ends <= pairing.activated_at:
        return None
    step = timedelta(minutes=30)
    moments = [starts + number * step for number in range((ends - starts) // step)]
    if not 2 * sum(was_active(pairing, moment + step / 2, rows.pauses) for moment in moments) >= len(moments):
        return None
    days = [monday + timedelta(days=number) for number in range(7)]
    if all(any(holiday.first_day <= day <= holiday.last_day for holiday in rows.holidays) for day in days):
        return None
    for out in rows.opted_out:
        if out.since < out.until and any(out.since <= moment + step / 2 < out.until for moment in moments):
            return None
    counts = Counter()
    for fact in rows.facts:
        if starts <= fact.happened_at < ends:
            counts[fact.kind, halves.index(fact.by_id)] += 1
    week = {name: [float(sum(counts[kind, side] for kind in kinds)) for side in (0, 1)] for name, kinds in STREAMS.items()}
    week |= {"asked": [False, False], "answers": [[-1.0] * 4, [-1.0] * 4]}
    end_of_all = datetime.combine(UNTIL + A_WEEK, time(), zone)
    for check_in in rows.check_ins:
        if check_in.due_on in days and (check_in.answered_at or check_in.closes_at <= end_of_all):
            side = halves.index(check_in.membership_id)
            given = {answer.question.construct: float(answer.value) for answer in check_in.answers.all()}
            week["asked"][side], week["answers"][side] = True, [given.get(name, -1.0) for name in CONSTRUCTS]
    return week


def was_active(pairing, moment, pauses):
    if moment < pairing.activated_at or (pairing.ended_at and moment >= pairing.ended_at):
        return False
    return not any(rest.paused_at <= moment and (rest.gone_on_at is None or moment < rest.gone_on_at) for rest in pauses)


def test_a_program_whose_zone_is_gone_keeps_the_weeks_of_everywhere(pairing):
    Program.objects.filter(pk=pairing.program_id).update(time_zone="Mars/Olympus")
    pairing.program.refresh_from_db()

    assert lived(of(pairing))[0] == FIRST_WEEK
