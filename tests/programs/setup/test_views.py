import re
import uuid
from datetime import date

import pytest
from django.urls import reverse

from programs.memberships.models import Cohort, Holiday, Program
from programs.profiles.models import ProfileQuestion
from tests.factories.programs import CohortFactory, HolidayFactory, MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db

NEW = "/programs/new/"
NORTHSIDE = {"template": "first-year-buddies", "name": "Northside Student Mentoring", "time_zone": "Europe/London"}


@pytest.fixture
def priya():
    return UserFactory(may_create_programs=True)


@pytest.fixture
def coordinator():
    return MembershipFactory(coordinator=True)


@pytest.fixture
def admin(coordinator):
    return MembershipFactory(program=coordinator.program, admin=True)


@pytest.fixture
def question(coordinator):
    return asked_in(coordinator.program)


def asked_in(program, **changes) -> ProfileQuestion:
    return ProfileQuestion.objects.create(**{"program": program, "text": "Which course are you on?", "kind": "short_text"} | changes)


def to(name: str, member, *rest: int) -> str:
    return reverse(f"programs:{name}", args=[member.program.slug, *rest])


# --- a new program ---


def test_a_program_is_made_from_a_template(as_member, priya):
    answer = as_member(priya).post(NEW, NORTHSIDE)

    program = Program.objects.get()
    assert answer["Location"] == f"/p/{program.slug}/settings/"
    assert (program.name, program.slug) == ("Northside Student Mentoring", "northside-student-mentoring")
    assert program.profile_questions.count() == 8


def test_two_clicks_make_one_program(as_member, priya):
    browser = as_member(priya)
    [once] = re.findall(r'name="once" value="([\w-]+)"', browser.get(NEW).content.decode())

    answers = [browser.post(NEW, NORTHSIDE | {"once": once})["Location"] for _ in range(2)]

    assert Program.objects.count() == 1
    assert answers[0] == answers[1]


def test_to_others_the_page_is_not_there(as_member, client):
    assert as_member(UserFactory()).get(NEW).status_code == 404
    assert client.get(NEW)["Location"] == f"/accounts/login/?next={NEW}"


def test_the_next_page_asks_its_maker_for_a_second_step(as_member, priya):
    browser = as_member(priya)

    page = browser.post(NEW, NORTHSIDE, follow=True)

    assert page.redirect_chain[-1][0] == "/accounts/second-step/"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"name": ""}, "Enter a name."),
        ({"name": "x" * 121}, "Use at most 120 characters."),
        ({"name": "a\x00b"}, "Null characters are not allowed."),
        ({"template": ""}, "Choose what is most like it."),
        ({"time_zone": "Europe/Atlantis"}, "Choose a time zone from the list"),
        ({"slug": "no spaces"}, "Use letters without accents"),
        ({"slug": "taken"}, "Another program has this short name already"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(as_member, priya, wrong, said):
    MembershipFactory(program__slug="taken")

    answer = as_member(priya).post(NEW, NORTHSIDE | wrong)

    page = answer.content.decode()
    assert page.count(said) == 2  # beside the field, and in the summary with a link to it
    assert "<title>Error: " in page
    form = answer.context["form"]
    assert {name: form[name].value() for name in NORTHSIDE | wrong} == NORTHSIDE | wrong
    assert not Program.objects.exclude(slug="taken").exists()


# --- settings ---


def settings_of(member, **changes) -> dict[str, str]:
    program = member.program
    values = {
        "name": program.name,
        "purpose": program.purpose,
        "time_zone": program.time_zone,
        "mentor_word": program.mentor_word,
        "mentee_word": program.mentee_word,
        "help_contact": program.help_contact,
        "decisions_reopen_days": program.decisions_reopen_days,
        "begin_again_days": program.begin_again_days,
        "reset_again_days": program.reset_again_days,
        "nudge_after_days": program.nudge_after_days,
        "introduction_reminder_days": program.introduction_reminder_days,
        "introduction_open_days": program.introduction_open_days,
        "refresher_days": program.refresher_days,
        "agreement_review_weeks": program.agreement_review_weeks,
        "training_first": "on",
        "open_requests": program.open_requests,
    }
    if member.is_admin:
        values |= {"answers_read_by": "coordinators", "staff_need_second_factor": "on"}
    return values | changes


def test_a_coordinator_changes_the_settings(as_member, coordinator):
    as_member(coordinator).post(to("settings", coordinator), settings_of(coordinator, name="Riverside", mentor_word="buddy"))

    coordinator.program.refresh_from_db()
    assert (coordinator.program.name, coordinator.program.mentor_word) == ("Riverside", "buddy")
    assert coordinator.program.staff_need_second_factor


def test_the_page_holds_every_setting_that_it_saves(as_member, coordinator):
    answer = as_member(coordinator).get(to("settings", coordinator))

    assert [name for name in answer.context["form"].fields if f'name="{name}"' not in answer.text] == []


@pytest.mark.parametrize(
    ("setting", "least", "most"),
    [
        ("decisions_reopen_days", 1, 365),
        ("begin_again_days", 1, 365),
        ("reset_again_days", 1, 90),
        ("nudge_after_days", 7, 365),
        ("introduction_open_days", 2, 90),
        ("refresher_days", 30, 365),
        ("agreement_review_weeks", 1, 52),
        ("open_requests", 1, 10),
    ],
)
def test_a_coordinator_says_for_how_many_days(setting, least, most, as_member, coordinator):
    browser = as_member(coordinator)
    for wrong in (str(least - 1), str(most + 1), "two"):
        answer = browser.post(to("settings", coordinator), settings_of(coordinator, **{setting: wrong}))
        assert f"from {least} to {most}" in answer.text

    browser.post(to("settings", coordinator), settings_of(coordinator, **{setting: str(most)}, introduction_reminder_days="1"))

    coordinator.program.refresh_from_db()
    assert getattr(coordinator.program, setting) == most


@pytest.mark.parametrize(("reminded", "over"), [("14", "14"), ("20", "10")])
def test_a_reminder_comes_before_the_end(as_member, coordinator, reminded, over):
    wrong = {"introduction_reminder_days": reminded, "introduction_open_days": over}

    answer = as_member(coordinator).post(to("settings", coordinator), settings_of(coordinator, **wrong))

    assert "The reminder has to come before the introduction ends." in answer.text
    coordinator.program.refresh_from_db()
    assert (coordinator.program.introduction_reminder_days, coordinator.program.introduction_open_days) == (7, 14)


def test_a_coordinator_lets_people_ask_each_other_and_takes_it_back(as_member, coordinator):
    assert not coordinator.program.people_may_ask
    browser = as_member(coordinator)

    for ticked, may_ask in (({"people_may_ask": "on"}, True), ({}, False)):
        browser.post(to("settings", coordinator), settings_of(coordinator, **ticked))
        coordinator.program.refresh_from_db()
        assert coordinator.program.people_may_ask == may_ask


def test_a_coordinator_cannot_slip_in_what_is_for_admins(as_member, coordinator):
    as_member(coordinator).post(to("settings", coordinator), settings_of(coordinator, answers_read_by="admins"))

    coordinator.program.refresh_from_db()
    assert coordinator.program.answers_read_by == "coordinators"


def test_an_admin_says_who_reads_answers_and_is_told_what_that_cannot_do(as_member, admin):
    browser = as_member(admin)
    assert "cannot open what was already said" in browser.get(to("settings", admin)).content.decode()

    browser.post(to("settings", admin), settings_of(admin, answers_read_by="admins"))

    admin.program.refresh_from_db()
    assert admin.program.answers_read_by == "admins"


def test_a_wrong_setting_changes_nothing_and_keeps_what_was_typed(as_member, admin):
    page = as_member(admin).post(to("settings", admin), settings_of(admin, name="", purpose="Something new")).content.decode()

    assert "Enter a name." in page
    assert "Something new" in page
    assert f"<small>{admin.program.name}</small>" in page
    admin.program.refresh_from_db()
    assert admin.program.purpose == ""


# --- cohorts ---


def test_a_cohort_is_added(as_member, coordinator):
    as_member(coordinator).post(to("settings-cohorts", coordinator), {"name": "Autumn 2026", "starts_on": "2026-09-21", "ends_on": ""})

    assert Cohort.objects.get().name == "Autumn 2026"


def test_two_clicks_make_one_cohort(as_member, coordinator):
    form = {"name": "Autumn 2026", "starts_on": "2026-09-21", "ends_on": "2027-06-11", "once": str(uuid.uuid4())}
    browser = as_member(coordinator)

    for _ in range(2):
        assert browser.post(to("settings-cohorts", coordinator), form).status_code == 302

    assert Cohort.objects.count() == 1


def test_a_cohort_of_another_program_is_not_there(as_member, coordinator):
    stranger = CohortFactory()

    assert as_member(coordinator).get(to("settings-cohort", coordinator, stranger.pk)).status_code == 404


@pytest.mark.parametrize("wrong", [{"starts_on": "soon"}, {"starts_on": ""}, {"ends_on": "2026-01-01"}, {"name": ""}, {"name": "y" * 81}])
def test_a_cohort_that_cannot_be_is_said_to_be_so(as_member, coordinator, wrong):
    form = {"name": "Autumn 2026", "starts_on": "2026-09-21", "ends_on": ""} | wrong

    page = as_member(coordinator).post(to("settings-cohorts", coordinator), form)

    assert page.status_code == 200
    assert "<title>Error: " in page.content.decode()
    assert not Cohort.objects.exists()


# --- questions ---


ASKED = {"text": "What matters to you?", "help": "", "kind": "several", "asked_of": "both", "audience": "partner"}


def test_a_question_is_added_at_the_end(as_member, coordinator, question):
    as_member(coordinator).post(to("settings-question-add", coordinator), ASKED | {"choices": "Family\n\n Nature \r\nFaith"})

    added = ProfileQuestion.objects.latest("pk")
    assert (added.choices, added.position, added.is_required) == (["Family", "Nature", "Faith"], 1, False)


@pytest.mark.parametrize("choices", ["", "only one", "Family\nfamily", "\n".join(map(str, range(61))), "a\n" + "b" * 101])
def test_a_list_needs_answers_that_can_be_told_apart(as_member, coordinator, choices):
    page = as_member(coordinator).post(to("settings-question-add", coordinator), ASKED | {"choices": choices})

    assert page.status_code == 200
    assert not ProfileQuestion.objects.exists()


def test_a_changed_question_is_a_new_row_that_names_the_old_one(as_member, coordinator, question):
    page = as_member(coordinator).get(to("settings-question", coordinator, question.pk)).content.decode()
    assert "Which course are you on?" in page

    as_member(coordinator).post(
        to("settings-question", coordinator, question.pk), ASKED | {"kind": "short_text", "text": "Which course do you take?"}
    )

    question.refresh_from_db()
    assert (question.text, question.retired_at is None) == ("Which course are you on?", False)
    assert question.replaced_by.text == "Which course do you take?"


def test_a_question_is_taken_out_after_a_page_that_says_what_it_means(as_member, coordinator, question):
    browser = as_member(coordinator)
    retire = to("settings-question-retire", coordinator, question.pk)
    assert "Take out this question?" in browser.get(retire).content.decode()
    assert ProfileQuestion.objects.in_use().exists()

    browser.post(retire)

    assert not ProfileQuestion.objects.in_use().exists()
    assert browser.post(retire).status_code == 404


def test_questions_are_moved_one_place(as_member, coordinator, question):
    second = asked_in(coordinator.program, text="Which year?", position=1)
    browser = as_member(coordinator)

    browser.post(to("settings-question-move", coordinator, second.pk), {"up": "1"})
    assert list(ProfileQuestion.objects.in_use()) == [second, question]
    browser.post(to("settings-question-move", coordinator, second.pk), {"up": "1"})
    browser.post(to("settings-question-move", coordinator, second.pk), {"down": "1"})
    assert list(ProfileQuestion.objects.in_use()) == [question, second]


def test_the_questions_page_costs_the_same_for_one_and_for_thirty(as_member, coordinator, question, costs_the_same):
    browser = as_member(coordinator)

    def grow():
        for position in range(30):
            asked_in(coordinator.program, position=position + 1)

    costs_the_same(lambda: browser.get(to("settings-questions", coordinator)), grow=grow, at_most=8)


@pytest.mark.parametrize("name", ["settings-question", "settings-question-retire"])
def test_a_question_of_another_program_is_not_there(as_member, coordinator, name):
    stranger = asked_in(MembershipFactory().program)

    assert as_member(coordinator).get(to(name, coordinator, stranger.pk)).status_code == 404
    assert as_member(coordinator).post(to(name, coordinator, stranger.pk), ASKED).status_code == 404


def test_participants_see_no_settings(as_member, question):
    member = MembershipFactory(program=question.program)
    browser = as_member(member)

    for name in ("settings", "settings-cohorts", "settings-questions", "settings-question-add"):
        assert browser.get(to(name, member)).status_code == 404
    assert browser.post(to("settings-question-move", member, question.pk)).status_code == 404


# --- holidays ---

A_BREAK = {"name": "Winter break", "first_day": "2026-12-20", "last_day": "2027-01-03"}


def test_a_holiday_is_added_changed_and_taken_out(as_member, coordinator):
    browser = as_member(coordinator)
    added = browser.post(to("settings-holidays", coordinator), A_BREAK, follow=True)
    assert "20 December 2026 to 3 January 2027" in added.text

    holiday = Holiday.objects.get()
    browser.post(to("settings-holiday", coordinator, holiday.pk), A_BREAK | {"last_day": "2026-12-20"})
    holiday.refresh_from_db()
    assert (holiday.first_day, holiday.last_day) == (date(2026, 12, 20), date(2026, 12, 20))

    assert "Take out Winter break?" in browser.get(to("settings-holiday-remove", coordinator, holiday.pk)).text
    gone = browser.post(to("settings-holiday-remove", coordinator, holiday.pk), follow=True)
    assert "No holiday yet" in gone.text


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"name": ""}, "Enter a name."),
        ({"first_day": "soon"}, "Enter a date."),
        ({"last_day": "2026-12-19"}, "The last day cannot be before the first."),
        ({"last_day": "2028-12-19"}, "longer than a year"),
        ({"first_day": "2026-11-01", "last_day": "2026-11-02"}, "exactly these days already"),
    ],
)
def test_a_holiday_that_cannot_be_is_said_and_not_saved(wrong, said, as_member, coordinator):
    there = HolidayFactory(program=coordinator.program, first_day=date(2026, 11, 1), last_day=date(2026, 11, 2))

    answer = as_member(coordinator).post(to("settings-holidays", coordinator), A_BREAK | wrong)

    assert said in answer.text
    assert Holiday.objects.get() == there


def test_holidays_are_of_one_program_and_for_its_staff(as_member, coordinator):
    foreign = HolidayFactory()

    assert as_member(coordinator).get(to("settings-holiday", coordinator, foreign.pk)).status_code == 404
    assert as_member(MembershipFactory(program=coordinator.program)).get(to("settings-holidays", coordinator)).status_code == 404
