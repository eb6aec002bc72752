import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from checkins.answers.models import CheckIn
from checkins.care.models import Task
from mentoring.kernel.outbox import services as outbox
from programs.memberships.models import Program
from programs.profiles.models import Profile, ProfileAnswer, ProfileQuestion
from programs.readiness import services as readiness
from tests.checkins.pages import address, many_pairs, people_around
from tests.factories.checkins import (
    AbsenceFactory,
    ActionItemFactory,
    AgendaItemFactory,
    AnswerFactory,
    CheckInFactory,
    DecisionFactory,
    MessageFactory,
    SessionFactory,
    SessionOptionFactory,
    SignalFactory,
    TaskFactory,
    plan_of,
    question_of,
)
from tests.factories.guidelines import AgreementFactory, CourseVersionFactory
from tests.factories.matching import JointAnswerFactory, PairingFactory, RoundFactory
from tests.factories.programs import MembershipFactory, ProgramFactory

pytestmark = pytest.mark.django_db

NOW = timezone.now()
OPEN = {"opens_at": NOW - timedelta(days=1), "closes_at": NOW + timedelta(days=9), "due_on": (NOW - timedelta(days=1)).date()}
CLOSED = {
    "opens_at": NOW - timedelta(days=15),
    "closes_at": NOW - timedelta(days=5),
    "due_on": (NOW - timedelta(days=15)).date(),
    "closed_at": NOW - timedelta(days=5),
}


# --- a participant's home ---


def test_what_waits_for_me_comes_first(as_member):
    around = people_around()
    check_in = CheckInFactory(pairing=around.pairing, **OPEN)
    question_of(check_in.plan)
    PairingFactory(program=around.pairing.program, first=around.half, second__user__name="Leila Haddad")

    page = as_member(around.half).get(address("home", around.pairing.program)).text

    assert "Two things are waiting for you." in page
    assert address("checkin", around.pairing.program, check_in.pk) in page
    assert "Would you like to meet Leila Haddad?" in page
    assert page.count('class="button"') == 1


def test_a_check_in_waits_until_every_question_has_been_come_to(as_member):
    around = people_around()
    check_in = CheckInFactory(pairing=around.pairing, answered=True, **OPEN)
    comfort, own_words = question_of(check_in.plan), question_of(check_in.plan, "words")
    browser, home = as_member(around.half), address("home", around.pairing.program)

    AnswerFactory(check_in=check_in, question=comfort)
    assert "Go on with the check-in" in browser.get(home).text

    AnswerFactory(check_in=check_in, question=own_words, value=None)
    page = browser.get(home).text
    assert "Your check-in is open" not in page
    assert "Nothing is waiting for you." in page


def test_what_is_asked_at_the_end_of_a_stand_in_waits_for_both_and_is_answered_like_any_other(as_member):
    stand_in = PairingFactory(stand_in=True, closed=True)
    question_of(plan_of(stand_in.program), "words")
    for half in stand_in.halves:
        check_in = CheckInFactory(closing=True, pairing=stand_in, membership=half, **OPEN)
        browser, home = as_member(half), address("home", stand_in.program)
        page = browser.get(home).text
        assert "One thing is waiting for you." in page
        assert "Looking back: a few last questions" in page

        browser.post(address("checkin", stand_in.program, check_in.pk), {"words": "It helped."})

        assert "Looking back" not in browser.get(home).text


def test_what_comes_before_a_first_pairing_is_not_looked_up_once_all_is_done(as_member, queries_of):
    me = MembershipFactory(ready=True)
    browser, home = as_member(me), address("home", me.program)
    when_ready = queries_of(lambda: browser.get(home))
    me.ready_at = None
    me.save()

    assert queries_of(lambda: browser.get(home)) == when_ready + 1


def test_my_pairings_are_in_the_order_in_which_they_began_and_those_that_have_not_come_last(as_member):
    me = MembershipFactory()
    days = {"Later": 2, "Sooner": 1, "Same": 2}
    PairingFactory(program=me.program, first=me, second__user__called="Waits", accepted=True, proposed_at=NOW - timedelta(days=99))
    for name, day in days.items():
        began = NOW - timedelta(days=30 - day)
        PairingFactory(program=me.program, first=me, second__user__called=name, active=True, proposed_at=began, activated_at=began)

    page = as_member(me).get(address("home", me.program)).text

    assert re.findall(r"You and (\w+)</a>", page) == ["Sooner", "Later", "Same", "Waits"]


def test_what_is_called_off_closed_or_the_other_halfs_does_not_wait(as_member):
    around = people_around()
    for changes in [CLOSED, {**OPEN, "called_off_at": NOW, "due_on": "2026-01-01"}, {**OPEN, "membership": around.other_half}]:
        question_of(CheckInFactory(pairing=around.pairing, **changes).plan)

    assert "Nothing is waiting" in as_member(around.half).get(address("home", around.pairing.program)).text


def test_the_next_session_is_there_by_my_clock(as_member):
    around = people_around(active=True, first__user__time_zone="Asia/Tokyo")
    at = (NOW + timedelta(days=3)).replace(hour=7, minute=0, second=0, microsecond=0)
    session = SessionFactory(pairing=around.pairing, planned=True, starts_at=at, minutes=45, where="Library café")

    page = as_member(around.half).get(address("home", around.pairing.program)).text

    assert "16:00 to 16:45" in page
    assert "Your time: Tokyo" in page
    assert "Library café" in page
    assert address("session-suggest", around.pairing.program, around.pairing.pk, session.pk) in page
    assert "Nothing is waiting for you." in page


def _times_to_pick(pairing):
    SessionOptionFactory(session=SessionFactory(pairing=pairing, proposed=True), starts_at=NOW + timedelta(days=2))


def _did_you_meet(pairing):
    SessionFactory(pairing=pairing, planned=True, starts_at=NOW - timedelta(days=1))


def _not_met(pairing):
    AbsenceFactory(session=SessionFactory(pairing=pairing, missed=True, closed_at=NOW), author=pairing.first)


def _try_that_has_ended(pairing):
    DecisionFactory(pairing=pairing, standing=True, try_until=(NOW - timedelta(days=1)).date(), text="Meet outside")


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (_times_to_pick, "suggests a time to meet."),
        (_did_you_meet, "Did you meet?"),
        (_not_met, "noted that you two did not meet on"),
        (lambda pairing: DecisionFactory(pairing=pairing, text="Every two weeks"), "Every two weeks"),
        (_try_that_has_ended, "Does it still fit?"),
        (lambda pairing: ActionItemFactory(pairing=pairing, asked=True, text="Bring the book"), "Bring the book"),
        (lambda pairing: MessageFactory(pairing=pairing), "A new message from"),
        (lambda pairing: RoundFactory(pairing=pairing, kind="ending", closes_at=NOW + timedelta(days=9)), "Your pairing ends on"),
        (lambda pairing: RoundFactory(pairing=pairing, kind="reset"), "A fresh start is asked for."),
        (lambda pairing: RoundFactory(pairing=pairing, kind="reset-afterwards"), "How is it between you two now?"),
        (lambda pairing: AgreementFactory(pairing=pairing, first_signed_at=NOW), "This waits for your signature."),
    ],
)
def test_each_thing_that_waits_in_a_pairing_is_said_and_counted(make, said, as_member):
    around = people_around(active=True)
    browser, home = as_member(around.other_half), address("home", around.pairing.program)
    assert said not in browser.get(home).text

    make(around.pairing)

    page = browser.get(home).text
    assert said in page
    assert "One thing is waiting for you." in page


@pytest.mark.parametrize(
    ("state", "said"),
    [("active", "Read and answer"), ("paused", "You can answer once it goes on."), ("closed", "Read the messages")],
)
def test_a_new_message_is_to_be_answered_only_where_it_can_be(state, said, as_member):
    around = people_around(**{state: True}, **({"ended_at": NOW} if state == "closed" else {}))
    MessageFactory(pairing=around.pairing)
    browser = as_member(around.other_half)

    pages = [browser.get(address("home", around.pairing.program)).text]
    if state != "closed":
        pages.append(browser.get(address("pairing", around.pairing.program, around.pairing.pk)).text)

    assert said in pages[0]
    for page in pages:
        assert ("Read and answer" in page) == (state == "active")
        assert ("Read the messages" in page) == (state != "active")


def test_what_waits_for_the_other_half_does_not_wait_for_me(as_member):
    around = people_around(active=True)
    _times_to_pick(around.pairing)
    _not_met(around.pairing)
    DecisionFactory(pairing=around.pairing)
    ActionItemFactory(pairing=around.pairing, asked=True)
    MessageFactory(pairing=around.pairing)
    JointAnswerFactory(round=RoundFactory(pairing=around.pairing))
    AgreementFactory(pairing=around.pairing, first_signed_at=NOW)

    page = as_member(around.half).get(address("home", around.pairing.program)).text

    assert "Nothing is waiting for you." in page
    assert "has not answered yet." in page


def test_after_an_ending_home_leads_to_what_can_come_next(as_member):
    around = people_around(closed=True, ended_at=NOW)

    page = as_member(around.half).get(address("home", around.pairing.program)).text

    assert reverse("matching:ended", args=[around.pairing.program.slug, around.pairing.pk]) in page
    assert "Nobody yet" not in page
    assert "Nothing is waiting for you." in page


def test_long_after_an_ending_home_leads_to_the_earlier_ones(as_member):
    around = people_around(closed=True, ended_at=NOW - timedelta(days=200))

    page = as_member(around.half).get(address("home", around.pairing.program)).text

    assert "No pairing of yours is open now." in page
    assert "Nobody yet" not in page


@pytest.mark.parametrize("written_to", [True, False])
def test_to_begin_again_waits_for_whoever_was_written_to_about_it(written_to, as_member):
    around = people_around(closed=True, ended_at=NOW)
    asked = RoundFactory(pairing=around.pairing, kind="begin-again", closes_at=NOW + timedelta(days=30))
    recipient = around.half if written_to else around.other_half
    outbox.owe(kind="pairing-ask-again", subject_id=asked.pk, recipient=recipient.user, program_id=around.pairing.program_id, now=NOW)

    page = as_member(around.half).get(address("home", around.pairing.program)).text

    assert ("Begin again, or not?" in page) is written_to
    assert ("One thing is waiting for you." in page) is written_to


def test_a_newcomer_is_told_the_steps_and_that_nobody_yet_is_fine(as_member):
    newcomer = MembershipFactory()
    readiness.require(membership=newcomer, key="profile", now=NOW)
    readiness.settle(membership=newcomer, key="profile", now=NOW)
    readiness.require(membership=newcomer, key="guidelines", now=NOW)

    page = as_member(newcomer).get(address("home", newcomer.program)).text

    assert "One thing is waiting for you." in page
    assert "Read the guidelines and agree to them" in page
    assert "Done" in page
    assert "Nobody yet, and that’s fine" in page


def test_somebody_who_has_done_everything_is_told_so(as_member):
    ready = MembershipFactory(ready=True)

    assert "You have done everything." in as_member(ready).get(address("home", ready.program)).text


def test_a_deputy_who_is_nothing_else_is_asked_nothing(as_member):
    deputy = MembershipFactory(deputy=True)

    page = as_member(deputy).get(address("home", deputy.program)).text

    assert "You are the deputy of this program." in page
    assert "Nobody yet" not in page


def test_who_only_runs_the_program_is_led_to_today(as_member):
    coordinator = MembershipFactory(coordinator=True)
    both = MembershipFactory(is_coordinator=True, program=coordinator.program)

    assert as_member(coordinator).get(address("home", coordinator.program)).url == address("today", coordinator.program)
    assert as_member(both).get(address("home", coordinator.program)).status_code == 200


def test_all_my_pairings_are_listed_also_those_that_ended(as_member):
    around = people_around()
    program = around.pairing.program
    PairingFactory(closed=True, program=program, first=around.half, second__user__called="Omar")
    PairingFactory(declined=True, program=program, first=around.half, second__user__called="Declan")
    PairingFactory(active=True, program=program, first__user__called="Zoe")

    page = as_member(around.half).get(address("mine", program)).text

    assert "You and Omar" in page
    assert f"You and {around.other_half.user.short_name}" in page
    assert "Declan" not in page
    assert "Zoe" not in page


def test_help_is_there_for_every_member_and_names_who_runs_the_program(as_member):
    around = people_around()
    program = around.pairing.program
    program.help_contact = "Call 01632 960 100 <b>now</b>"
    program.save()
    MembershipFactory(coordinator=True, program=program, user__name="Somebody Gone", left=True)

    for person in (around.half, around.coordinator, MembershipFactory(deputy=True, program=program)):
        page = as_member(person).get(address("help", program)).text
        assert "Call 01632 960 100 &lt;b&gt;now&lt;/b&gt;" in page
        assert around.coordinator.user.full_name in page
        assert around.admin.user.full_name in page
        assert "emergency number" in page
        assert "Leave this page now" in page
        assert "Somebody Gone" not in page


# --- one pairing ---


def test_the_two_see_their_page(as_member):
    around = people_around(active=True, reciprocal=True, second__user__called="Jonas")
    AgendaItemFactory(pairing=around.pairing, text="The poster")
    SessionFactory(pairing=around.pairing, next_time="Bring the data")

    page = as_member(around.half).get(address("pairing", around.pairing.program, around.pairing.pk)).text

    for words in (
        "You and Jonas",
        "You both mentor",
        "The poster",
        "Bring the data",
        "Next session",
        "Decisions",
        "Actions",
        "Goals",
        "Notes",
        "Messages",
        "Your balance",
    ):
        assert words in page


def test_before_it_begins_the_two_are_led_to_the_introduction(as_member):
    for state in ("proposed", "accepted", "declined"):
        pairing = PairingFactory(**{state: True})

        answer = as_member(pairing.first).get(address("pairing", pairing.program, pairing.pk))

        assert answer.url.endswith(f"/pairings/{pairing.pk}/proposal/")


@pytest.mark.parametrize(("state", "said"), [("paused", "This pairing is paused"), ("closed", "This pairing ended on")])
def test_when_it_has_stopped_the_page_is_for_reading(state, said, as_member):
    around = people_around(**{state: True})
    AgendaItemFactory(pairing=around.pairing, text="Left over")

    page = as_member(around.half).get(address("pairing", around.pairing.program, around.pairing.pk)).text

    assert said in page
    assert "Left over" in page
    assert "Add topic" not in page
    assert "Take back" not in page
    assert "Log a session" not in page


def test_staff_see_facts_and_never_a_word_of_the_two(as_member):
    around = people_around(active=True, first__user__called="Amara", second__user__called="Jonas")
    AgendaItemFactory(pairing=around.pairing, text="CANARY topic")
    SessionFactory(pairing=around.pairing, minutes=50, talked_about="CANARY note", next_time="CANARY next")
    page = address("pairing", around.pairing.program, around.pairing.pk)

    for person in (around.coordinator, around.admin):
        shown = as_member(person).get(page).text
        assert "Facts only" in shown
        assert "50 minutes" in shown
        assert "CANARY" not in shown


@pytest.mark.parametrize("page", ["pairing", "checkins"])
@pytest.mark.parametrize("is_fit", [True, False])
def test_staff_see_which_round_came_after_the_first_meeting(page, is_fit, as_member):
    around = people_around()
    CheckInFactory(pairing=around.pairing, after_first_meeting=is_fit, **OPEN)
    keys = [around.pairing.pk] if page == "pairing" else []

    text = as_member(around.coordinator).get(address(page, around.pairing.program, *keys)).text

    assert ("After the first meeting" in text) is is_fit


def test_that_somebody_would_rather_not_say_is_for_those_who_may_read(as_member):
    around = people_around()
    check_in = CheckInFactory(pairing=around.pairing, answered=True, read_by=Program.AnswersReadBy.ADMINS, **OPEN)
    AnswerFactory(check_in=check_in, question=question_of(check_in.plan), value=None)
    page = address("pairing", around.pairing.program, around.pairing.pk)

    assert "Would rather not say" not in as_member(around.coordinator).get(page).text
    assert "Would rather not say" in as_member(around.admin).get(page).text


def test_a_task_says_what_was_seen_why_and_what_to_do_for_both(as_member):
    around = people_around(active=True, first__user__called="Amara", second__user__called="Jonas")
    TaskFactory(pairing=around.pairing, contact_first="second")

    page = as_member(around.coordinator).get(address("pairing", around.pairing.program, around.pairing.pk)).text

    for words in ("What was seen", "Why it is here", "What you can do first", "Jonas first, then Amara", "Mark as done"):
        assert words in page


def test_the_facts_of_a_pairing_do_not_say_that_nothing_is_asked_while_something_is(as_member):
    around = people_around()
    browser, page = as_member(around.coordinator), address("pairing", around.pairing.program, around.pairing.pk)
    assert "on another occasion" not in browser.get(page).text

    for half in around.pairing.halves:
        CheckInFactory(pairing=around.pairing, membership=half, of_meeting=True, closes_at=timezone.now() + timedelta(days=1))

    shown = browser.get(page).text
    assert "No regular check-in yet" in shown
    assert "2 check-ins on another occasion are open and not answered yet." in shown


def test_the_facts_of_a_pairing_show_its_signals_open_and_past(as_member):
    pairing = PairingFactory(active=True)
    SignalFactory(pairing=pairing, kind="gap")
    SignalFactory(pairing=pairing, kind="topics", closed=True)

    page = as_member(pairing.coordinator).get(address("pairing", pairing.program, pairing.pk)).text

    assert "The two describe it more differently" in page
    assert "Topics come from one side" in page


def test_who_is_half_of_it_sees_the_page_of_the_two_whatever_role_they_have(as_member):
    around = people_around()
    around.other_half.is_coordinator = around.other_half.is_admin = True
    around.other_half.save()
    TaskFactory(pairing=around.pairing)

    page = as_member(around.other_half).get(address("pairing", around.pairing.program, around.pairing.pk)).text

    assert "Shared agenda" in page
    assert "What the two write to each other is theirs" not in page
    assert "What was seen" not in page


def test_about_the_other_half_shows_what_they_share_with_a_partner(as_member):
    around = people_around()
    profile = Profile.objects.create(membership=around.other_half, changed_at=NOW)
    for audience, value in [("members", "For everybody"), ("partner", "For you"), ("coordinators", "Not for you")]:
        question = ProfileQuestion.objects.create(program=around.pairing.program, text=audience, kind="short_text", audience=audience)
        ProfileAnswer.objects.create(profile=profile, question=question, value=value)

    page = as_member(around.half).get(address("pairing-about", around.pairing.program, around.pairing.pk)).text

    assert "For everybody" in page
    assert "For you" in page
    assert "Not for you" not in page


def test_where_the_clock_of_the_other_half_goes_is_said_as_people_say_it(as_member):
    around = people_around(active=True, second__user__time_zone="America/New_York")

    page = as_member(around.half).get(address("pairing-about", around.pairing.program, around.pairing.pk)).text

    assert "New York" in page
    assert "America/New_York" not in page


@pytest.mark.parametrize("name", ["pairing", "pairing-about"])
def test_neighbours_and_outsiders_find_nothing(name, as_member):
    around = people_around()
    page = address(name, around.pairing.program, around.pairing.pk)

    for person in (around.neighbour, around.outsider, MembershipFactory(deputy=True, program=around.pairing.program)):
        assert as_member(person).get(page).status_code == 404
    assert as_member(around.outsider).get(address(name, around.outsider.program, around.pairing.pk)).status_code == 404
    if name == "pairing-about":
        assert as_member(around.coordinator).get(page).status_code == 404


# --- the coordinator's morning ---


def test_today_says_who_needs_me_and_why(as_member):
    around = people_around(active=True, first__user__called="Amara", second__user__called="Jonas")
    TaskFactory(pairing=around.pairing)
    TaskFactory(pairing=around.pairing, about=around.other_half, unanswered=True)

    page = as_member(around.coordinator).get(address("today", around.pairing.program)).text

    assert "Two things need you today. The other pairing is fine." in page
    assert "Amara does not feel at ease in the pairing with Jonas" in page
    assert "Jonas has not answered two check-ins in a row" in page
    assert page.index("Amara does not feel") < page.index("Jonas has not answered")
    assert "chose the lowest of five answers" in page


def test_a_wish_for_a_call_has_the_rank_of_a_direct_answer(as_member):
    around = people_around(active=True, first__user__called="Amara", second__user__called="Jonas")
    TaskFactory(pairing=around.pairing, about=around.other_half, unanswered=True, due_at=NOW - timedelta(days=9))
    TaskFactory(pairing=around.pairing, kind=Task.Kind.PLEASE_CALL, due_at=NOW)
    TaskFactory(pairing=around.pairing, kind=Task.Kind.UNREACHABLE, due_at=NOW - timedelta(days=9))

    page = as_member(around.coordinator).get(address("today", around.pairing.program)).text

    assert "Three things need you today." in page
    assert page.index("Amara would like a call") < page.index("Jonas has not answered two")
    assert page.index("Amara would like a call") < page.index("Mail does not reach Amara")


def test_today_names_the_reminders_that_a_silence_came_after(as_member):
    around = people_around()
    check_in = CheckInFactory(pairing=around.pairing, **CLOSED)
    outbox.owe(kind="checkin-due", subject_id=check_in.pk, recipient=around.half.user, program_id=around.pairing.program_id, now=NOW)
    outbox.record_as_sent(program_id=around.pairing.program_id, now=NOW)
    TaskFactory(pairing=around.pairing, unanswered=True, seen_on=check_in.due_on)
    browser = as_member(around.coordinator)

    for page in (address("today", around.pairing.program), address("pairing", around.pairing.program, around.pairing.pk)):
        assert "Reminders went on" in browser.get(page).text


def test_today_narrows_to_a_kind_and_to_those_one_looks_after(as_member):
    around = people_around(active=True, first__user__called="Amara")
    program = around.pairing.program
    other = PairingFactory(active=True, program=program, coordinator=around.admin, first__user__called="Zoe")
    TaskFactory(pairing=around.pairing)
    TaskFactory(pairing=other, unanswered=True)
    browser, page = as_member(around.coordinator), address("today", program)

    assert "Zoe" not in browser.get(f"{page}?kind=direct").text
    assert "Amara does not" not in browser.get(f"{page}?kind=unanswered").text
    mine = browser.get(f"{page}?whose=mine").text
    assert "One thing needs you today." in mine
    assert "Zoe" not in mine


def test_with_nothing_to_do_it_says_so(as_member):
    around = people_around()
    CheckInFactory(pairing=around.pairing, opens_at=NOW + timedelta(days=1), closes_at=NOW + timedelta(days=9))

    page = as_member(around.coordinator).get(address("today", around.pairing.program)).text

    assert page.count("Nobody needs you today") == 2
    assert "None of the 2 active pairings" in page
    assert "The next check-ins open on" in page


def test_before_the_first_pairing_it_says_how_to_begin(as_member):
    coordinator = MembershipFactory(coordinator=True, program=ProgramFactory())

    assert "Introduce two people" in as_member(coordinator).get(address("today", coordinator.program)).text


def test_the_figures_count_what_is_there(as_member):
    around = people_around()
    program = around.pairing.program
    SessionFactory(pairing=around.pairing, starts_at=NOW - timedelta(days=20))
    SessionFactory(starts_at=NOW)
    CheckInFactory(pairing=around.pairing, answered=True, **OPEN)
    CheckInFactory(pairing=around.pairing, membership=around.other_half, **OPEN)
    waiting = MembershipFactory(program=program, ready=True)
    Profile.objects.create(membership=waiting, seeks_mentoring=True, changed_at=NOW)

    context = as_member(around.coordinator).get(address("today", program)).context

    figures = context["figures"]
    assert (figures.active, figures.met_lately, figures.met_share) == (2, 1, 50)
    assert (figures.answered, figures.answered_last_round) == (50, None)
    assert (figures.waiting, figures.waiting_to_learn, figures.waiting_to_mentor) == (1, 1, 0)
    assert (context["round"].asked, context["round"].answered) == (2, 1)
    assert [check_in.membership for check_in in context["round"].not_yet] == [around.other_half]


def test_not_even_a_count_tells_a_coordinator_of_their_own_partner(as_member):
    around = people_around()
    around.half.is_coordinator = True
    around.half.save()
    browser, page = as_member(around.half), address("today", around.pairing.program)
    before = browser.get(page).context

    CheckInFactory(pairing=around.pairing, membership=around.other_half, answered=True, **OPEN)
    TaskFactory(pairing=around.pairing, about=around.other_half)
    after = browser.get(page).context

    assert after["figures"] == before["figures"]
    assert after["round"] == before["round"]
    assert after["total"] == before["total"] == 0
    assert around.other_half.user.full_name not in browser.get(address("checkins", around.pairing.program)).text


def test_participants_and_strangers_find_no_page_for_staff(as_member):
    around = people_around()

    for person in (around.half, around.outsider, MembershipFactory(coordinator=True)):
        assert as_member(person).get(address("today", around.pairing.program)).status_code == 404


def test_before_they_first_meet_the_two_are_shown_what_the_program_has_for_them(as_member):
    around = people_around()
    kit = CourseVersionFactory(course__program=around.pairing.program, audience="pair", title="First-meeting kit")
    browser, page = as_member(around.half), address("pairing", around.pairing.program, around.pairing.pk)
    assert reverse("guidelines:course", args=[around.pairing.program.slug, kit.course_id]) in browser.get(page).text

    SessionFactory(pairing=around.pairing)

    assert "First-meeting kit" not in browser.get(page).text


# --- what they cost ---


def test_the_pages_for_staff_cost_the_same_for_ten_and_for_a_thousand(as_member, costs_the_same, noon, time_machine):
    time_machine.move_to(noon, tick=False)
    around = people_around()
    program, coordinator = around.pairing.program, around.coordinator
    many_pairs(program, 10, coordinator)
    browser = as_member(coordinator)
    of_today = [address("today", program), address("checkins", program)]
    before = {page: costs_the_same(lambda page=page: browser.get(page), grow=lambda: None) for page in of_today}

    many_pairs(program, 990, coordinator)

    for page in of_today:
        assert costs_the_same(lambda page=page: browser.get(page), grow=lambda: None) == before[page]


def test_the_pages_of_a_participant_cost_the_same_with_much_around_them(as_member, costs_the_same):
    around = people_around()
    program = around.pairing.program

    def grow(number=9):
        AgendaItemFactory.create_batch(number, pairing=around.pairing, author=around.other_half)
        SessionFactory.create_batch(number, pairing=around.pairing)
        for pairing in PairingFactory.create_batch(number, active=True, program=program, first=around.half):
            question_of(CheckInFactory(pairing=pairing, **OPEN).plan)

    grow(1)
    browser = as_member(around.half)
    for page in (address("home", program), address("mine", program), address("pairing", program, around.pairing.pk)):
        costs_the_same(lambda page=page: browser.get(page), grow=grow)


def test_home_costs_the_same_for_one_pairing_and_for_many_in_which_everything_waits(as_member, costs_the_same):
    around = people_around()
    program = around.pairing.program

    def grow(number=9):
        for pairing in PairingFactory.create_batch(number, active=True, program=program, second=around.half):
            for make in (_times_to_pick, _did_you_meet, _not_met, _try_that_has_ended):
                make(pairing)
            DecisionFactory(pairing=pairing)
            ActionItemFactory(pairing=pairing, asked=True)
            MessageFactory(pairing=pairing)
            RoundFactory(pairing=pairing)
            AgreementFactory(pairing=pairing, first_signed_at=NOW)
            RoundFactory(pairing=pairing, kind="ending", closes_at=NOW + timedelta(days=9))
        PairingFactory.create_batch(number, closed=True, ended_at=NOW, program=program, first=around.half)

    grow(1)
    browser = as_member(around.half)
    costs_the_same(lambda: browser.get(address("home", program)), grow=grow)


def test_the_facts_of_a_pairing_cost_the_same_with_many_rounds(as_member, costs_the_same):
    around = people_around()
    browser = as_member(around.coordinator)

    def grow(number=9):
        for _week in range(number):
            weeks = CheckIn.objects.count() + 2
            for half in around.pairing.halves:
                check_in = CheckInFactory(
                    pairing=around.pairing,
                    membership=half,
                    answered=True,
                    due_on=(NOW - timedelta(weeks=weeks)).date(),
                    opens_at=NOW - timedelta(weeks=weeks),
                    closes_at=NOW - timedelta(weeks=weeks - 1),
                )
                for construct in ("comfort", "voice", "words"):
                    AnswerFactory(check_in=check_in, question=question_of(check_in.plan, construct), words="Words")
        Task.objects.all().delete()
        TaskFactory(pairing=around.pairing)
        TaskFactory(pairing=around.pairing, unanswered=True)

    grow(1)
    costs_the_same(lambda: browser.get(address("pairing", around.pairing.program, around.pairing.pk)), grow=grow)
