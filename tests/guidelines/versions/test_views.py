import csv
import io
import re
import uuid
from dataclasses import replace
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from guidelines.versions import files, services
from guidelines.versions.models import Acknowledgement, GuidelineVersion
from mentoring.kernel.outbox.models import OutboxMessage
from tests.factories.guidelines import MONEY, TIME, AcknowledgementFactory, GuidelineVersionFactory
from tests.factories.programs import MembershipFactory

pytestmark = pytest.mark.django_db

PAGES_OF_STAFF = ["edit", "edit-introduction", "add-topic", "take-in", "file", "acknowledged", "acknowledged-export"]
TWO_DAYS = replace(TIME, rule="Two days before.")
TYPED = {
    "title": "Time",
    "rule": "Two days before.\r\n\r\n- Say so",
    "why": TIME.why,
    "limits": "A day before.\r\n\r\n- Two days before.",
    "situation": "A bus is late.",
    "answer_1": "Say nothing.",
    "reasoning_1": "The other waits.",
    "answer_3": "Send a line.",
    "fits_3": "on",
    "reasoning_3": "The other knows.",
}


@pytest.fixture
def version(db):
    return GuidelineVersionFactory(number=1)


@pytest.fixture
def program(version):
    return version.program


@pytest.fixture
def coordinator(version):
    return version.written_by


@pytest.fixture
def draft(version, noon):
    """Of which the first topic says something else."""
    return services.save_topic(program=version.program, by=version.written_by, topic=TWO_DAYS, before=TIME.digest, now=noon)


def page(name, program, *more):
    return reverse(f"guidelines:{name}", args=[program.slug, *more])


def words(response):
    return " ".join(response.content.decode().split())


def form(**fields):
    return {"once": str(uuid.uuid4()), **fields}


# --- the door ---


def test_participants_and_outsiders_find_none_of_these_pages(as_member, program):
    for somebody in (MembershipFactory(program=program), MembershipFactory()):
        browser = as_member(somebody)
        for name in PAGES_OF_STAFF:
            assert browser.get(page(name, program)).status_code == 404
        for name in ("publish", "remind", "add-topic"):
            assert browser.post(page(name, program), form()).status_code == 404


# --- writing ---


def test_a_topic_is_written_and_kept_from_participants(as_member, program, coordinator):
    browser = as_member(coordinator)
    assert TIME.digest in words(browser.get(page("edit-topic", program, "time")))

    response = browser.post(page("edit-topic", program, "time"), form(**TYPED, before=TIME.digest), follow=True)

    topic = GuidelineVersion.objects.draft().get().topic("time")
    assert topic.rule == "Two days before.\n\n- Say so"
    assert topic.limits == ("A day before.", "Two days before.")
    assert [(answer.words, answer.fits) for answer in topic.answers] == [("Say nothing.", False), ("Send a line.", True)]
    assert "The draft is saved" in words(response)
    assert "Publish version 2" in words(response)


def test_a_topic_is_added(as_member, program, coordinator):
    as_member(coordinator).post(page("add-topic", program), form(**{**TYPED, "title": "Being early"}))

    assert [topic.key for topic in GuidelineVersion.objects.draft().get().all_topics] == ["time", "money", "being-early"]


def test_how_it_reads_is_shown_without_saving(as_member, program, coordinator):
    attack = "<script>alert(1)</script> [x](javascript:alert(2))"
    browser = as_member(coordinator)

    for response in (
        browser.post(page("edit-topic", program, "time"), form(**{**TYPED, "rule": attack}, before=TIME.digest, preview="1")),
        browser.post(page("edit-introduction", program), form(text=attack, before="Be kind.", preview="1")),
    ):
        assert "How it reads" in words(response)
        assert "<script>alert" not in words(response)
        assert 'href="javascript' not in words(response)
    assert not GuidelineVersion.objects.draft().exists()


@pytest.mark.parametrize(
    "wrong",
    [
        {"rule": ""},
        {"rule": "   \n "},
        {"why": "x" * 10_001},
        {"title": "nul\x00"},
        {"limits": "One."},
        {"fits_3": ""},
        {"rule": "## Time"},
    ],
)
def test_what_cannot_be_kept_is_said_beside_the_text(as_member, program, coordinator, wrong):
    response = as_member(coordinator).post(page("edit-topic", program, "time"), form(**{**TYPED, **wrong}, before=TIME.digest))

    assert response.status_code == 200
    assert "<title>Error: " in words(response)
    assert not GuidelineVersion.objects.draft().exists()


def test_two_who_write_one_topic_at_once_see_both_texts(as_member, program, coordinator, draft):
    browser = as_member(coordinator)

    response = browser.post(page("edit-topic", program, "time"), form(**TYPED, before=TIME.digest))

    assert response.status_code == 409
    shown = words(response)
    assert f"While you were writing, {coordinator.user.full_name} saved the draft." in shown
    assert "## The rule Two days before. ## Why" in shown
    assert "- Say so" in shown
    before = re.search(r'name="before" value="(\w+)"', shown)[1]

    browser.post(page("edit-topic", program, "time"), form(**TYPED, before=before))

    assert "Say so" in GuidelineVersion.objects.draft().get().topic("time").rule


def test_two_who_write_the_introduction_at_once_see_both_texts(as_member, program, coordinator, noon):
    services.save_introduction(program=program, by=coordinator, text="Theirs.\n", before="Be kind.\n", now=noon)
    browser = as_member(coordinator)

    response = browser.post(page("edit-introduction", program), form(text="Mine.", before="Be kind."))

    assert response.status_code == 409
    assert "Theirs." in words(response)
    assert "Mine." in words(response)
    browser.post(page("edit-introduction", program), form(text="Both.", before="Theirs."))
    assert GuidelineVersion.objects.draft().get().introduction == "Both.\n"


def test_topics_are_moved_and_taken_out(as_member, program, coordinator):
    browser = as_member(coordinator)

    browser.post(page("move-topic", program, "money"), form(up="1"))
    shown = words(browser.post(page("take-topic-out", program, "time"), form(), follow=True))

    assert "Time: taken out" in shown
    assert browser.post(page("move-topic", program, "time"), form(up="1")).status_code == 404


def test_a_draft_is_thrown_away_by_who_has_seen_it(as_member, program, coordinator, draft):
    browser = as_member(coordinator)

    assert "saved the draft" in words(browser.post(page("drop-draft", program), form(revision="7"), follow=True))
    assert "The draft is gone" in words(browser.post(page("drop-draft", program), form(revision="1"), follow=True))
    assert not GuidelineVersion.objects.draft().exists()


# --- as a file ---


def test_guidelines_go_from_one_program_to_another_as_a_file(as_member, program, coordinator, draft):
    saved = as_member(coordinator).get(page("file", program))
    other = GuidelineVersionFactory(written=(MONEY,)).written_by
    upload = SimpleUploadedFile("guidelines.zip", saved.content)

    response = as_member(other).post(page("take-in", other.program), form(file=upload, revision="0"), follow=True)

    assert saved["Content-Disposition"] == f'attachment; filename="{program.slug}-guidelines.zip"'
    assert "The draft is saved" in words(response)
    taken_in = GuidelineVersion.objects.draft().get(program=other.program)
    assert (taken_in.introduction, taken_in.all_topics) == (draft.introduction, draft.all_topics)


def test_what_is_wrong_with_a_file_is_told_with_its_line(as_member, program, coordinator):
    texts = {"guidelines.yaml": "topics:\n  - 01-time.md\n", "01-time.md": "---\ntitle: <b>\n---\n## The rule\nx\n## Why\n"}
    upload = SimpleUploadedFile("guidelines.zip", files.packed(texts))

    response = as_member(coordinator).post(page("take-in", program), form(file=upload, revision="0"))

    assert "01-time.md, line 6: Say why" in words(response)
    assert not GuidelineVersion.objects.draft().exists()


@pytest.mark.parametrize(("content", "sentence"), [(b"no zip", "This is no zip file"), (b"x" * 2_000_001, "too large"), (b"", "is empty")])
def test_what_is_no_such_file_is_told(as_member, program, coordinator, content, sentence):
    upload = io.BytesIO(content)
    upload.name = "guidelines.zip"

    assert sentence in words(as_member(coordinator).post(page("take-in", program), form(file=upload, revision="0")))


# --- publishing ---


def test_publishing_asks_everybody(as_member, program, coordinator, draft):
    participant = MembershipFactory(program=program)

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
def test_what_cannot_be_published_says_why(as_member, program, coordinator, draft, fields, sentence):
    response = as_member(coordinator).post(page("publish", program), form(**fields))

    assert sentence in words(response)
    assert GuidelineVersion.objects.draft().exists()


def test_publishing_what_somebody_else_published_a_moment_ago_says_so(as_member, program, coordinator):
    response = as_member(coordinator).post(page("publish", program), form(summary="Two days.", revision="1"))

    assert "There is no draft to publish." in words(response)


# --- who has agreed ---


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
        ("read=back", []),
        ("q=late", ["Ben Late"]),
        ("sort=read", ["Ana Early", "Ben Late"]),
    ],
)
def test_staff_see_who_has_read_them_and_who_has_not(as_member, program, coordinator, readers, query, found):
    response = as_member(coordinator).get(f"{page('acknowledged', program)}?{query}")

    assert [person.user.name for person in response.context["page"].items] == found
    assert "1 of 2 participants agreed to version 1" in words(response)


def test_who_took_it_back_is_shown_and_found(as_member, program, coordinator, readers, version, noon):
    Acknowledgement.objects.update(withdrawn_at=noon)

    response = as_member(coordinator).get(f"{page('acknowledged', program)}?read=back")

    assert [person.user.name for person in response.context["page"].items] == ["Ana Early"]
    assert "took it back on 16 March 2026" in words(response)
    assert "0 of 2 participants agreed" in words(response)


def test_the_list_costs_the_same_for_few_and_for_many(as_member, program, coordinator, readers, version, costs_the_same):
    browser = as_member(coordinator)

    def grow():
        for person in MembershipFactory.create_batch(60, program=program)[::2]:
            AcknowledgementFactory(version=version, membership=person)

    costs_the_same(lambda: browser.get(page("acknowledged", program)), grow=grow, at_most=10)


def test_the_file_holds_exactly_what_is_shown(as_member, program, coordinator, readers):
    response = as_member(coordinator).get(f"{page('acknowledged-export', program)}?read=no")

    rows = list(csv.reader(b"".join(response.streaming_content).decode("utf-8-sig").splitlines()))
    assert rows[1:] == [["Ben Late", "", "", ""]]


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
