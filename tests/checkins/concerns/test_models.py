"""Who reads a concern, by every role and every part; and what the database keeps as it was."""

from itertools import product

import pytest
from django.db import IntegrityError, connection, transaction

from checkins.concerns import policies
from checkins.concerns.models import Concern, ConcernEntry
from checkins.concerns.queries import readers_of, shut_out_of, who_may_receive
from mentoring.kernel.encryption import services as encryption
from programs.memberships.models import Membership
from tests.factories.checkins import ConcernAboutFactory, ConcernEntryFactory, ConcernFactory, ConcernFileFactory
from tests.factories.matching import PairingFactory
from tests.factories.programs import MembershipFactory, ProgramFactory
from tests.times import NOON

pytestmark = pytest.mark.django_db

ROLES = ("is_participant", "is_coordinator", "is_admin")
PARTS = ("none", "named", "first", "second", "raised", "left", "elsewhere")
OLD, NEW = "old:b29vb29vb29vb29vb29vb29vb29vb29vb29vb29vb28=", "new:bm5ubm5ubm5ubm5ubm5ubm5ubm5ubm5ubm5ubm5ubm4="


def keys_of(people) -> set[int]:
    return {person.pk for person in people}


def somebody_of_every_kind(program):
    """By their roles and their part in a concern: every combination but the one without a role."""
    for chosen in product((False, True), repeat=len(ROLES)):
        roles = dict(zip(ROLES, chosen, strict=True))
        for part in PARTS if any(chosen) else ():
            of = ProgramFactory() if part == "elsewhere" else program
            yield roles, part, MembershipFactory(program=of, left_at=NOON if part == "left" else None, **roles)


@pytest.mark.parametrize("audience", Concern.Audience.values)
def test_whoever_has_a_part_in_it_reads_nothing_whatever_role_they_have(audience):
    program = ProgramFactory()
    concern = ConcernFactory(raised_by=MembershipFactory(program=program), audience=audience)
    expected, people = set(), list(somebody_of_every_kind(program))
    others = iter(MembershipFactory.create_batch(2 * len(people), program=program))
    raised = {}
    for roles, part, person in people:
        if part == "named":
            ConcernAboutFactory(concern=concern, membership=person)
        elif part in ("first", "second"):
            halves = {part: person, {"first": "second", "second": "first"}[part]: next(others)}
            pairing = PairingFactory(program=program, proposed_by=person, active=True, **halves)
            ConcernAboutFactory(concern=concern, membership=next(others), pairing=pairing)
        elif part == "raised":
            # One of their own, beside it: of this one they are readers like the others.
            raised[person] = ConcernFactory(raised_by=person, audience=audience)
        if part in ("none", "raised") and (roles["is_admin"] or (roles["is_coordinator"] and audience == "coordinators")):
            expected.add(person.pk)

    may_read = {person.pk for _roles, _part, person in people if Concern.objects.readable_by(person).filter(pk=concern.pk).exists()}

    assert may_read == expected == keys_of(readers_of(concern))
    assert not any(Concern.objects.readable_by(person).filter(pk=own.pk).exists() for person, own in raised.items())
    assert all(Concern.objects.visible_to(person).filter(pk=own.pk).exists() for person, own in raised.items())


def test_both_of_a_pairing_stay_shut_out_when_it_is_kept_no_longer():
    pairing = PairingFactory(active=True)
    concern = ConcernFactory(raised_by=MembershipFactory(program=pairing.program), audience="admins")
    ConcernAboutFactory(concern=concern, membership=MembershipFactory(program=pairing.program), pairing=pairing)
    Membership.objects.filter(pk__in=[half.pk for half in pairing.halves]).update(is_admin=True)

    pairing.delete()

    assert not any(Concern.objects.visible_to(half).exists() for half in Membership.objects.filter(is_admin=True))
    assert {half.pk for half in pairing.halves} <= shut_out_of(concern)
    assert readers_of(concern) == []


def test_a_pairing_is_not_written_down_without_its_two():
    about = ConcernAboutFactory(membership=MembershipFactory(), pairing=PairingFactory(active=True))

    with pytest.raises(IntegrityError, match="knows_both_of_its_pairing"), transaction.atomic():
        type(about).objects.update(first=None)


def test_a_telephone_number_can_be_taken_out_and_not_changed():
    concern = ConcernFactory(reach="call", telephone="030 1")

    assert refused("UPDATE checkins_concern SET telephone = '\\x00'::bytea WHERE id = %s", concern.pk)
    assert not refused("UPDATE checkins_concern SET telephone = NULL WHERE id = %s", concern.pk)


@pytest.mark.parametrize("also", [{}, {"is_coordinator": True}])
@pytest.mark.parametrize("part", ["none", "named", "raised"])
@pytest.mark.parametrize("others", ["can", "cannot", "named"])
def test_the_deputy_reads_what_nobody_else_could(also, part, others):
    program = ProgramFactory()
    deputy = MembershipFactory(program=program, is_participant=True, is_deputy=True, **also)
    by = deputy if part == "raised" else MembershipFactory(program=program)
    concern = ConcernFactory(raised_by=by, audience="admins")
    if others != "cannot":
        admin = MembershipFactory(program=program, is_admin=True)
        if others == "named":
            ConcernAboutFactory(concern=concern, membership=admin)
    if part == "named":
        ConcernAboutFactory(concern=concern, membership=deputy)

    reads = Concern.objects.readable_by(deputy).exists()

    assert reads == (part == "none" and others != "can")
    assert reads == (deputy.pk in keys_of(readers_of(concern)))


def test_whoever_is_named_and_made_a_coordinator_later_stays_out():
    concern = ConcernFactory()
    person = MembershipFactory(program=concern.program)
    ConcernAboutFactory(concern=concern, membership=person)

    person.is_coordinator = person.is_admin = True
    person.save()

    assert not Concern.objects.visible_to(person).exists()
    assert person.pk not in keys_of(readers_of(concern))


def test_a_deputy_who_sees_to_it_keeps_it_when_somebody_else_could_read_it_again():
    deputy = MembershipFactory(is_participant=True, is_deputy=True)
    concern = ConcernFactory(raised_by=MembershipFactory(program=deputy.program), handled_by=deputy)
    MembershipFactory(program=deputy.program, admin=True)

    assert Concern.objects.readable_by(deputy).get() == concern
    assert deputy.pk in keys_of(readers_of(concern))


def test_the_pure_question_takes_a_concern_that_is_not_there_yet():
    concern = ConcernFactory()
    staff = [MembershipFactory(program=concern.program, admin=True) for _ in range(2)]

    left = policies.readers(staff, audience="admins", raised_by_id=None, shut_out=[staff[0].pk])

    assert left == [staff[1]]
    assert shut_out_of(concern) == set()
    assert keys_of(who_may_receive(concern.program)) == keys_of(staff)


# --- what stays ---


def refused(sql: str, *arguments: object) -> bool:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql, arguments)
    except IntegrityError as wrong:
        return "what was said" in str(wrong) or "who raised it" in str(wrong)
    return False


def test_a_note_is_never_changed_and_is_removed_only_long_after_the_end():
    entry = ConcernEntryFactory(author=MembershipFactory(admin=True))
    other = ConcernEntryFactory(concern=entry.concern, author=entry.author, text="Something else")
    with connection.cursor() as cursor:
        # Off in this database, which the tests empty.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE checkins_concernentry ENABLE TRIGGER checkins_concernentry_is_kept")

    assert refused("UPDATE checkins_concernentry SET at = now() WHERE id = %s", entry.pk)
    assert refused(
        "UPDATE checkins_concernentry SET text = (SELECT text FROM checkins_concernentry WHERE id = %s) WHERE id = %s", other.pk, entry.pk
    )
    assert refused("DELETE FROM checkins_concernentry WHERE id = %s", entry.pk)
    Concern.objects.update(closed_at=NOON.replace(year=2020), outcome="agreed")
    assert not refused("DELETE FROM checkins_concernentry WHERE id = %s", entry.pk)


@pytest.mark.parametrize("column", ["audience = 'coordinators'", "is_named = true", "words = NULL", "who_else = '\\x00'::bytea"])
def test_what_was_told_and_to_whom_stays(column):
    concern = ConcernFactory(audience="admins", is_named=False, who_else="Somebody")

    assert refused(f"UPDATE checkins_concern SET {column} WHERE id = %s", concern.pk)


def test_new_keys_may_write_all_of_it_anew(settings):
    settings.FIELD_KEYS = OLD
    concern = ConcernFactory()
    entry = ConcernEntryFactory(concern=concern, author=MembershipFactory(admin=True))
    file = ConcernFileFactory(concern=concern)
    settings.FIELD_KEYS = f"{NEW},{OLD}"

    list(encryption.rotate())

    assert encryption.rows_by_key()["old"] == 0
    settings.FIELD_KEYS = NEW
    assert Concern.objects.get().words == "It went too far last week."
    assert ConcernEntry.objects.get().text == entry.text
    file.refresh_from_db()
    assert (file.name, bytes(file.content), repr(file.content)) == ("what I kept.txt", b"As it was.", "***")


def test_a_file_that_was_moved_to_another_row_does_not_open():
    from mentoring.kernel.encryption.keys import Unreadable

    one, other = ConcernFileFactory(), ConcernFileFactory()
    stored = type(one).objects.filter(pk=other.pk).values_list("content", flat=True).get()
    one.content = bytes(stored)

    with pytest.raises(Unreadable):
        _ = one.content


@pytest.mark.parametrize(
    ("wrong", "name"),
    [
        ({"closed_at": NOON}, "closes_with_an_outcome"),
        ({"words": None}, "says_something_or_asks_a_call"),
        ({"reach": "call", "is_named": False}, "a_call_needs_a_name"),
    ],
)
def test_the_database_refuses_half_a_concern(wrong, name):
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        ConcernFactory(**wrong)


def test_nobody_handles_their_own():
    concern = ConcernFactory()

    with pytest.raises(IntegrityError, match="nobody_handles_their_own"), transaction.atomic():
        Concern.objects.update(handled_by=concern.raised_by)
