from datetime import timedelta

import pytest
import time_machine

from checkins.imbalance import queries
from checkins.imbalance.models import Baseline, OptOut, Signal, SignalRule
from guidelines.enrolments.models import Enrolment
from matching.facts.models import WeeklyCount
from mentoring.kernel.audit.models import AuditEvent
from programs.memberships.models import Program
from programs.profiles.models import ProfileAnswer, ProfileQuestion
from tests.checkins.pages import address, people_around
from tests.factories.checkins import (
    LAST_WEEK,
    AnswerFactory,
    AssessmentFactory,
    BaselineFactory,
    CheckInFactory,
    OptOutFactory,
    PatternFactory,
    QuietReviewFactory,
    SignalFactory,
    question_of,
)
from tests.factories.guidelines import CourseVersionFactory
from tests.factories.matching import PairingFactory, PauseFactory
from tests.factories.programs import MembershipFactory, ProfileFactory, ProfileQuestionFactory
from tests.times import NOON

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_at_noon")]

Verdict, Outcome = Signal.Verdict, Signal.Outcome


@pytest.fixture
def _at_noon():
    with time_machine.travel(NOON, tick=False):
        yield


def page_of(signal):
    return address("signal", signal.pairing.program, signal.pk)


def shown_to(as_member, signal, person=None):
    return as_member(person or signal.pairing.coordinator).get(page_of(signal)).text


# --- one signal ---


def test_a_signal_says_what_was_seen_how_sure_what_else_and_what_to_do(as_member):
    pairing = PairingFactory(active=True, first__user__called="Amara", second__user__called="Jonas")
    signal = SignalFactory(pairing=pairing, measured=True)

    page = shown_to(as_member, signal)

    for words in (
        "Amara seems to take part less in the pairing with Jonas",
        "6 of 41 came from Amara; before, 40 of 84",
        "about once in 111 healthy months of a pair",
        "2 of 3 check-ins of Amara were answered",
        "has cancelled or missed meetings",
        "About 6 more weeks",
        "I ask both of you from time to time",
        "Jonas first, then Amara",
        "Suggest a reset conversation",
        "Never Amara or Jonas, whatever role they have",
    ):
        assert words in page
    assert "<title>A signal" in page  # nobody's name in the history of a browser


@pytest.mark.parametrize(("kind", "events"), [(Signal.Kind.GAP, 1), (Signal.Kind.TOPICS, 0)])
def test_reading_what_is_made_of_answers_is_written_down(kind, events, as_member):
    signal = SignalFactory(kind=kind)

    shown_to(as_member, signal)

    read = AuditEvent.objects.filter(verb="answers.read", actor_id=signal.pairing.coordinator.user_id, object_id=str(signal.pairing_id))
    assert read.count() == events


def test_the_weeks_of_both_are_drawn_and_every_number_stands_in_a_table(as_member):
    signal = SignalFactory(kind="together")
    pairing = signal.pairing
    WeeklyCount.objects.create(pairing=pairing, week=LAST_WEEK, side=0, kind="topic_raised", number=37)
    check_in = CheckInFactory(pairing=pairing, answered=True, due_on=LAST_WEEK, opens_at=NOON - timedelta(days=7))
    for construct, value in (("voice", 2), ("boundaries", 3)):
        AnswerFactory(check_in=check_in, question=question_of(check_in.plan, construct), value=value)

    weeks = queries.weeks_of(signal, pairing.coordinator)

    acts, answers = weeks.series
    at = 0 if pairing.mentor == "second" else 1
    assert ([acts.one, acts.two][at][-1], answers.one[-1], answers.two[-1]) == (37, 2.5, None)
    assert (weeks.rows[0][0], weeks.rows[0][1]) == (LAST_WEEK, True)
    assert '<td class="num">37</td>' in shown_to(as_member, signal)


def test_of_answers_only_those_are_drawn_that_the_reader_may_read():
    signal = SignalFactory(kind="answers")
    admin = MembershipFactory(program=signal.pairing.program, admin=True)
    check_in = CheckInFactory(pairing=signal.pairing, answered=True, due_on=LAST_WEEK, read_by=Program.AnswersReadBy.ADMINS)
    AnswerFactory(check_in=check_in, question=question_of(check_in.plan, "voice"), value=1)

    (drawn,), (of_admin,) = (queries.weeks_of(signal, reader).series for reader in (signal.pairing.coordinator, admin))

    assert drawn.drawing.is_empty
    assert of_admin.one[-1] == 1


def test_silence_draws_who_answered_and_leaves_out_what_is_open_still():
    signal = SignalFactory(kind="silence")
    for half, closes_at in ((signal.pairing.first, NOON - timedelta(days=1)), (signal.pairing.second, NOON + timedelta(days=1))):
        CheckInFactory(pairing=signal.pairing, membership=half, due_on=LAST_WEEK, opens_at=NOON - timedelta(days=7), closes_at=closes_at)

    (drawn,) = queries.weeks_of(signal, signal.pairing.coordinator).series

    assert (drawn.one[-1], drawn.two[-1]) == (0, None)


def test_a_signal_is_closed_with_what_one_thinks_of_it(as_member):
    signal = SignalFactory()
    browser = as_member(signal.pairing.coordinator)

    unsaid = browser.post(page_of(signal), {"verdict": "useful"}).text
    browser.post(page_of(signal), {"verdict": "useful", "outcome": "talked"})

    assert "Choose an answer to" in unsaid
    signal.refresh_from_db()
    assert (signal.verdict, signal.outcome, signal.task.done_by) == (Verdict.USEFUL, Outcome.TALKED, signal.pairing.coordinator)
    assert "Spoke with both" in browser.get(page_of(signal)).text


def test_a_short_lesson_is_offered_to_both(as_member):
    signal = SignalFactory(pairing__active=True)
    lesson = CourseVersionFactory(course__program=signal.pairing.program, title="Waiting", refresher=True)
    browser = as_member(signal.pairing.coordinator)

    assert "Waiting" in browser.get(page_of(signal)).text
    browser.post(f"{page_of(signal)}lesson/", {"refresher": lesson.course_id})

    asked = Enrolment.objects.filter(course=lesson.course).values_list("membership", flat=True)
    assert set(asked) == {signal.pairing.first_id, signal.pairing.second_id}


def test_a_course_that_is_no_short_lesson_is_not_offered(as_member):
    signal = SignalFactory(pairing__active=True)
    course = CourseVersionFactory(course__program=signal.pairing.program, is_required=True)

    answer = as_member(signal.pairing.coordinator).post(f"{page_of(signal)}lesson/", {"refresher": course.course_id}, follow=True)

    assert "Choose one of the lessons first." in answer.text
    assert not Enrolment.objects.exists()


def test_whoever_is_part_of_it_or_may_not_read_it_finds_nothing(as_member):
    around = people_around()
    around.other_half.is_coordinator = around.other_half.is_admin = True
    around.other_half.save()
    signal, for_admins = SignalFactory(pairing=around.pairing), SignalFactory(pairing=around.pairing, kind="gap", for_admins=True)

    for person in (around.half, around.other_half, around.neighbour, around.outsider, MembershipFactory(admin=True)):
        assert as_member(person).get(page_of(signal)).status_code == 404
    assert as_member(around.coordinator).get(page_of(for_admins)).status_code == 404
    assert as_member(around.admin).get(page_of(for_admins)).status_code == 200


# --- how well they work ---


def report_seen_by(as_member, person, query=""):
    return as_member(person).get(address("signals", person.program) + query)


def a_year_of_signals(program):
    """Two healthy years of pairs, in which three signals were judged, and one was found that nobody judged."""
    began = NOON - timedelta(days=365.25)
    pairings = PairingFactory.create_batch(2, program=program, active=True, activated_at=began, proposed_at=began, mentor="second")
    for pairing in pairings:
        AssessmentFactory(pairing=pairing)
    one, other = pairings
    SignalFactory(pairing=one, kind="topics", closed=True)
    SignalFactory(pairing=one, kind="gap", closed=True, verdict=Verdict.NOT_USEFUL)
    SignalFactory(pairing=other, kind="gap", closed=True, verdict=Verdict.CANNOT_TELL, about=other.second)
    SignalFactory(pairing=other, kind="answers")
    SignalFactory(pairing=other, kind="silence")
    return pairings


def test_the_report_counts_what_was_found_and_what_became_of_it(as_member):
    coordinator = MembershipFactory(coordinator=True)
    a_year_of_signals(coordinator.program)

    report = report_seen_by(as_member, coordinator).context["report"]

    assert {line.words: (line.found.number, line.open, line.useful.whole) for line in report.lines} == {
        "Topics come from one side": (1, 0, 1),
        "One side’s answers fell": (1, 1, 0),
        "The two describe it more differently": (2, 0, 2),
        "Fewer check-ins answered": (1, 1, 0),
    }
    assert (report.useful.number, report.useful.whole) == (1, 3)
    assert round(report.realised.months) == 24
    assert (report.realised.number, report.at_most.number, report.silence.number) == (1, 3, 1)
    assert [(side, rate.number, round(rate.months)) for side, rate in report.sides] == [("mentee", 3, 24), ("mentor", 1, 24)]


def test_months_in_which_a_pairing_rested_or_was_over_are_none_of_its_months(as_member):
    coordinator = MembershipFactory(coordinator=True)
    one, other = a_year_of_signals(coordinator.program)
    PauseFactory(pairing=one, paused_at=NOON - timedelta(days=500), gone_on_at=NOON - timedelta(days=365.25 * 3 / 4))
    other.state, other.ended_at = "closed", NOON - timedelta(days=365.25 / 2)
    other.save()

    report = report_seen_by(as_member, coordinator).context["report"]

    assert round(report.realised.months) == 9 + 6


def test_the_report_leaves_out_ones_own_pairings_and_what_one_may_not_read(as_member):
    half = MembershipFactory(is_coordinator=True, is_participant=True)
    coordinator, admin = (MembershipFactory(program=half.program, **{role: True}) for role in ("coordinator", "admin"))
    own = PairingFactory(program=half.program, first=half, active=True)
    for how in ({}, {"kind": "gap", "for_admins": True}):
        SignalFactory(pairing=own, **how)
    QuietReviewFactory(pairing=own)
    AssessmentFactory(pairing=own, failed_at=NOON)

    found = {person: report_seen_by(as_member, person).context["report"] for person in (half, coordinator, admin)}

    assert [report.found for report in found.values()] == [0, 1, 2]
    assert [report.reviews.waiting for report in found.values()] == [0, 1, 1]
    assert [report.could_not_be_read for report in found.values()] == [0, 1, 1]
    assert found[half].realised.months == 0


def test_pairings_in_their_first_four_weeks_are_told_as_too_new(as_member):
    coordinator = MembershipFactory(coordinator=True)
    for weeks in (3, 5):
        began = NOON - timedelta(weeks=weeks)
        AssessmentFactory(pairing=PairingFactory(program=coordinator.program, active=True, proposed_at=began, activated_at=began))

    assert "1 pairing, in its first four weeks" in report_seen_by(as_member, coordinator).text


@pytest.mark.parametrize(("people", "said"), [(0, "fewer than five people, or nobody"), (4, "fewer than five"), (5, "5 people")])
def test_of_those_who_opted_out_a_number_is_told_from_five_on(people, said, as_member):
    coordinator = MembershipFactory(coordinator=True)
    for _ in range(people):
        OptOutFactory(membership__program=coordinator.program)

    assert said in report_seen_by(as_member, coordinator).text


def test_no_rate_is_claimed_before_the_program_is_known_and_the_stated_one_after(as_member):
    coordinator = MembershipFactory(coordinator=True)
    assert "so no rate is claimed" in report_seen_by(as_member, coordinator).text

    BaselineFactory(program=coordinator.program)
    assert "0.9 in 100 healthy months" in report_seen_by(as_member, coordinator).text
    as_member(coordinator).post(address("signals-careful", coordinator.program), {"preset": "careful"})

    assert "0.45 in 100 healthy months" in report_seen_by(as_member, coordinator).text
    assert SignalRule.objects.get().preset == "careful"


def test_rates_by_group_are_shown_for_groups_of_five_and_more(as_member):
    coordinator = MembershipFactory(coordinator=True)
    program = coordinator.program
    question = ProfileQuestionFactory(program=program, kind=ProfileQuestion.Kind.ONE, choices=["Here", "Far", "Else"])
    began = NOON - timedelta(days=365.25 / 2)
    for place in range(8):
        pairing = PairingFactory(program=program, active=True, activated_at=began, proposed_at=began)
        AssessmentFactory(pairing=pairing)
        for half, value in ((pairing.first, "Here" if place < 6 else "Else"), (pairing.second, "Far")):
            ProfileAnswer.objects.create(profile=ProfileFactory(membership=half), question=question, value=value)
    SignalFactory(pairing=pairing, about=pairing.second)

    page = report_seen_by(as_member, coordinator, f"?question={question.pk}")

    groups = page.context["groups"]
    # "Else" are two people; with them alone left over, "Here" would give them away.
    assert [(group.words, group.people, group.rate.number, round(group.rate.months)) for group in groups.shown] == [("Far", 8, 1, 48)]
    assert groups.hidden == 2


@pytest.mark.parametrize(("act", "field"), [("baseline-in-force", "in_force_at"), ("baseline-set-aside", "set_aside_at")])
def test_levels_that_are_offered_are_compared_and_decided_on(act, field, as_member):
    coordinator = MembershipFactory(coordinator=True)
    baseline = BaselineFactory(program=coordinator.program, offered=True)
    browser = as_member(coordinator)
    page = address("baseline", coordinator.program, baseline.pk)

    assert "New levels are offered" in report_seen_by(as_member, coordinator).text
    shown = browser.get(page)
    browser.post(address(act, coordinator.program, baseline.pk))

    assert "Of 100 topics, added by the mentee" in shown.text
    assert (round(shown.context["rows"][0].before.usual), round(shown.context["rows"][3].after.usual, 2)) == (48, 4.0)
    assert getattr(Baseline.objects.get(), field) == NOON
    assert "Put it in force" not in browser.get(page).text


def test_what_is_usual_by_design_is_typed_before_any_week_has_told(as_member):
    coordinator = MembershipFactory(coordinator=True)
    page = address("signals-shares", coordinator.program)

    wrong = as_member(coordinator).post(page, {"topics": "0", "decisions": "48", "scheduling": "48"}).text
    as_member(coordinator).post(page, {"topics": "4", "decisions": "48", "scheduling": "10"})

    assert "Enter a number from 1 to 99" in wrong
    baseline = Baseline.objects.get()
    assert [baseline.values["mean"][0][stream] for stream in range(3)] == [0.04, 0.48, 0.1]
    shown = as_member(coordinator).get(address("baseline", coordinator.program, baseline.pk)).text
    assert "typed on" in shown
    assert "learned from 0" not in shown.partition("</h1>")[2].partition("</p>")[0]


# --- quiet pairings, patterns, and what is measured ---


def test_a_quiet_pairing_is_looked_at_and_told(as_member):
    review = QuietReviewFactory()
    coordinator, program = review.pairing.coordinator, review.pairing.program
    browser = as_member(coordinator)
    assert address("quiet-review", program, review.pk) in browser.get(address("quiet-reviews", program)).text

    browser.post(address("quiet-review", program, review.pk), {"verdict": "missed"})

    assert report_seen_by(as_member, coordinator).context["report"].reviews.share_missed.number == 1
    assert "Nothing to look at now" in browser.get(address("quiet-reviews", program)).text


def test_a_pattern_is_shown_one_level_up_and_done_there(as_member):
    around = people_around(active=True, second__user__name="Jonas Weber")
    pattern = PatternFactory(about=around.other_half, pairings=[around.pairing])
    program = around.pairing.program
    deputy = MembershipFactory(program=program, deputy=True)
    page = address("patterns", program)

    assert as_member(around.coordinator).get(page).status_code == 404
    for person in (around.admin, deputy):
        assert "The same is seen in several pairings of Jonas Weber." in as_member(person).get(page).text
    as_member(deputy).post(address("pattern-done", program, pattern.pk))

    pattern.refresh_from_db()
    assert pattern.done_by == deputy
    assert "Looked at" in as_member(around.admin).get(page).text


def test_somebody_chooses_not_to_be_measured_and_nobody_else_is_told(as_member):
    around = people_around()
    program, page = around.pairing.program, address("measured", around.pairing.program)
    me, partner = as_member(around.half), as_member(around.other_half)
    before = partner.get(page).text
    assert "It counts. It never reads." in before

    shown = me.post(address("opt-out", program), follow=True).text

    assert "Your pairings are not measured." in shown
    assert OptOut.objects.now().get().membership == around.half
    assert "Don’t measure my pairings" in partner.get(page).text
    assert "Your choice" not in as_member(around.coordinator).get(page).text
    me.post(address("opt-in", program))
    assert not OptOut.objects.now().exists()


def test_the_pages_about_signals_cost_the_same_with_many(as_member, costs_the_same):
    coordinator = MembershipFactory(coordinator=True)
    program = coordinator.program
    signal = SignalFactory(pairing=PairingFactory(program=program, active=True))

    def grow(number=4):
        for pairing in PairingFactory.create_batch(number, program=program, active=True):
            AssessmentFactory(pairing=pairing)
            SignalFactory(pairing=pairing)
            QuietReviewFactory(pairing=pairing)
        for kind in ("answers", "topics", "from_start"):
            SignalFactory(pairing=signal.pairing, kind=kind, task=signal.task, week=LAST_WEEK - timedelta(weeks=number))

    grow(1)
    browser = as_member(coordinator)
    pages = (address("signals", program), page_of(signal), address("quiet-reviews", program))
    costs_the_same(lambda: [browser.get(page) for page in pages], grow=grow, at_most=60)
