import re
import time
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from checkins.concerns.models import Concern, ConcernEntry, ConcernFile
from tests.checkins.pages import People, address, people_around
from tests.factories.checkins import ConcernAboutFactory, ConcernEntryFactory, ConcernFactory, ConcernFileFactory, MessageFactory
from tests.factories.programs import MembershipFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def around() -> People:
    return people_around(active=True, second__user__name="Jonas Lindqvist")


def page_of(concern, *rest):
    return address("concern", concern.program, concern.pk, *rest)


def given(**more):
    return {"audience": "coordinators", "named": "yes", "words": "It went too far."} | more


def send(browser, around, **what):
    return browser.post(address("concern-raise", around.pairing.program), given(**what), follow=True)


def long_ago(browser):
    """Signed in an hour ago, with a password."""
    session = browser.session
    for record in session["account_authentication_methods"]:
        record["at"] = time.time() - 3600
    session.save()


# --- raising ---


def test_it_is_sent_with_three_answers(as_member, around):
    answer = send(as_member(around.half), around)

    assert "Thank you for telling somebody" in answer.text
    assert "Received" in answer.text
    assert Concern.objects.get().words == "It went too far."


def test_nothing_is_chosen_in_advance_and_no_browser_keeps_it(as_member, around):
    page = as_member(around.half).get(address("concern-raise", around.pairing.program))

    assert " checked" not in page.text
    assert '<form method="post" enctype="multipart/form-data" autocomplete="off" novalidate>' in page.text
    assert all('autocomplete="off"' in field for field in re.findall(r"<textarea[^>]*>", page.text))
    assert page["Cache-Control"] == "no-store"


def test_somebody_in_no_pairing_finds_the_same_page(as_member):
    lonely = MembershipFactory()

    assert as_member(lonely).get(address("concern-raise", lonely.program)).status_code == 200


def test_whoever_is_ticked_is_shut_out(as_member, around):
    send(as_member(around.half), around, about=[str(around.other_half.pk)], about_staff=[str(around.coordinator.pk)])

    concern = Concern.objects.get()
    assert {about.membership for about in concern.abouts.all()} == {around.other_half, around.coordinator}
    for person in (around.other_half, around.coordinator):
        assert as_member(person).get(page_of(concern)).status_code == 404


def test_a_stranger_is_no_choice(as_member, around):
    answer = send(as_member(around.half), around, about=[str(around.neighbour.pk)])

    assert "Select a valid choice" in answer.text
    assert not Concern.objects.exists()


def test_about_everybody_it_is_said_first_who_gets_it(as_member, around):
    browser = as_member(around.half)
    everybody = {"about_staff": [str(around.coordinator.pk), str(around.admin.pk)]}

    answer = send(browser, around, **everybody)
    assert "the program has nobody who stands in for them" in answer.text
    assert "It went too far." in answer.text
    assert 'name="knows" value="nobody"' in answer.text
    assert not Concern.objects.exists()

    answer = send(browser, around, knows="nobody", **everybody)
    assert "Nobody in the program could read it now" in answer.text
    assert Concern.objects.count() == 1


def test_about_how_somebody_runs_it_whoever_reads_it_is_named_before_they_do(as_member, around):
    """It may be about one of them, and whoever is not ticked reads it."""
    browser = as_member(around.half)
    answer = send(browser, around, kind="staff", audience="admins")
    assert f"It goes to {around.admin.user.full_name}. If it is about one of them" in answer.text
    assert not Concern.objects.exists()

    send(browser, around, kind="staff", audience="admins", knows="unticked")
    send(browser, around, kind="staff", about_staff=[str(around.coordinator.pk)])

    assert Concern.objects.count() == 2


def test_where_the_deputy_gets_it_that_is_said_by_name(as_member, around):
    MembershipFactory(program=around.half.program, is_participant=True, is_deputy=True, user__name="Dana Prior")

    answer = send(as_member(around.half), around, audience="admins", about_staff=[str(around.admin.pk)])

    assert "it goes to Dana Prior instead" in answer.text


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"words": ""}, "Write a few words, or choose to be called"),
        ({"audience": ""}, "Choose who should read this"),
        ({"named": ""}, "Choose whether they may see that it is you"),
        ({"reach": "call", "named": "no"}, "they need to see who you are"),
        ({"words": "x" * 10_001}, "at most 10000 characters"),
    ],
)
def test_what_is_missing_is_said(as_member, around, wrong, words):
    assert words in send(as_member(around.half), around, **wrong).text
    assert not Concern.objects.exists()


def test_to_be_called_takes_no_word(as_member, around):
    send(as_member(around.half), around, words="", reach="call", telephone="0100")

    assert Concern.objects.get().telephone == "0100"


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"MZ\0\0", "no picture, recording, letter"), (b"%PDF-" + bytes(5 * 1024 * 1024), "5 MB at most"), (b"", "no picture")],
)
def test_a_file_that_is_not_what_it_says_is_not_taken(as_member, around, content, words):
    file = SimpleUploadedFile("letter.pdf", content, content_type="application/pdf")

    assert words in send(as_member(around.half), around, given=[file]).text
    assert not Concern.objects.exists()


def test_six_files_at_once_are_too_many(as_member, around):
    files = [SimpleUploadedFile(f"{number}.txt", b"so it was") for number in range(6)]

    assert "at most 5 files" in send(as_member(around.half), around, given=files).text


def test_files_that_a_mistake_has_lost_are_asked_for_again(as_member, around):
    file = SimpleUploadedFile("letter.txt", b"so it was")

    page = send(as_member(around.half), around, given=[file], audience="").text

    assert "Choose your files again" in page
    assert "Choose who should read this" in page


def test_script_in_a_name_stays_text(as_member, around):
    name = "<script>alert(1)</script>.txt"
    answer = send(as_member(around.half), around, words=name, who_else=name, given=[SimpleUploadedFile(name, b"so it was")])

    assert "<script>alert(1)" not in answer.text
    assert answer.text.count("&lt;script&gt;alert(1)") >= 2


def test_the_same_form_twice_is_one(as_member, around):
    browser, once = as_member(around.half), "8a1c9f44-6d6a-4c0e-9f0e-1d7b5c3f2a10"

    for _ in range(2):
        send(browser, around, once=once)

    assert Concern.objects.count() == 1


def test_messages_of_the_pair_can_be_shown_and_what_was_taken_back_stays_unread(as_member, around, noon):
    said = MessageFactory(pairing=around.pairing, author=around.other_half, text="Come alone.")
    MessageFactory(pairing=around.pairing, author=around.other_half, text="", kept="Or else.", removed_at=noon)
    browser = as_member(around.half)
    page = browser.get(address("concern-raise", around.pairing.program)).text
    assert "Come alone." in page
    assert "taken back since" in page
    assert "Or else." not in page

    send(browser, around, shown=[str(said.pk)])

    assert Concern.objects.get().messages.get().text == "Come alone."


def test_staff_come_from_a_pairing_and_both_halves_can_be_ticked(as_member, around):
    MessageFactory(pairing=around.pairing, author=around.half, text="Between us two")
    browser = as_member(around.coordinator)
    page = browser.get(f"{address('concern-raise', around.pairing.program)}?pairing={around.pairing.pk}").text

    assert "Jonas Lindqvist" in page
    assert "Between us two" not in page
    assert "Jonas Lindqvist" not in browser.get(address("concern-raise", around.pairing.program)).text


# --- whoever raised it ---


def test_the_timeline_says_when_it_was_read_answered_acted_on_and_closed(as_member, around):
    concern = ConcernFactory(raised_by=around.half, closed=True, raised_at=timezone.now() - timedelta(days=3))
    for kind in ("answered", "acted", "closed"):
        detail = {"outcome": "agreed"} if kind == "closed" else {}
        ConcernEntryFactory(concern=concern, kind=kind, author=around.admin, text=f"Words of {kind}", at=timezone.now(), detail=detail)
    ConcernEntryFactory(concern=concern, author=around.admin, text="For readers only")
    Concern.objects.update(closed_at=timezone.now())
    as_member(around.admin).get(page_of(concern))

    page = as_member(around.half).get(page_of(concern)).text

    for words in ("Received", "Read", "answered", "Acted on", "Closed", "We found a way together", "Words of closed"):
        assert words in page
    assert "open it again" in page
    # What readers wrote for each other, and what they take it for.
    assert "For readers only" not in page
    assert "A boundary was crossed" not in page


def test_a_telephone_on_the_table_shows_no_word_until_it_is_clear_who_holds_it(as_member, around):
    around.half.user.set_password("level-beam-demo")
    around.half.user.save()
    concern = ConcernFactory(raised_by=around.half)
    ConcernEntryFactory(concern=concern, kind="answered", author=around.admin, text="Thank you for this")
    browser = as_member(around.half)
    assert "It went too far last week." in browser.get(page_of(concern)).text

    long_ago(browser)

    page = browser.get(page_of(concern)).text
    assert "Received" in page
    assert "It went too far" not in page
    assert "Thank you for this" not in page
    assert browser.get(f"{page_of(concern)}?words=1")["Location"].startswith("/accounts/reauthenticate/")


def test_whoever_raised_it_writes_once_more_also_with_a_file(as_member, around):
    concern = ConcernFactory(raised_by=around.half)
    browser, page = as_member(around.half), address("concern-add", concern.program, concern.pk)
    assert "Write a few words first" in browser.post(page, {"text": ""}).text

    answer = browser.post(page, {"text": "And again.", "given": SimpleUploadedFile("a.txt", b"so it was")}, follow=True)

    assert "And again." in answer.text
    assert ConcernEntry.objects.get().kind == "added"
    assert ConcernFile.objects.count() == 1


def test_my_list_shows_my_own_alone_without_a_word_of_them(as_member, around):
    ConcernFactory(raised_by=around.half)
    ConcernFactory(raised_by=around.other_half)

    page = as_member(around.half).get(address("concerns", around.pairing.program)).text

    assert page.count("Sent on") == 1
    assert "It went too far" not in page


# --- files ---


def test_a_file_is_handed_out_and_never_shown(as_member, around):
    concern = ConcernFactory(raised_by=around.half)
    file = ConcernFileFactory(concern=concern, ending="pdf")
    ConcernAboutFactory(concern=concern, membership=around.coordinator)
    page = address("concern-file", concern.program, concern.pk, file.pk)

    answer = as_member(around.admin).get(page)

    assert answer.content == b"As it was."
    assert answer["Content-Type"] == "application/octet-stream"
    assert re.fullmatch(r'attachment; filename="file-[0-9a-f]{4}\.pdf"', answer["Content-Disposition"])
    assert as_member(around.coordinator).get(page).status_code == 404


# --- where the ways lead ---


def test_the_link_of_a_mail_leads_each_to_their_own_list(as_member, around):
    page = address("for-you", around.pairing.program)

    assert as_member(around.half).get(page)["Location"] == address("concerns", around.pairing.program)
    assert as_member(around.admin).get(page)["Location"] == address("cases", around.pairing.program)


def test_from_a_page_of_no_program_one_is_led_on_or_asked(as_member, client, around):
    page = reverse("checkins:concern-where")
    raising = address("concern-raise", around.pairing.program)
    assert client.get(page).status_code == 302
    assert as_member(around.half).get(page)["Location"] == raising

    other = MembershipFactory(user=around.half.user)

    asked = as_member(around.half).get(page).text
    assert raising in asked
    assert address("concern-raise", other.program) in asked
