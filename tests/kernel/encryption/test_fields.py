import json
import pprint
import uuid

import pytest
from django import forms
from django.core import serializers
from django.core.exceptions import FieldError
from django.db import IntegrityError, connection, models, transaction
from django.db.models import F
from django.test.utils import isolate_apps
from django.views.debug import SafeExceptionReporterFilter

from mentoring.kernel.encryption.fields import EncryptedTextField
from mentoring.kernel.encryption.keys import Unreadable

pytestmark = pytest.mark.django_db
WORDS = "I did not feel safe last Tuesday."


@pytest.fixture
def Note(db):
    """A model with a text that must be there and one that need not, and a table for as long as the test."""
    with isolate_apps("tests"):

        class Note(models.Model):
            id = models.UUIDField(primary_key=True, default=uuid.uuid4)
            title = models.CharField(max_length=40, default="")
            words = EncryptedTextField()
            more = EncryptedTextField(null=True, blank=True)

            class Meta:
                app_label = "tests"

    with connection.schema_editor() as editor:
        editor.create_model(Note)
    return Note


def stored(note, column="words"):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM tests_note WHERE id = %s", [note.pk])
        return bytes(cursor.fetchone()[0])


def test_a_text_is_read_back_and_is_nowhere_in_its_column(Note):
    note = Note.objects.create(words=WORDS)

    assert Note.objects.get().words == WORDS
    assert b"safe" not in stored(note)
    assert Note.objects.get().more is None


def test_an_empty_text_is_a_text(Note):
    Note.objects.create(words="")

    assert Note.objects.get().words == ""


def test_a_text_that_was_never_given_is_refused_by_the_database(Note):
    with pytest.raises(IntegrityError), transaction.atomic():
        Note.objects.create()


def test_many_at_once_are_encrypted_too(Note):
    Note.objects.bulk_create([Note(words=f"{WORDS} {number}") for number in range(20)], batch_size=7)

    assert {note.words for note in Note.objects.all()} == {f"{WORDS} {number}" for number in range(20)}
    assert not any(b"safe" in stored(note) for note in Note.objects.all())


def test_an_upsert_writes_bytes_that_belong_to_its_row(Note):
    note = Note.objects.create(words="before")
    note.words = "after"

    Note.objects.bulk_create([note], update_conflicts=True, unique_fields=["id"], update_fields=["words"])

    assert Note.objects.get().words == "after"


def test_update_refuses_text_and_takes_none(Note):
    note = Note.objects.create(words="before", more="more")

    with pytest.raises(TypeError, match="encrypted for one row"), transaction.atomic():
        Note.objects.update(words=WORDS)
    note.words = WORDS
    with pytest.raises(TypeError, match="encrypted for one row"), transaction.atomic():
        Note.objects.bulk_update([note], ["words"])
    Note.objects.update(more=None)

    assert (Note.objects.get().words, Note.objects.get().more) == ("before", None)


@pytest.mark.parametrize("lookup", ["words", "words__in", "words__contains", "words__icontains", "words__startswith", "words__gt"])
def test_nobody_can_search_in_it(Note, lookup):
    with pytest.raises((TypeError, FieldError)):
        list(Note.objects.filter(**{lookup: [WORDS] if lookup.endswith("in") and "contains" not in lookup else WORDS}))


def test_values_are_the_encrypted_bytes_and_never_the_text(Note):
    note = Note.objects.create(words=WORDS)

    assert bytes(Note.objects.values("words").get()["words"]) == stored(note)
    assert bytes(Note.objects.values_list("words", flat=True).get()) == stored(note)


def test_a_list_that_does_not_show_it_never_decrypts_it(Note, settings):
    Note.objects.create(words=WORDS, title="A title")
    settings.FIELD_KEYS = "other:" + "QUFB" * 10 + "QUE="

    assert [note.title for note in Note.objects.all()] == ["A title"]
    with pytest.raises(Unreadable):
        _ = Note.objects.get().words


def test_a_deferred_text_is_fetched_when_it_is_read(Note, django_assert_num_queries):
    Note.objects.create(words=WORDS)
    note = Note.objects.defer("words").get()

    with django_assert_num_queries(1):
        assert note.words == WORDS
    assert Note.objects.only("title").get().words == WORDS


def test_a_refreshed_row_has_what_was_written_meanwhile(Note):
    note = Note.objects.create(words="before")
    other = Note.objects.get()
    other.words = "after"
    other.save(update_fields=["words"])

    note.refresh_from_db()
    assert note.words == "after"

    other.words = "later"
    other.save()
    note.refresh_from_db(fields=["words"])
    assert note.words == "later"


def test_a_text_is_written_anew_with_each_save_of_its_column_only(Note):
    note = Note.objects.create(words=WORDS)
    before = stored(note)

    note.save(update_fields=["title"])
    assert stored(note) == before

    note.save()
    assert stored(note) != before


def test_a_text_moved_to_another_row_or_column_is_an_error(Note):
    Note.objects.create(words=WORDS, more="more")
    other = Note.objects.create(words="other")

    Note.objects.filter(pk=other.pk).update(words=Note.objects.exclude(pk=other.pk).values_list("words", flat=True).get())
    with pytest.raises(Unreadable):
        _ = Note.objects.get(pk=other.pk).words

    Note.objects.exclude(pk=other.pk).update(more=F("words"))
    with pytest.raises(Unreadable):
        _ = Note.objects.exclude(pk=other.pk).get().more


def test_a_copy_of_a_row_has_a_text_of_its_own(Note):
    note = Note.objects.create(words=WORDS)
    copied = Note.objects.get()
    copied.pk, copied._state.adding = uuid.uuid4(), True

    # It was read as the first row's: as such it is no text of the second.
    with pytest.raises(Unreadable), transaction.atomic():
        copied.save()

    copied.words, copied.more = note.words, note.more
    copied.save()
    assert Note.objects.get(pk=copied.pk).words == WORDS


def test_a_key_typed_as_text_is_the_same_row(Note):
    key = uuid.uuid4()

    Note.objects.create(id=str(key).upper(), words=WORDS)

    assert Note.objects.get(pk=key).words == WORDS


def test_a_text_is_bound_to_nothing_before_its_row_has_a_key(Note):
    with pytest.raises(ValueError, match="no value yet"):
        Note._meta.get_field("words").bound_to(Note(id=None, words=WORDS))


def test_repr_never_shows_the_text(Note):
    typed = Note(words=WORDS)
    read = Note.objects.get(pk=Note.objects.create(words=WORDS).pk)
    for note in (typed, read):
        shown = [repr(note.words), repr([note.words]), f"{note.words!r}", pprint.pformat({"words": note.words}), repr(note), str(note)]
        shown.append(repr(vars(note)))
        shown.append(str(SafeExceptionReporterFilter().get_traceback_frame_variables(None, _Frame({"words": note.words}))))

        assert not any("safe" in text for text in shown)
        # Where it is meant to be shown, it is.
        assert f"{note.words}" == json.loads(json.dumps(note.words)) == WORDS


class _Frame:
    """As much of a frame as an error report reads."""

    f_back = None

    def __init__(self, local):
        self.f_locals = local
        self.f_code = self.__init__.__code__


def test_no_dump_holds_it_in_clear(Note):
    note = Note.objects.create(words=WORDS)

    with pytest.raises(TypeError):
        serializers.serialize("json", [note])


def test_a_form_takes_it_as_a_text(Note):
    class NoteForm(forms.ModelForm):
        class Meta:
            model = Note
            fields = ("words", "more")

    form = NoteForm({"words": WORDS, "more": ""})

    assert form.is_valid(), form.errors
    note = form.save()
    assert Note.objects.get(pk=note.pk).words == WORDS
    assert str(NoteForm(instance=note)["words"].value()) == WORDS
    assert not NoteForm({"words": ""}).is_valid()
