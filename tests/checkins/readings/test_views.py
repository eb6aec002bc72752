from datetime import timedelta

import pytest
from django.utils import timezone

from checkins.answers.models import Answer, CheckIn
from checkins.reminders.letters import CHECK_INS
from mentoring.kernel.audit.models import AuditEvent
from mentoring.kernel.outbox.models import OutboxMessage
from mentoring.kernel.wishes import services as wishes
from programs.memberships.models import Program
from tests.checkins.pages import address, many_pairs, people_around
from tests.factories.checkins import AnswerFactory, CheckInFactory, CheckInPlanFactory, QuestionFactory, question_of
from tests.factories.matching import PairingFactory
from tests.factories.programs import MembershipFactory

pytestmark = pytest.mark.django_db

NOW = timezone.now()
OPEN = {"opens_at": NOW - timedelta(days=1), "closes_at": NOW + timedelta(days=9), "due_on": (NOW - timedelta(days=1)).date()}
CLOSED = {
    "opens_at": NOW - timedelta(days=15),
    "closes_at": NOW - timedelta(days=5),
    "due_on": (NOW - timedelta(days=15)).date(),
    "closed_at": NOW - timedelta(days=5),
}


def answered(pairing, half, value, words=None, *, construct="comfort", rule=Program.AnswersReadBy.COORDINATORS, when=None):
    """The half has chosen `value` in the check-in of one day, or would rather not say."""
    when = when or OPEN
    check_in = CheckIn.objects.filter(pairing=pairing, membership=half, due_on=when["due_on"]).first()
    check_in = check_in or CheckInFactory(pairing=pairing, membership=half, read_by=rule, answered=True, **when)
    return AnswerFactory(check_in=check_in, question=question_of(check_in.plan, construct), value=value, words=words)


# --- the overview ---


def test_the_overview_says_who_has_answered_and_never_what(as_member):
    around = people_around()
    first = CheckInFactory(pairing=around.pairing, answered=True, **OPEN)
    AnswerFactory(check_in=first, question=question_of(first.plan), value=1, words="CANARY")
    CheckInFactory(pairing=around.pairing, membership=around.other_half, **OPEN)

    page = as_member(around.coordinator).get(address("checkins", around.pairing.program)).text

    assert around.half.user.full_name in page
    assert "Answered" in page
    assert "Not yet" in page
    assert "CANARY" not in page
    assert "Not at all" not in page


def test_it_shows_the_newest_round_of_each_pairing(as_member):
    around = people_around()
    CheckInFactory(pairing=around.pairing, **CLOSED)
    newest = CheckInFactory(pairing=around.pairing, answered=True, **OPEN)
    AnswerFactory(check_in=newest, question=question_of(newest.plan))

    rows = as_member(around.coordinator).get(address("checkins", around.pairing.program)).context["page"].items

    row = next(row for row in rows if row == around.pairing)
    assert (row.round_on, row.first_state, row.second_state) == (OPEN["due_on"], CheckIn.State.ANSWERED, None)


@pytest.mark.parametrize(
    ("asked", "found"), [("waiting", {"open"}), ("missed", {"missed"}), ("both", {"both"}), ("withheld", {"withheld"})]
)
def test_it_narrows_to_how_they_stand(asked, found, as_member):
    program = CheckInPlanFactory().program
    coordinator = MembershipFactory(coordinator=True, program=program)
    pairs = {name: PairingFactory(active=True, program=program) for name in ("open", "missed", "both", "withheld")}
    for half in ("first", "second"):
        CheckInFactory(pairing=pairs["open"], membership=getattr(pairs["open"], half), **OPEN)
        check_in = CheckInFactory(pairing=pairs["both"], membership=getattr(pairs["both"], half), answered=True, **OPEN)
        AnswerFactory(check_in=check_in, question=question_of(check_in.plan))
    CheckInFactory(pairing=pairs["missed"], **CLOSED)
    CheckInFactory(pairing=pairs["withheld"], answered=True, **OPEN)

    page = as_member(coordinator).get(address("checkins", program), {"state": asked}).context["page"]

    assert set(page.items) == {pairs[name] for name in found}


def test_the_list_can_be_taken_along(as_member):
    around = people_around()
    check_in = CheckInFactory(pairing=around.pairing, answered=True, **OPEN)
    AnswerFactory(check_in=check_in, question=question_of(check_in.plan))

    answer = as_member(around.coordinator).get(address("checkins-export", around.pairing.program))

    sheet = b"".join(answer.streaming_content).decode()
    assert around.half.user.full_name in sheet
    assert "Answered" in sheet
    assert "Not asked" in sheet


@pytest.mark.parametrize("name", ["today", "checkins", "checkins-export"])
def test_participants_and_strangers_find_no_page_for_staff(name, as_member):
    around = people_around()

    for person in (around.half, around.outsider, MembershipFactory(coordinator=True)):
        assert as_member(person).get(address(name, around.pairing.program)).status_code == 404


# --- where two see it differently ---


def test_the_overview_begins_with_where_two_lie_furthest_apart(as_member):
    around = people_around(active=True, first__user__called="Amara", second__user__called="Jonas")
    program = around.pairing.program
    nearer = PairingFactory(active=True, program=program, first__user__called="Leila", second__user__called="Omar")
    for pairing, one, two in [(nearer, 4, 2), (around.pairing, 5, 1)]:
        answered(pairing, pairing.first, one)
        answered(pairing, pairing.second, two)

    page = as_member(around.coordinator).get(address("checkins", program)).text

    assert "Comfort: <strong>4 steps apart</strong>: Amara “Fully”, Jonas “Not at all”" in " ".join(page.split())
    assert page.index("4 steps apart") < page.index("2 steps apart") < page.index("Whose caseload")


@pytest.mark.parametrize("other", [3, 5, None], ids=["one step", "one step up", "would rather not say"])
def test_what_lies_less_than_two_steps_apart_is_not_there(other, as_member):
    around = people_around()
    answered(around.pairing, around.half, 4)
    answered(around.pairing, around.other_half, other)

    assert "differently" not in as_member(around.coordinator).get(address("checkins", around.pairing.program)).text


def test_the_newest_round_that_both_have_answered_counts(as_member):
    around = people_around()
    for half, earlier, now in [(around.half, 5, 4), (around.other_half, 1, 4)]:
        answered(around.pairing, half, earlier, when=CLOSED)
        answered(around.pairing, half, now)

    assert "differently" not in as_member(around.coordinator).get(address("checkins", around.pairing.program)).text


@pytest.mark.parametrize("state", ["", "apart"])
def test_a_gap_in_what_admins_alone_read_is_told_to_no_coordinator(state, as_member):
    around = people_around()
    answered(around.pairing, around.half, 5)
    answered(around.pairing, around.other_half, 1, rule=Program.AnswersReadBy.ADMINS)
    page = address("checkins", around.pairing.program)

    for_coordinator, for_admin = (as_member(person).get(page, {"state": state}) for person in (around.coordinator, around.admin))

    assert "steps apart" not in for_coordinator.text
    assert around.pairing not in (for_coordinator.context["page"].items if state else [])
    assert ("steps apart" in for_admin.text) or around.pairing in for_admin.context["page"].items


def test_a_coordinator_sees_no_gap_in_a_pairing_of_their_own(as_member):
    around = people_around()
    around.half.is_coordinator = True
    around.half.save()
    answered(around.pairing, around.half, 5)
    answered(around.pairing, around.other_half, 1)

    assert "steps apart" not in as_member(around.half).get(address("checkins", around.pairing.program)).text


def test_that_gaps_were_read_is_written_down(as_member):
    around = people_around()
    browser, page = as_member(around.coordinator), address("checkins", around.pairing.program)
    browser.get(page)
    assert not AuditEvent.objects.filter(verb="answers.gaps_read").exists()

    answered(around.pairing, around.half, 5)
    answered(around.pairing, around.other_half, 1)
    browser.get(page)

    event = AuditEvent.objects.get(verb="answers.gaps_read")
    assert (event.actor_id, event.detail) == (around.coordinator.user_id, {"pairings": 1})


def test_that_no_gap_was_found_is_a_reading_as_well(as_member):
    around = people_around()

    as_member(around.coordinator).get(address("checkins", around.pairing.program), {"state": "apart", "q": "Nobody"})

    assert AuditEvent.objects.get(verb="answers.gaps_read").detail == {"pairings": 0}


# --- what two answered ---


def answers_page(around):
    return address("answers", around.pairing.program, around.pairing.pk)


def test_staff_read_answers_side_by_side_by_the_rule(as_member):
    around = people_around(active=True, first__user__called="Amara", second__user__called="Jonas")
    answered(around.pairing, around.half, 4, "WORDS of Amara")
    answered(around.pairing, around.other_half, 1, "WORDS of Jonas", rule=Program.AnswersReadBy.ADMINS)

    for_coordinator, for_admin = (as_member(person).get(answers_page(around)).text for person in (around.coordinator, around.admin))

    assert "WORDS of Amara" in for_coordinator
    assert "WORDS of Jonas" not in for_coordinator
    assert "Not at all" not in for_coordinator
    assert "Answered, for admins to read" in for_coordinator
    assert "3 steps apart" not in for_coordinator
    assert "WORDS of Jonas" in for_admin
    assert "3 steps apart" in for_admin


def test_that_it_was_read_is_written_down_before_it_is_shown(as_member, monkeypatch):
    around = people_around()
    answered(around.pairing, around.half, 4, "WORDS")
    browser = as_member(around.coordinator)

    browser.get(answers_page(around))

    event = AuditEvent.objects.get(verb="answers.read")
    assert (event.actor_id, event.object_id) == (around.coordinator.user_id, str(around.pairing.pk))

    def fail(**_named):
        raise RuntimeError("The trail is full.")

    monkeypatch.setattr("mentoring.kernel.audit.services.record", fail)
    browser.raise_request_exception = False
    assert "WORDS" not in browser.get(answers_page(around)).text


def test_how_each_stands_is_said_in_words(as_member):
    around = people_around()
    pairing = around.pairing
    weeks_ago = {weeks: NOW - timedelta(weeks=weeks) for weeks in (2, 4, 6)}
    times = {
        weeks: {"opens_at": at, "closes_at": at + timedelta(days=9), "due_on": at.date(), "closed_at": at + timedelta(days=9)}
        for weeks, at in weeks_ago.items()
    }
    CheckInFactory(pairing=pairing, **OPEN)
    CheckInFactory(pairing=pairing, **times[2])
    answered(pairing, around.half, None, when=times[4])
    CheckInFactory(pairing=pairing, called_off_at=times[6]["opens_at"], **times[6])
    answered(pairing, around.other_half, 3, when=times[6])

    series = as_member(around.coordinator).get(answers_page(around)).context["series"]

    comfort = next(one for one in series if one.heading == "Comfort")
    assert [row.first.in_words for row in comfort.rows] == ["Not yet", "Not answered", "Would rather not say", "Not asked"]


def test_it_shows_the_wording_that_was_asked(as_member):
    around = people_around()
    plan = CheckInPlanFactory(program=around.pairing.program)
    old = QuestionFactory(plan=plan, text="At ease with {name}?", retired_at=NOW - timedelta(days=10))
    new = QuestionFactory(plan=plan, text="Comfortable with {name}?", asked_since=NOW - timedelta(days=10), replaces=old)
    for question, when in ((old, CLOSED), (new, OPEN)):
        AnswerFactory(check_in=CheckInFactory(pairing=around.pairing, answered=True, **when), question=question)

    page = as_member(around.coordinator).get(answers_page(around)).text

    assert "Comfortable with …?" in page
    assert "At ease with …?" in page


def test_earlier_rounds_can_be_read_in_full(as_member):
    around = people_around()
    answered(around.pairing, around.half, 2, "EARLIER", when=CLOSED)
    answered(around.pairing, around.half, 5, "LATER")
    browser, page = as_member(around.coordinator), answers_page(around)

    assert "LATER" in browser.get(page).text
    assert "EARLIER" not in browser.get(page).text
    assert "EARLIER" in browser.get(f"{page}?round={CLOSED['due_on']}-scheduled").text
    assert "LATER" in browser.get(f"{page}?round=nonsense").text


@pytest.mark.parametrize(("closes_at", "stands"), [(OPEN["closes_at"], "Not yet"), (NOW, "Not answered")])
def test_beside_what_one_has_said_stands_that_the_other_has_not(closes_at, stands, as_member):
    around = people_around()
    answered(around.pairing, around.half, 4)
    CheckInFactory(pairing=around.pairing, membership=around.other_half, **{**OPEN, "closes_at": closes_at})

    (line,) = as_member(around.coordinator).get(answers_page(around)).context["lines"]

    assert (line.first.in_words, line.second.in_words) == ("Mostly", stands)


def test_what_was_said_after_a_meeting_and_at_the_end_can_be_read_as_well(as_member):
    around = people_around(closed=True)
    for trait in ("of_meeting", "closing"):
        check_in = CheckInFactory(pairing=around.pairing, answered=True, **{trait: True}, **OPEN)
        question = QuestionFactory(plan=check_in.plan, at_the_end=True)
        AnswerFactory(check_in=check_in, question=question, words=f"WORDS {trait}")

    browser = as_member(around.coordinator)

    assert "WORDS of_meeting" in browser.get(f"{answers_page(around)}?round={OPEN['due_on']}-meeting").text
    assert "WORDS closing" in browser.get(f"{answers_page(around)}?round={OPEN['due_on']}-closing").text


def test_before_anybody_has_answered_it_says_so(as_member):
    around = people_around()

    assert "Nobody has answered yet" in as_member(around.coordinator).get(answers_page(around)).text


def test_nobody_else_reads_what_two_answered(as_member):
    around = people_around()
    answered(around.pairing, around.half, 4, "WORDS")
    around.other_half.is_coordinator = around.other_half.is_admin = True
    around.other_half.save()

    for person in (around.half, around.other_half, around.neighbour, around.outsider, MembershipFactory(coordinator=True)):
        assert as_member(person).get(answers_page(around)).status_code == 404


def test_a_wider_rule_opens_nothing_that_was_said_before(as_member):
    around = people_around()
    program = around.pairing.program
    program.answers_read_by = Program.AnswersReadBy.ADMINS
    program.save()
    answered(around.pairing, around.half, 1, "BEFORE", rule=program.answers_read_by)
    days = (
        "decisions_reopen_days",
        "begin_again_days",
        "reset_again_days",
        "nudge_after_days",
        "introduction_reminder_days",
        "introduction_open_days",
        "refresher_days",
        "agreement_review_weeks",
        "open_requests",
    )
    kept = ("name", "purpose", "time_zone", "mentor_word", "mentee_word", "help_contact", *days)
    settings = {field: getattr(program, field) for field in kept}

    saved = as_member(around.admin).post(
        f"/p/{program.slug}/settings/", {**settings, "answers_read_by": "coordinators", "staff_need_second_factor": "on"}
    )

    program.refresh_from_db()
    assert (saved.status_code, program.answers_read_by) == (302, "coordinators")
    assert "BEFORE" not in as_member(around.coordinator).get(answers_page(around)).text
    assert "BEFORE" in as_member(around.admin).get(answers_page(around)).text


@pytest.mark.parametrize(
    ("rule", "told"), [("coordinators", "by the coordinators and admins of the program"), ("admins", "by the admins of the program")]
)
def test_everybody_is_told_who_reads(rule, told, as_member):
    around = people_around()
    Program.objects.filter(pk=around.pairing.program_id).update(answers_read_by=rule)

    pages = [(person, address("help", around.pairing.program)) for person in (around.half, around.neighbour, around.coordinator)]
    for person, page in [*pages, (around.half, address("my-answers", around.pairing.program, around.pairing.pk))]:
        shown = as_member(person).get(page).text
        assert told in shown
        assert "nobody gets to read more of what was already said" in shown


# --- over time ---


def test_the_response_of_a_program_is_shown_with_its_table(as_member):
    around = people_around()
    many_pairs(around.pairing.program, 6, around.coordinator)

    page = as_member(around.coordinator).get(address("checkins-over-time", around.pairing.program)).text

    assert "Every 2 weeks" in page
    assert "<svg" in page
    assert "The whole program" in page


def test_with_nothing_to_count_it_says_so(as_member):
    around = people_around()

    for asked in ({}, {"every": "month"}, {"whose": "mine"}, {"every": "nonsense"}):
        assert (
            "Nothing to count yet" in as_member(around.coordinator).get(address("checkins-over-time", around.pairing.program), asked).text
        )


# --- remind now ---


def test_a_coordinator_reminds_those_who_have_not_answered(as_member):
    around = people_around()
    CheckInFactory(pairing=around.pairing, **OPEN)
    CheckInFactory(pairing=around.pairing, membership=around.other_half, answered=True, **OPEN)

    answer = as_member(around.coordinator).post(address("pairing-remind", around.pairing.program, around.pairing.pk), follow=True)

    assert "A reminder goes to 1 person." in answer.text
    assert [message.recipient_id for message in OutboxMessage.objects.filter(kind="checkin-due")] == [around.half.user_id]
    again = as_member(around.coordinator).post(address("checkins-remind", around.pairing.program), follow=True)
    assert "1 person gets none now: they get one today already, or have chosen a later time." in again.text


def test_that_nobody_is_reminded_who_wants_no_reminders_is_said(as_member):
    around = people_around()
    CheckInFactory(pairing=around.pairing, **OPEN)
    wishes.choose(recipient=around.half.user, category=CHECK_INS.name, is_wanted=False, now=NOW)

    answer = as_member(around.coordinator).post(address("checkins-remind", around.pairing.program), follow=True)

    assert "1 person gets no reminders by mail" in answer.text
    assert "Nobody is waited for" not in answer.text


def test_a_caseload_is_reminded_alone(as_member):
    around = people_around()
    other = PairingFactory(active=True, program=around.pairing.program, coordinator=around.admin)
    for pairing in (around.pairing, other):
        CheckInFactory(pairing=pairing, **OPEN)

    as_member(around.coordinator).post(address("checkins-remind", around.pairing.program), {"whose": "mine"})

    assert [message.recipient_id for message in OutboxMessage.objects.filter(kind="checkin-due")] == [around.half.user_id]


def test_when_nobody_is_waited_for_it_says_so(as_member):
    around = people_around()

    assert (
        "Nobody is waited for" in as_member(around.coordinator).post(address("checkins-remind", around.pairing.program), follow=True).text
    )


def test_nobody_else_reminds(as_member):
    around = people_around()
    around.other_half.is_coordinator = True
    around.other_half.save()
    CheckInFactory(pairing=around.pairing, **OPEN)

    for person in (around.half, around.other_half, around.neighbour, around.outsider):
        assert as_member(person).post(address("pairing-remind", around.pairing.program, around.pairing.pk)).status_code == 404
    as_member(around.other_half).post(address("checkins-remind", around.pairing.program))
    assert not OutboxMessage.objects.filter(kind="checkin-due").exists()


# --- what they cost ---


def test_the_pages_cost_the_same_for_ten_pairings_and_for_hundreds(as_member, queries_of):
    around = people_around()
    program, coordinator = around.pairing.program, around.coordinator
    browser = as_member(coordinator)
    pages = [address("checkins", program), address("checkins-over-time", program), f"{address('checkins-over-time', program)}?whose=mine"]

    def grow(number):
        many_pairs(program, number, coordinator)
        for check_in in CheckIn.objects.filter(answered_at=None)[:9]:
            check_in.answered_at = NOW
            check_in.save()
        question = question_of(around.pairing.program.check_in_plan)
        there = CheckIn.objects.answered().filter(answers=None).select_related("pairing")
        values = [5 if one.membership_id == one.pairing.first_id else 1 for one in there]
        Answer.objects.bulk_create(
            AnswerFactory.build(check_in=one, question=question, value=value) for one, value in zip(there, values, strict=True)
        )

    grow(10)
    for page in pages:
        browser.get(page)
    few = {page: queries_of(lambda page=page: browser.get(page)) for page in pages}
    grow(290)

    assert {page: queries_of(lambda page=page: browser.get(page)) for page in pages} == few
    assert max(few.values()) <= 25


def test_what_two_answered_costs_the_same_with_many_rounds(as_member, costs_the_same):
    around = people_around()
    browser = as_member(around.coordinator)

    def grow(number=9):
        for _week in range(number):
            weeks = CheckIn.objects.count() + 2
            at = NOW - timedelta(weeks=weeks)
            when = {"due_on": at.date(), "opens_at": at, "closes_at": at + timedelta(days=7)}
            for half in around.pairing.halves:
                for construct in ("comfort", "voice", "words"):
                    answered(around.pairing, half, None if construct == "words" else 4, "Words", construct=construct, when=when)

    grow(1)
    costs_the_same(lambda: browser.get(answers_page(around)), grow=grow)
