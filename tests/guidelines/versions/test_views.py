import csv
import re
import uuid
from datetime import timedelta

import pytest
from django.urls import reverse

from guidelines.versions import services
from guidelines.versions.models import Acknowledgement, GuidelineVersion
from mentoring.kernel.outbox.models import OutboxMessage
from tests.factories.guidelines import AcknowledgementFactory, GuidelineVersionFactory
from tests.factories.programs import MembershipFactory, ProgramFactory

pytestmark = pytest.mark.django_db

PAGES_OF_STAFF = ["edit", "acknowledged", "acknowledged-export"]


@pytest.fixture
def version(db):
    return GuidelineVersionFactory(number=1, text="# Time\n\nA day before.\n\n# Money\n\nNo loans.\n")


@pytest.fixture
def program(version):
    return version.program


@pytest.fixture
def coordinator(version):
    return version.written_by


@pytest.fixture
def participant(program):
    return MembershipFactory(program=program)


def page(name, program):
    return reverse(f"guidelines:{name}", args=[program.slug])


def words(response):
    return " ".join(response.content.decode().split())


def form(**fields):
    return {"once": str(uuid.uuid4()), **fields}


def publish(version, noon, text="# Time\n\nTwo days before.\n\n# Touch\n\nAsk.\n"):
    program, by = version.program, version.written_by
    draft = services.save_draft(program=program, by=by, text=text, revision=0, now=noon)
    return services.publish(program=program, by=by, summary="Two days, no longer one.", revision=draft.revision, now=noon)


# --- reading and agreeing ---


def test_everybody_in_the_program_reads_them_topic_by_topic(as_member, program, coordinator, participant):
    for somebody in (participant, coordinator):
        shown = words(as_member(somebody).get(page("read", program)))

        assert '<h2 id="topic-1">Time</h2>' in shown
        assert 'href="#topic-2"' in shown
        assert "Version 1" in shown


def test_a_draft_is_not_what_people_read(as_member, program, participant):
    GuidelineVersionFactory(program=program, number=2, draft=True, text="# Not yet\n")

    assert "Not yet" not in words(as_member(participant).get(page("read", program)))


def test_those_outside_find_nothing(as_member, program):
    outsider = as_member(MembershipFactory())

    for name in ("read", *PAGES_OF_STAFF):
        assert outsider.get(page(name, program)).status_code == 404
    for name in ("acknowledge", "publish", "remind", "edit"):
        assert outsider.post(page(name, program), form()).status_code == 404


def test_participants_find_none_of_the_pages_of_staff(as_member, program, participant):
    browser = as_member(participant)

    for name in PAGES_OF_STAFF:
        assert browser.get(page(name, program)).status_code == 404
    for name in ("edit", "publish", "remind"):
        assert browser.post(page(name, program), form()).status_code == 404


def test_agreeing_is_asked_of_participants_alone(as_member, program, coordinator, version):
    browser = as_member(coordinator)

    assert "Agree to the guidelines" not in words(browser.get(page("read", program)))
    assert browser.post(page("acknowledge", program), form(version=version.pk, read="on")).status_code == 404


def test_nothing_is_ticked_in_advance(as_member, program, participant):
    box = re.search(r'<input type="checkbox"[^>]*name="read"[^>]*>', words(as_member(participant).get(page("read", program))))

    assert box
    assert "checked" not in box[0]


def test_agreeing_is_kept_and_said(as_member, program, participant, version):
    browser = as_member(participant)

    response = browser.post(page("acknowledge", program), form(version=version.pk, read="on"), follow=True)

    assert Acknowledgement.objects.get().membership == participant
    assert "You agreed to version 1" in words(response)
    assert 'name="read"' not in words(response)


def test_agreeing_without_the_tick_says_what_is_missing(as_member, program, participant, version):
    response = as_member(participant).post(page("acknowledge", program), form(version=version.pk))

    assert response.status_code == 200
    assert "Tick the box" in words(response)
    assert "<title>Error: " in words(response)
    assert not Acknowledgement.objects.exists()


@pytest.mark.parametrize("nonsense", ["", "x", "999999", "0x1", "1e9", "-1", "99999999999999999999"])
def test_a_version_that_cannot_be_meant_changes_nothing_wrong(as_member, program, participant, version, nonsense):
    response = as_member(participant).post(page("acknowledge", program), form(version=nonsense, read="on"))

    assert response.status_code in (200, 302)
    assert set(Acknowledgement.objects.values_list("version", flat=True)) <= {version.pk}


def test_what_changed_while_somebody_read_is_shown_and_nothing_is_recorded(as_member, program, participant, version, noon):
    browser = as_member(participant)
    browser.get(page("read", program))
    publish(version, noon)

    response = browser.post(page("acknowledge", program), form(version=version.pk, read="on"))

    assert response.status_code == 409
    shown = words(response)
    assert "The guidelines changed while you were reading" in shown
    assert "Two days, no longer one." in shown
    assert "Time: changed" in shown
    assert "Touch: new" in shown
    assert "Money: taken out" in shown
    assert not Acknowledgement.objects.exists()


def test_who_agreed_before_is_shown_what_is_different(as_member, program, participant, version, noon):
    AcknowledgementFactory(version=version, membership=participant)
    publish(version, noon)

    shown = words(as_member(participant).get(page("read", program)))

    assert "New since you last agreed:" in shown
    assert '<a href="#topic-2">Touch</a>: new' in shown
    assert "Agree to the guidelines" in shown


def test_a_program_without_guidelines_says_so(as_member):
    somebody = MembershipFactory(program=ProgramFactory())

    assert "No guidelines yet" in words(as_member(somebody).get(page("read", somebody.program)))


def test_reading_costs_the_same_for_few_topics_and_for_many(as_member, program, participant, version, noon, costs_the_same):
    browser = as_member(participant)
    long = "".join(f"# Topic {number}\n\nBe kind.\n\n" for number in range(40))

    costs_the_same(lambda: browser.get(page("read", program)), grow=lambda: publish(version, noon, text=long), at_most=10)


# --- writing and publishing ---


def test_a_draft_is_saved_and_kept_from_participants(as_member, program, coordinator, version):
    browser = as_member(coordinator)

    response = browser.post(page("edit", program), form(text="# Time\r\n\r\nTwo days.\r\n", revision="0"), follow=True)

    draft = GuidelineVersion.objects.draft().get()
    assert (draft.text, draft.number) == ("# Time\n\nTwo days.\n", 2)
    assert "The draft is saved" in words(response)
    assert "Publish version 2" in words(response)
    assert "Money: taken out" in words(response)


def test_how_it_reads_is_shown_without_saving(as_member, program, coordinator):
    attack = "# Time\n\n<script>alert(1)</script> [x](javascript:alert(2))\n"

    response = as_member(coordinator).post(page("edit", program), form(text=attack, revision="0", preview="1"))

    assert "How it reads" in words(response)
    assert "<script>alert" not in words(response)
    assert 'href="javascript' not in words(response)
    assert not GuidelineVersion.objects.draft().exists()


@pytest.mark.parametrize("typed", ["", "   \n ", "x" * 60_001, "nul\x00"])
def test_what_cannot_be_kept_is_said_beside_the_text(as_member, program, coordinator, typed):
    response = as_member(coordinator).post(page("edit", program), form(text=typed, revision="0"))

    assert response.status_code == 200
    assert "<title>Error: " in words(response)
    assert not GuidelineVersion.objects.draft().exists()


def test_two_who_write_at_once_see_both_texts(as_member, program, coordinator, noon):
    other = MembershipFactory(program=program, coordinator=True, user__name="Ana Costa")
    services.save_draft(program=program, by=other, text="# Theirs\n", revision=0, now=noon)
    browser = as_member(coordinator)

    response = browser.post(page("edit", program), form(text="# Mine", revision="0"))

    assert response.status_code == 409
    shown = words(response)
    assert "While you were writing, Ana Costa saved the draft." in shown
    assert "# Theirs" in shown
    assert "# Mine" in shown

    browser.post(page("edit", program), form(text="# Both", revision=str(response.context["form"].initial["revision"])))

    assert GuidelineVersion.objects.draft().get().text == "# Both\n"


def test_publishing_asks_everybody(as_member, program, coordinator, participant, noon):
    services.save_draft(program=program, by=coordinator, text="# Time\n\nTwo days.\n", revision=0, now=noon)

    response = as_member(coordinator).post(page("publish", program), form(summary="Two days.", revision="1"), follow=True)

    assert "Version 2 is in force" in words(response)
    assert "0 of 1 participants agreed to version 2" in words(response)
    assert OutboxMessage.objects.get(kind="guidelines-changed").recipient == participant.user


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"summary": "", "revision": "1"}, "Say in a sentence what changed"),
        ({"summary": "x" * 301, "revision": "1"}, "at most 300"),
        ({"summary": "Two days.", "revision": "7"}, "saved the draft"),
    ],
)
def test_what_cannot_be_published_says_why(as_member, program, coordinator, noon, fields, sentence):
    services.save_draft(program=program, by=coordinator, text="# Time\n\nTwo days.\n", revision=0, now=noon)

    response = as_member(coordinator).post(page("publish", program), form(**fields))

    assert sentence in words(response)
    assert GuidelineVersion.objects.draft().exists()


def test_publishing_what_somebody_else_published_a_moment_ago_says_so(as_member, program, coordinator):
    response = as_member(coordinator).post(page("publish", program), form(summary="Two days.", revision="1"))

    assert "There is no draft to publish." in words(response)


# --- who has read them ---


@pytest.fixture
def readers(program, version, noon):
    early = MembershipFactory(program=program, user__name="Ana Early")
    late = MembershipFactory(program=program, user__name="Ben Late")
    AcknowledgementFactory(version=version, membership=early, acknowledged_at=noon - timedelta(days=1))
    MembershipFactory(program=program, user__name="Cem Left", left=True)
    return early, late


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["Ana Early", "Ben Late"]),
        ("sort=-name", ["Ben Late", "Ana Early"]),
        ("read=yes", ["Ana Early"]),
        ("read=no", ["Ben Late"]),
        ("read=nonsense", ["Ana Early", "Ben Late"]),
        ("q=late", ["Ben Late"]),
        ("sort=read", ["Ana Early", "Ben Late"]),
    ],
)
def test_staff_see_who_has_read_them_and_who_has_not(as_member, program, coordinator, readers, query, found):
    response = as_member(coordinator).get(f"{page('acknowledged', program)}?{query}")

    assert [person.user.name for person in response.context["page"].items] == found
    assert "1 of 2 participants agreed to version 1" in words(response)


def test_the_list_costs_the_same_for_few_and_for_many(as_member, program, coordinator, readers, version, costs_the_same):
    browser = as_member(coordinator)

    def grow():
        for person in MembershipFactory.create_batch(60, program=program)[::2]:
            AcknowledgementFactory(version=version, membership=person)

    costs_the_same(lambda: browser.get(page("acknowledged", program)), grow=grow, at_most=10)


def test_the_file_holds_exactly_what_is_shown(as_member, program, coordinator, readers):
    response = as_member(coordinator).get(f"{page('acknowledged-export', program)}?read=no")

    rows = list(csv.reader(b"".join(response.streaming_content).decode("utf-8-sig").splitlines()))
    assert rows[1:] == [["Ben Late", "", ""]]


def test_those_who_have_not_read_them_are_reminded(as_member, program, coordinator, readers):
    browser = as_member(coordinator)

    first = browser.post(page("remind", program), form(), follow=True)
    second = browser.post(page("remind", program), form(), follow=True)

    assert "1 letter is on its way." in words(first)
    assert "reminded today already" in words(second)
    assert OutboxMessage.objects.get(kind="guidelines-reminder").recipient == readers[1].user


def test_one_person_is_reminded_alone(as_member, program, coordinator, readers):
    other = MembershipFactory(program=program)

    as_member(coordinator).post(page("remind", program), form(membership=str(other.pk)))

    assert OutboxMessage.objects.get(kind="guidelines-reminder").recipient == other.user


@pytest.mark.parametrize("nonsense", ["x", "-1", "9" * 40, "{elsewhere}"])
def test_nobody_elsewhere_is_reminded(as_member, program, coordinator, readers, nonsense):
    key = nonsense.format(elsewhere=MembershipFactory().pk)

    response = as_member(coordinator).post(page("remind", program), form(membership=key))

    assert response.status_code == 302
    assert not OutboxMessage.objects.filter(kind="guidelines-reminder").exists()
