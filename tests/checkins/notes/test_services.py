import pytest

from checkins.notes import queries, services
from checkins.notes.models import Note
from matching.pairings.models import Pairing
from mentoring.kernel.audit.models import AuditEvent
from mentoring.kernel.errors import Refused
from tests.at_once import at_once
from tests.factories.checkins import NoteFactory
from tests.factories.matching import PairingFactory
from tests.factories.programs import MembershipFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def pairing():
    return PairingFactory(active=True)


def again(note):
    return Note.objects.get(pk=note.pk)


def verbs():
    return set(AuditEvent.objects.filter(verb__startswith="note.").values_list("verb", flat=True))


@pytest.mark.parametrize("mentor", Pairing.Mentor.values)
@pytest.mark.parametrize("half", ["first", "second"])
def test_either_writes_for_both_whoever_is_the_mentor(half, mentor, noon):
    pairing = PairingFactory(active=True, mentor=mentor)
    by = getattr(pairing, half)

    note = services.write(pairing=pairing, by=by, text=" One\r\nTwo ", of_both=True, now=noon)

    assert (note.author, str(again(note).text), note.opened_at) == (by, "One\nTwo", noon)
    assert verbs() == {"note.written"}


def test_what_one_does_with_a_note_for_oneself_is_recorded_nowhere(pairing, noon):
    note = services.write(pairing=pairing, by=pairing.first, text="First", of_both=False, now=noon)
    services.edit(note=note, by=pairing.first, text="Second", version=1, now=noon)
    services.delete(note=note, by=pairing.first, now=noon)

    assert not Note.objects.exists()
    assert verbs() == set()


def test_a_note_for_oneself_does_not_even_show_that_the_two_have_begun(pairing, noon):
    NoteFactory(pairing=pairing, only_mine=True)
    assert not queries.have_shared_any(pairing=pairing, now=noon)

    NoteFactory(pairing=pairing)
    assert queries.have_shared_any(pairing=pairing, now=noon)


def test_either_changes_a_note_of_both(pairing, noon):
    note = NoteFactory(pairing=pairing)

    services.edit(note=note, by=pairing.second, text="Theirs", version=1, now=noon)
    services.edit(note=note, by=pairing.first, text="Mine", version=2, now=noon)

    assert (str(again(note).text), again(note).version, again(note).saved_by) == ("Mine", 3, pairing.first)
    assert verbs() == {"note.edited"}


def test_who_saves_an_old_version_overwrites_nothing_and_learns_what_is_there(pairing, noon):
    note = NoteFactory(pairing=pairing)
    services.edit(note=note, by=pairing.first, text="Theirs", version=1, now=noon)

    with pytest.raises(services.SavedMeanwhile) as refused:
        services.edit(note=note, by=pairing.second, text="Mine", version=1, now=noon)

    assert str(refused.value.note.text) == str(again(note).text) == "Theirs"


def test_saving_what_is_there_collides_with_nothing(pairing, noon):
    note = NoteFactory(pairing=pairing)
    services.edit(note=note, by=pairing.first, text="The same", version=1, now=noon)

    services.edit(note=note, by=pairing.second, text="The same", version=1, now=noon)

    assert (again(note).version, again(note).saved_by) == (2, pairing.first)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_save_at_once_one_is_told_and_no_word_is_lost(noon):
    note = NoteFactory()

    results = at_once(
        *(lambda half=half: services.edit(note=note, by=half, text=f"Of {half.pk}", version=1, now=noon) for half in note.pairing.halves)
    )

    (collided,) = [result for result in results if isinstance(result, services.SavedMeanwhile)]
    assert str(collided.note.text) == str(again(note).text)


def test_nobody_else_touches_a_note_for_oneself(noon):
    note = NoteFactory(only_mine=True)
    other = note.pairing.second

    for act in (
        lambda: services.edit(note=note, by=other, text="Mine", version=1, now=noon),
        lambda: services.open_to_both(note=note, by=other, version=1, now=noon),
        lambda: services.delete(note=note, by=other, now=noon),
    ):
        with pytest.raises(Refused):
            act()
    assert str(again(note).text) == note.text


def test_its_author_opens_it_to_both_and_it_stays_open(noon):
    note = NoteFactory(only_mine=True)

    for _ in range(2):
        services.open_to_both(note=note, by=note.author, version=1, now=noon)

    assert again(note).opened_at == noon
    assert list(AuditEvent.objects.values_list("verb", flat=True)) == ["note.opened"]
    assert not again(note).was_changed


def test_what_is_opened_is_what_its_author_has_just_read(noon):
    note = NoteFactory(only_mine=True)
    services.edit(note=note, by=note.author, text="Not for them yet", version=1, now=noon)

    with pytest.raises(Refused, match="Read it once more"):
        services.open_to_both(note=note, by=note.author, version=1, now=noon)

    assert not again(note).is_of_both


def test_a_note_of_both_is_deleted_by_its_author_and_kept_sealed(noon):
    note = NoteFactory(text="Kept")
    with pytest.raises(Refused, match="Only who wrote"):
        services.delete(note=note, by=note.pairing.second, now=noon)

    for _ in range(2):
        services.delete(note=note, by=note.author, now=noon)

    assert (again(note).removed_at, str(again(note).text)) == (noon, "Kept")
    assert list(AuditEvent.objects.values_list("verb", flat=True)) == ["note.deleted"]


@pytest.mark.parametrize("only_mine", [False, True])
def test_who_saves_what_was_deleted_meanwhile_is_told(only_mine, noon):
    note = NoteFactory(only_mine=only_mine)
    services.delete(note=note, by=note.author, now=noon)

    with pytest.raises(Refused, match="deleted meanwhile"):
        services.edit(note=note, by=note.author, text="Late", version=1, now=noon)


@pytest.mark.parametrize("text", ["", " \n ", "x" * 10_001])
def test_a_note_says_something_and_not_too_much(text, pairing, noon):
    with pytest.raises(Refused, match="at most 10000"):
        services.write(pairing=pairing, by=pairing.first, text=text, of_both=True, now=noon)


@pytest.mark.parametrize("state", [state for state in Pairing.State if state != Pairing.State.ACTIVE])
def test_notes_change_while_the_pairing_is_active_only(state, noon):
    pairing = PairingFactory(**{state: True})
    note, mine, me = NoteFactory(pairing=pairing), NoteFactory(pairing=pairing, only_mine=True), pairing.first

    for act in (
        lambda: services.write(pairing=pairing, by=me, text="One", of_both=True, now=noon),
        lambda: services.edit(note=note, by=me, text="Two", version=1, now=noon),
        lambda: services.open_to_both(note=mine, by=me, version=1, now=noon),
        lambda: services.delete(note=note, by=me, now=noon),
    ):
        with pytest.raises(Refused, match="while it is active"):
            act()


@pytest.mark.parametrize("state", ["paused", "closed"])
def test_a_note_for_oneself_is_deleted_also_in_a_pairing_that_rests_or_has_ended(state, noon):
    note = NoteFactory(pairing=PairingFactory(**{state: True}), only_mine=True)
    with pytest.raises(Refused):
        services.delete(note=note, by=note.pairing.second, now=noon)

    services.delete(note=note, by=note.author, now=noon)

    assert not Note.objects.exists()


def test_nobody_else_writes_notes_of_the_two(pairing, noon):
    note = NoteFactory(pairing=pairing)
    for other in [pairing.coordinator, MembershipFactory(admin=True, program=pairing.program), MembershipFactory(program=pairing.program)]:
        with pytest.raises(Refused):
            services.write(pairing=pairing, by=other, text="One", of_both=True, now=noon)
        with pytest.raises(Refused):
            services.edit(note=note, by=other, text="Two", version=1, now=noon)
