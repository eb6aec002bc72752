import re
import uuid
from dataclasses import replace

import pytest
from django.urls import reverse

from guidelines.versions import services
from guidelines.versions.models import Acknowledgement, Reading
from tests.factories.guidelines import TIME, AcknowledgementFactory, GuidelineVersionFactory, topic
from tests.factories.programs import MembershipFactory, ProgramFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def version(db):
    return GuidelineVersionFactory(number=1)


@pytest.fixture
def program(version):
    return version.program


@pytest.fixture
def participant(program):
    return MembershipFactory(program=program)


def page(name, program, *more):
    return reverse(f"guidelines:{name}", args=[program.slug, *more])


def words(response):
    return " ".join(response.content.decode().split())


def form(**fields):
    return {"once": str(uuid.uuid4()), **fields}


def read_all(version, who, noon):
    services.read_topics(version=version, keys=[topic.key for topic in version.all_topics], by=who, now=noon)


def publish(version, noon, rule="Two days before."):
    by, program = version.written_by, version.program
    draft = services.save_topic(program=program, by=by, topic=replace(TIME, rule=rule), before=TIME.digest, now=noon)
    return services.publish(program=program, by=by, summary="Two days, no longer one.", revision=draft.revision, now=noon)


# --- topic by topic ---


def test_everybody_in_the_program_reads_them(as_member, program, participant, version):
    for somebody in (participant, version.written_by):
        browser = as_member(somebody)
        assert "1. Time" in words(browser.get(page("read", program)))
        assert "No loans." in words(browser.get(page("topic", program, "money")))
        assert "The other knows." in words(browser.get(page("whole", program)))


def test_those_outside_find_nothing(as_member, program):
    outsider = as_member(MembershipFactory())

    for name in ("read", "whole"):
        assert outsider.get(page(name, program)).status_code == 404
    for name in ("acknowledge", "take-back"):
        assert outsider.post(page(name, program), form()).status_code == 404
    assert outsider.get(page("topic", program, "time")).status_code == 404


def test_a_draft_is_not_what_people_read(as_member, program, participant):
    GuidelineVersionFactory(program=program, number=2, draft=True, written=(topic("not-yet"),))
    browser = as_member(participant)

    assert "Not-yet" not in words(browser.get(page("read", program)))
    assert browser.get(page("topic", program, "not-yet")).status_code == 404


def test_reading_leads_from_topic_to_topic_and_then_to_the_question(as_member, program, participant, version):
    browser = as_member(participant)
    assert "Read: Time" in words(browser.get(page("read", program)))
    first = words(browser.get(page("topic", program, "time")))
    assert "The other waits." not in first
    assert "checked" not in first

    answered = browser.post(page("answer", program, "time"), form(version=version.pk, answer="2"), follow=True)
    assert "Next: Money" in words(answered)
    response = browser.post(page("answer", program, "money"), form(version=version.pk), follow=True)

    assert "Do you agree?" in words(response)


@pytest.mark.parametrize(("answer", "reasoning"), [("1", "The other waits."), ("2", "The other knows.")])
def test_any_answer_opens_the_reasoning_and_counts_alike(as_member, program, participant, version, answer, reasoning):
    browser = as_member(participant)

    response = browser.post(page("answer", program, "time"), form(version=version.pk, answer=answer), follow=True)

    assert reasoning in words(response).partition("Where the other answers lead")[0]
    assert list(Reading.objects.get().topics) == ["time"]
    page_itself = words(response).partition("<main")[2].partition("</main>")[0]
    assert page_itself
    assert not re.search(r"wrong|mistake|failed", page_itself, re.IGNORECASE)


def test_what_somebody_picked_is_kept_nowhere(as_member, program, version):
    one, other = MembershipFactory.create_batch(2, program=program)
    for who, answer in ((one, "1"), (other, "2")):
        as_member(who).post(page("answer", program, "time"), form(version=version.pk, answer=answer))

    kept = Reading.objects.values_list("topics", flat=True)

    assert kept[0] == kept[1]


@pytest.mark.parametrize("answer", ["", "0", "3", "x"])
def test_an_answer_that_cannot_be_meant_changes_nothing(as_member, program, participant, version, answer):
    response = as_member(participant).post(page("answer", program, "time"), form(version=version.pk, answer=answer))

    assert response.status_code == 200
    assert not Reading.objects.exists()


@pytest.mark.parametrize("picked", ["0", "x", "9" * 30])
def test_an_address_that_cannot_be_meant_opens_no_answer(as_member, program, participant, picked):
    assert "You picked" not in words(as_member(participant).get(f"{page('topic', program, 'time')}?picked={picked}"))


def test_who_only_runs_the_program_reads_and_answers_nothing(as_member, program, version):
    browser = as_member(version.written_by)

    assert "What would you do?" not in words(browser.get(page("topic", program, "time")))
    assert browser.post(page("answer", program, "time"), form(version=version.pk, answer="1")).status_code == 404


# --- agreeing ---


def test_nothing_is_ticked_in_advance(as_member, program, participant, version, noon):
    read_all(version, participant, noon)
    box = re.search(r'<input type="checkbox"[^>]*name="read"[^>]*>', words(as_member(participant).get(page("read", program))))

    assert box
    assert "checked" not in box[0]


def test_agreeing_is_kept_and_said_and_can_be_taken_back(as_member, program, participant, version, noon):
    read_all(version, participant, noon)
    browser = as_member(participant)

    response = browser.post(page("acknowledge", program), form(version=version.pk, read="on"), follow=True)
    assert "You agreed to version 1" in words(response)
    assert 'name="read"' not in words(response)

    taken_back = words(browser.post(page("take-back", program), form(), follow=True))
    assert "You took your agreement back on" in taken_back
    assert "Do you agree?" in taken_back
    assert Acknowledgement.objects.get().withdrawn_at is not None


def test_agreeing_is_asked_of_participants_alone(as_member, program, version):
    browser = as_member(version.written_by)

    assert "Agree to the guidelines" not in words(browser.get(page("read", program)))
    assert browser.post(page("acknowledge", program), form(version=version.pk, read="on")).status_code == 404


def test_agreeing_without_having_read_says_what_is_missing(as_member, program, participant, version):
    response = as_member(participant).post(page("acknowledge", program), form(version=version.pk, read="on"))

    assert "Read: Time" in words(response)
    assert not Acknowledgement.objects.exists()


def test_agreeing_without_the_tick_says_what_is_missing(as_member, program, participant, version, noon):
    read_all(version, participant, noon)

    response = as_member(participant).post(page("acknowledge", program), form(version=version.pk))

    assert "Tick the box" in words(response)
    assert "<title>Error: " in words(response)
    assert not Acknowledgement.objects.exists()


@pytest.mark.parametrize("nonsense", ["", "x", "999999", "99999999999999999999"])
def test_a_version_that_cannot_be_meant_changes_nothing_wrong(as_member, program, participant, version, noon, nonsense):
    read_all(version, participant, noon)

    response = as_member(participant).post(page("acknowledge", program), form(version=nonsense, read="on"))

    assert response.status_code in (200, 302)
    assert set(Acknowledgement.objects.values_list("version", flat=True)) <= {version.pk}


# --- a new version ---


def test_what_changed_while_somebody_read_is_shown_and_nothing_is_recorded(as_member, program, participant, version, noon):
    read_all(version, participant, noon)
    browser = as_member(participant)
    publish(version, noon)

    for response in (
        browser.post(page("acknowledge", program), form(version=version.pk, read="on")),
        browser.post(page("answer", program, "time"), form(version=version.pk, answer="2")),
    ):
        assert response.status_code == 409
        assert "The guidelines changed while you were reading" in words(response)
        assert "Two days, no longer one." in words(response)
        assert "Time: changed" in words(response)
    assert not Acknowledgement.objects.exists()


def test_who_agreed_before_is_asked_only_what_changed_with_the_difference(as_member, program, participant, version, noon):
    AcknowledgementFactory(version=version, membership=participant)
    newer = publish(version, noon)
    browser = as_member(participant)

    overview = words(browser.get(page("read", program)))
    assert "New since you last agreed:" in overview
    assert "One topic is left" in overview
    shown = words(browser.get(page("topic", program, "time")))
    assert re.search(r"<del>.*?Tell each other a day.*?</del>", shown)
    assert re.search(r"<ins>.*?Two days.*?</ins>", shown)

    browser.post(page("answer", program, "time"), form(version=newer.pk, answer="1"))
    assert "Do you agree?" in words(browser.get(page("read", program)))


def test_a_program_without_guidelines_says_so(as_member):
    somebody = MembershipFactory(program=ProgramFactory())

    assert "No guidelines yet" in words(as_member(somebody).get(page("read", somebody.program)))


def test_reading_costs_the_same_for_few_topics_and_for_many(as_member, participant, program, version, costs_the_same):
    browser = as_member(participant)

    def grow():
        GuidelineVersionFactory(program=program, number=2, written=tuple(topic(f"t{number}") for number in range(40)))

    costs_the_same(lambda: browser.get(page("read", program)), grow=grow, at_most=10)
