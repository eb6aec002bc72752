import pytest
from django.db import IntegrityError, connection

from checkins.notes.models import Note
from tests.factories.checkins import NoteFactory
from tests.factories.programs import MembershipFactory

pytestmark = pytest.mark.django_db


def test_what_both_may_read_is_read_by_the_two_alone():
    note = NoteFactory()
    program = note.pairing.program
    others = {note.pairing.coordinator, MembershipFactory(admin=True, program=program), MembershipFactory(program=program)}

    assert all(note in Note.objects.visible_to(reader) for reader in note.pairing.halves)
    assert not any(Note.objects.visible_to(other).exists() for other in others)


def test_what_one_wrote_for_oneself_is_read_by_nobody_else():
    note = NoteFactory(only_mine=True)
    pairing = note.pairing
    others = {pairing.second, pairing.coordinator, MembershipFactory(admin=True, program=pairing.program)}

    assert note in Note.objects.visible_to(pairing.first)
    assert note in Note.objects.in_pairing(pairing, pairing.first)
    for other in others:
        assert not Note.objects.visible_to(other).exists()
        assert not Note.objects.in_pairing(pairing, other).exists()


def test_the_words_are_unreadable_at_rest():
    NoteFactory(text="What I want to say")

    with connection.cursor() as cursor:
        cursor.execute("SELECT text FROM checkins_note")
        (kept,) = cursor.fetchone()

    assert b"What I want to say" not in bytes(kept)


def test_the_database_refuses_that_somebody_else_writes_in_a_note_for_oneself():
    note = NoteFactory(only_mine=True)

    with pytest.raises(IntegrityError, match="is_written_by_oneself"):
        Note.objects.update(saved_by=note.pairing.second)


def test_the_database_refuses_to_keep_a_deleted_note_for_oneself(noon):
    NoteFactory(only_mine=True)

    with pytest.raises(IntegrityError, match="is_gone_once_deleted"):
        Note.objects.update(removed_at=noon)
