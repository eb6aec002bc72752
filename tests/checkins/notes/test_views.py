import re
import uuid

import pytest
from django.urls import reverse

from checkins.notes.models import Note
from mentoring.kernel.audit.models import AuditEvent
from tests.checkins.pages import address, people_around
from tests.factories.checkins import NoteFactory
from tests.factories.matching import PairingFactory

pytestmark = pytest.mark.django_db

CANARY = "CANARY-OF-AMARA"


@pytest.fixture
def around():
    return people_around(active=True, first__user__called="Amara", second__user__called="Jonas")


def list_page(pairing, name="notes"):
    return address(name, pairing.program, pairing.pk)


def page_of(note, name="note-edit"):
    return address(name, note.pairing.program, note.pairing_id, note.pk)


def again(note):
    return Note.objects.get(pk=note.pk)


@pytest.mark.parametrize(("page", "said"), [("notes", "Keep here what you both want"), ("notes-mine", "Before you meet")])
def test_an_empty_page_says_what_it_is_for(page, said, around, as_member):
    assert said in as_member(around.half).get(list_page(around.pairing, page)).text


def test_who_can_read_it_is_chosen_by_the_person_and_by_nobody_before(around, as_member):
    browser, page = as_member(around.half), list_page(around.pairing, "note-write")

    assert "checked" not in browser.get(page).text
    answer = browser.post(page, {"text": "Kept words"})

    assert "Choose who can read it" in answer.text
    assert "Kept words" in answer.text
    assert not Note.objects.exists()


@pytest.mark.parametrize(("chosen", "page"), [("both", "notes"), ("me", "notes-mine")])
def test_a_note_stands_where_its_readers_look(chosen, page, around, as_member):
    answer = as_member(around.half).post(list_page(around.pairing, "note-write"), {"text": "Words", "of_both": chosen})

    assert answer.url == list_page(around.pairing, page)
    assert "Words" in as_member(around.half).get(answer.url).text
    assert ("Words" in as_member(around.other_half).get(answer.url).text) == (chosen == "both")


@pytest.mark.parametrize("text", ["", "x" * 10_001, "a\x00b"])
def test_what_cannot_be_kept_is_said(text, around, as_member):
    answer = as_member(around.half).post(list_page(around.pairing, "note-write"), {"text": text, "of_both": "both"})

    assert answer.status_code == 200
    assert 'aria-invalid="true"' in answer.text
    assert not Note.objects.exists()


def test_pressing_twice_writes_one(around, as_member):
    browser, key = as_member(around.half), uuid.uuid4()

    for _press in range(2):
        browser.post(list_page(around.pairing, "note-write"), {"text": "One", "of_both": "both", "once": key})

    assert Note.objects.count() == 1


@pytest.mark.parametrize("reader", ["other_half", "coordinator", "admin"])
def test_a_note_for_oneself_is_on_nobody_elses_page_and_in_no_trail(reader, around, as_member):
    around.other_half.is_coordinator = around.other_half.is_admin = True
    around.other_half.save()
    browser, pairing = as_member(getattr(around, reader)), around.pairing
    pages = [list_page(pairing, name) for name in ("pairing", "notes", "notes-mine", "balance", "pairing-about")]
    pages += [address(name, pairing.program) for name in ("home", "mine", "today")]
    before = [re.sub(r'value="[^"]+"', "", browser.get(page).text) for page in pages]

    as_member(around.half).post(list_page(pairing, "note-write"), {"text": CANARY, "of_both": "me"})

    assert Note.objects.exists()
    assert [re.sub(r'value="[^"]+"', "", browser.get(page).text) for page in pages] == before
    assert not AuditEvent.objects.filter(verb__startswith="note").exists()


@pytest.mark.parametrize("name", ["note-edit", "note-open", "note-delete"])
def test_the_other_half_finds_no_note_that_is_not_theirs(name, around, as_member):
    mine = NoteFactory(pairing=around.pairing, only_mine=True)

    for send in (as_member(around.other_half).get, as_member(around.other_half).post):
        assert send(page_of(mine, name)).status_code == 404


def test_the_pairs_page_shows_the_last_notes_of_both_and_none_for_oneself(around, as_member):
    for text in ("Oldest", "Older", "Newest"):
        NoteFactory(pairing=around.pairing, text=text)
    NoteFactory(pairing=around.pairing, text=CANARY, only_mine=True)

    page = as_member(around.half).get(list_page(around.pairing, "pairing")).text

    assert "Newest" in page
    assert "Oldest" not in page
    assert "All notes, there are more" in page
    assert CANARY not in page


def test_two_who_edit_a_note_at_the_same_time_see_both_texts_and_the_second_can_save_again(around, as_member):
    note = NoteFactory(pairing=around.pairing, text="A list")
    as_member(around.half).post(page_of(note), {"text": "A long list", "version": 1})
    theirs = as_member(around.other_half)

    collided = theirs.post(page_of(note), {"text": "A short list", "version": 1})

    assert collided.status_code == 409
    for words in ("A long list", "A short list", "Nothing of what you wrote is lost"):
        assert words in collided.text
    version = re.search(r'name="version" value="(\d+)"', collided.text)[1]
    theirs.post(page_of(note), {"text": "Both lists", "version": version})
    assert again(note).text == "Both lists"


def test_opening_to_both_is_asked_first(around, as_member):
    note = NoteFactory(pairing=around.pairing, text="What I want to say", only_mine=True)
    browser = as_member(around.half)

    asked = browser.get(page_of(note, "note-open")).text

    assert "What I want to say" in asked
    assert not again(note).is_of_both
    browser.post(page_of(note, "note-open"), {"version": 1})
    assert "What I want to say" in as_member(around.other_half).get(list_page(around.pairing)).text


@pytest.mark.parametrize("state", ["paused", "closed"])
def test_what_one_wrote_for_oneself_can_be_deleted_also_when_the_pairing_rests_or_has_ended(state, as_member):
    around = people_around(**{state: True})
    mine, of_both = NoteFactory(pairing=around.pairing, only_mine=True), NoteFactory(pairing=around.pairing)
    browser = as_member(around.half)

    assert page_of(mine, "note-delete") in browser.get(list_page(around.pairing, "notes-mine")).text
    assert page_of(of_both, "note-delete") not in browser.get(list_page(around.pairing)).text
    assert "It is gone for good" in browser.get(page_of(mine, "note-delete")).text
    browser.post(page_of(mine, "note-delete"))

    assert list(Note.objects.all()) == [of_both]


def test_deleting_is_asked_first_and_both_see_that_something_was_there(around, as_member):
    note = NoteFactory(pairing=around.pairing, text=CANARY)
    browser = as_member(around.half)

    assert CANARY in browser.get(page_of(note, "note-delete")).text
    assert again(note).removed_at is None
    browser.post(page_of(note, "note-delete"))

    for reader, said in ((around.half, "You deleted this note"), (around.other_half, "Amara deleted this note")):
        page = as_member(reader).get(list_page(around.pairing)).text
        assert said in page
        assert CANARY not in page
        for name in ("note-edit", "note-delete"):
            assert CANARY not in as_member(reader).get(page_of(note, name), follow=True).text


@pytest.mark.parametrize(("state", "said"), [("paused", "is paused"), ("closed", "has ended")])
def test_when_the_pairing_has_stopped_notes_stay_to_read(state, said, as_member):
    around = people_around(**{state: True})
    note, mine = NoteFactory(pairing=around.pairing), NoteFactory(pairing=around.pairing, only_mine=True)
    browser = as_member(around.half)

    for page, there in (("notes", note), ("notes-mine", mine)):
        shown = browser.get(list_page(around.pairing, page)).text
        assert there.text in shown
        assert page_of(there) not in shown
        assert page_of(there, "note-open") not in shown
        assert "Write a note" not in shown
    assert said in browser.get(list_page(around.pairing, "note-write")).text
    assert said in browser.get(page_of(note)).text


def test_a_page_costs_the_same_for_one_note_and_for_ten(around, as_member, queries_of):
    browser = as_member(around.half)
    NoteFactory(pairing=around.pairing)
    for_one = queries_of(lambda: browser.get(list_page(around.pairing)))

    NoteFactory.create_batch(9, pairing=around.pairing)

    assert queries_of(lambda: browser.get(list_page(around.pairing))) == for_one


# --- after a stand-in ---


@pytest.fixture
def shut():
    """A stand-in that has ended, with a note of both and one of the second half alone."""
    pairing = PairingFactory(stand_in=True, closed=True)
    of_both, mine = NoteFactory(pairing=pairing, text="Of us two"), NoteFactory(pairing=pairing, author=pairing.second, only_mine=True)
    return pairing, of_both, mine


def test_what_one_wrote_for_oneself_in_a_stand_in_is_there_to_read_after_it(shut, as_member):
    pairing, _of_both, mine = shut
    author, page = as_member(pairing.second), list_page(pairing, "notes-mine")
    assert page in author.get(reverse("matching:ended", args=[pairing.program.slug, pairing.pk])).text

    text = author.get(page).text

    assert str(mine.text) in text
    assert f'href="{list_page(pairing, "notes")}"' not in text
    assert page_of(mine) not in text
    assert page_of(mine, "note-delete") in text
    for reader in (pairing.first, pairing.second):
        assert "Of us two" not in as_member(reader).get(page).text
    assert str(mine.text) not in as_member(pairing.first).get(page).text


def test_it_can_be_deleted_and_nothing_else_can_be_done(shut, as_member):
    pairing, of_both, mine = shut
    author = as_member(pairing.second)

    for name in ("note-edit", "note-open"):
        assert author.post(page_of(mine, name), {"text": "Changed", "version": 1}).url.endswith("/ended/")
    assert as_member(pairing.first).get(page_of(of_both, "note-delete")).status_code == 404
    assert again(mine).text == mine.text
    author.post(page_of(mine, "note-delete"))

    assert list(Note.objects.all()) == [of_both]
