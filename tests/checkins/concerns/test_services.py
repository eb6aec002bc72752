from datetime import timedelta

import pytest
from django.db import DatabaseError, connection

from checkins.concerns import queries, services
from checkins.concerns.models import READ, Concern, ConcernAbout, ConcernEntry, ConcernFile, ConcernMessage
from checkins.concerns.services import FOR_YOU, NEEDS_YOU, STILL_NEEDS_YOU, About, Given
from matching.pairings.models import Pairing
from mentoring.kernel.audit.models import AuditEvent
from mentoring.kernel.errors import Refused
from mentoring.kernel.outbox import kinds
from mentoring.kernel.outbox.models import OutboxMessage
from programs.memberships.models import Membership
from tests.checkins.pages import People, people_around
from tests.factories.checkins import ConcernAboutFactory, ConcernFactory, MessageFactory
from tests.factories.programs import MembershipFactory
from tests.times import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture
def around() -> People:
    return people_around(active=True)


def tell(around, now, **what):
    given = {"by": around.half, "audience": "coordinators", "is_named": True, "words": "It went too far.", "now": now}
    return services.raise_concern(**given | what)


def written_to(kind=NEEDS_YOU) -> set[int]:
    return set(OutboxMessage.objects.filter(kind=kind).values_list("recipient", flat=True))


def test_those_whom_somebody_chose_are_written_to_and_read_it(around, noon):
    concern = tell(around, noon, about=[About(around.other_half, around.pairing)])

    assert concern.words == "It went too far."
    assert written_to() == {around.coordinator.user_id, around.admin.user_id}
    assert {reader.pk for reader in queries.readers_of(concern)} == {around.coordinator.pk, around.admin.pk}
    assert concern.due_at == noon + timedelta(days=1)


def test_to_the_admins_alone_coordinators_learn_nothing(around, noon):
    tell(around, noon, audience="admins")

    assert written_to() == {around.admin.user_id}
    assert not Concern.objects.visible_to(around.coordinator).exists()


def test_somebody_who_is_in_no_pairing_can_tell(noon):
    lonely = MembershipFactory()
    admin = MembershipFactory(program=lonely.program, admin=True)

    services.raise_concern(by=lonely, audience="admins", is_named=True, words="Nobody answers.", now=noon)

    assert written_to() == {admin.user_id}


def test_to_be_called_needs_no_word_but_a_name(around, noon):
    concern = tell(around, noon, words="", reach="call", telephone="+44 1632 960100, after five")
    assert (concern.words, concern.telephone) == (None, "+44 1632 960100, after five")

    with pytest.raises(Refused, match="need to see who you are"):
        tell(around, noon, words="", reach="call", is_named=False)
    with pytest.raises(Refused, match="Write a few words"):
        tell(around, noon, words=" ")


def test_without_a_name_neither_the_trail_nor_the_pairing_tells_who_it_was(around, noon):
    concern = tell(around, noon, is_named=False, about=[About(around.other_half, around.pairing)])
    services.add(concern=concern, by=around.half, text="And again.", now=noon)

    assert set(AuditEvent.objects.about(concern).values_list("actor_id", flat=True)) == {None}
    assert ConcernAbout.objects.get().pairing is None


def test_without_a_name_both_of_somebody_elses_pairing_are_shut_out(around, noon):
    """Staff who tell of a pairing are no part of it: with it nobody learns who they are, and without it the other half would read."""
    around.other_half.is_admin = True
    around.other_half.save()

    concern = tell(around, noon, by=around.coordinator, is_named=False, about=[About(around.half, around.pairing)])

    assert queries.readers_of(concern) == [around.admin]
    assert not Concern.objects.visible_to(around.other_half).exists()


def test_a_whole_name_that_is_typed_shuts_that_person_out(around, noon):
    around.coordinator.user.name = "Priya Raman"
    around.coordinator.user.save()

    tell(around, noon, who_else="somebody in the office,  priya   raman")

    assert not Concern.objects.visible_to(around.coordinator).exists()
    assert written_to() == {around.admin.user_id}


def test_about_everybody_it_goes_to_the_deputy_and_else_waits_for_somebody(around, noon):
    everybody = [About(around.coordinator), About(around.admin), About(around.other_half)]
    concern = tell(around, noon, about=everybody)
    assert queries.readers_of(concern) == []
    assert not OutboxMessage.objects.exists()

    deputy = MembershipFactory(program=around.half.program, is_participant=True, is_deputy=True)
    services.remind_due(now=noon + timedelta(hours=1))

    assert queries.readers_of(concern) == [deputy]
    assert written_to() == {deputy.user_id}


def test_about_oneself_it_is_raised_like_any_other(around, noon):
    concern = tell(around, noon, about=[About(around.half)])

    assert Concern.objects.visible_to(around.half).get() == concern
    assert len(queries.readers_of(concern)) == 2


def test_a_person_of_another_program_is_not_named(around, noon):
    with pytest.raises(Refused, match="not in your program"):
        tell(around, noon, about=[About(around.outsider)])


def test_over_the_limit_it_is_taken_all_the_same_and_its_mail_waits(around, noon, monkeypatch):
    monkeypatch.setattr(services, "A_DAY", services.limits.Limit("concerns", 1))

    tell(around, noon)
    tell(around, noon)

    assert Concern.objects.count() == 2
    assert sorted(OutboxMessage.objects.values_list("due_at", flat=True)) == [noon] * 2 + [noon + services.WAITS] * 2


def test_a_file_is_kept_as_it_is_under_what_it_is(around, noon):
    concern = tell(around, noon, given=[Given("<script>.pdf", b"\x89PNG\r\n\x1a\nrest")])

    file = ConcernFile.objects.get(concern=concern)
    assert (file.name, file.ending, bytes(file.content)) == ("<script>.pdf", "png", b"\x89PNG\r\n\x1a\nrest")


@pytest.mark.parametrize(
    ("content", "words"), [(b"MZ\0 a program", "whatever its name says"), (b"%PDF-" + bytes(5 * 1024 * 1024), "5 MB at most")]
)
def test_a_file_that_is_no_letter_or_too_large_is_refused_with_all_of_it(around, noon, content, words):
    with pytest.raises(Refused, match=words):
        tell(around, noon, given=[Given("letter.pdf", content)])

    assert not Concern.objects.exists()


def test_messages_that_are_shown_stay_as_they_were_also_those_taken_back(around, noon):
    said = MessageFactory(pairing=around.pairing, author=around.other_half, text="Come alone.")
    taken_back = MessageFactory(pairing=around.pairing, author=around.other_half, text="", kept="Or else.", removed_at=noon)
    of_others = MessageFactory(pairing=Pairing.objects.of(around.neighbour).get())

    concern = tell(around, noon, shown=[said, taken_back, of_others])

    shown = {message.text: message.was_taken_back for message in ConcernMessage.objects.filter(concern=concern)}
    assert shown == {"Come alone.": False, "Or else.": True}


# --- reading, and nobody reading ---


def test_that_somebody_reads_it_is_written_down_and_whoever_may_not_does_not(around, noon):
    concern = tell(around, noon, about=[About(around.coordinator)])

    services.note_reading(concern=concern, by=around.admin, now=noon)
    with pytest.raises(Refused):
        services.note_reading(concern=concern, by=around.coordinator, now=noon)

    event = queries.reads_of(concern).get()
    assert (event.actor_id, event.verb, event.at) == (around.admin.user_id, READ, noon)
    assert queries.first_read_at(concern) == noon


def test_nobody_has_read_it_after_a_day_and_after_three(around, noon):
    tell(around, noon)
    for hours in (1, 23, 25, 26, 71, 73, 90):
        services.remind_due(now=noon + timedelta(hours=hours))

    slots = OutboxMessage.objects.filter(recipient=around.admin.user).order_by("pk").values_list("kind", "created_at")
    assert list(slots) == [
        (NEEDS_YOU, noon),
        (STILL_NEEDS_YOU, noon + timedelta(hours=25)),
        (STILL_NEEDS_YOU, noon + timedelta(hours=73)),
    ]


def test_once_it_was_read_nobody_is_reminded(around, noon):
    concern = tell(around, noon)
    services.note_reading(concern=concern, by=around.admin, now=noon)

    assert services.remind_due(now=noon + timedelta(days=4)) == 0


@pytest.mark.parametrize("goes", [{"left_at": NOON}, {"is_admin": False, "is_coordinator": True}], ids=["leaves", "loses the role"])
def test_what_only_somebody_has_read_who_is_gone_waits_for_the_others(around, noon, goes):
    deputy = MembershipFactory(program=around.half.program, is_participant=True, is_deputy=True)
    concern = tell(around, noon, audience="admins")
    services.note_reading(concern=concern, by=around.admin, now=noon)
    assert not Concern.objects.unread().exists()

    Membership.objects.filter(pk=around.admin.pk).update(**goes)

    assert services.remind_due(now=noon + timedelta(days=5)) == 1
    message = OutboxMessage.objects.get(kind=STILL_NEEDS_YOU)
    assert message.recipient == deputy.user
    assert kinds.get(STILL_NEEDS_YOU).still_owed([message]) == {message.pk}


def test_a_mail_goes_to_nobody_who_was_named_in_the_meantime(around, noon):
    concern = tell(around, noon)
    messages = list(OutboxMessage.objects.all())

    ConcernAboutFactory(concern=concern, membership=around.coordinator)

    owed = kinds.get(NEEDS_YOU).still_owed(messages)
    assert {message.recipient_id for message in messages if message.pk in owed} == {around.admin.user_id}


@pytest.mark.parametrize("kind", [NEEDS_YOU, STILL_NEEDS_YOU, FOR_YOU])
def test_a_mail_says_nothing_of_what_who_or_why(around, noon, kind):
    from mentoring.kernel.outbox import letters

    concern = tell(around, noon, reach="mail", about=[About(around.other_half)])
    services.tell_readers(concern, slot="a-day", now=noon, kind=STILL_NEEDS_YOU)
    services.tell_raiser(concern, slot="x", now=noon)
    message = OutboxMessage.objects.filter(kind=kind).select_related("recipient").first()
    of_kind = kinds.get(kind)

    mail = letters.compose(message, kind=of_kind, context=of_kind.context([message])[message.pk], address="somebody@example.org")

    said = f"{mail.message()}".lower()
    assert not [word for word in ("concern", "safeguard", "wrong", around.other_half.user.name.lower(), str(concern.pk)) if word in said]
    assert not of_kind.is_in_log


# --- whoever raised it ---


def test_whoever_raised_it_adds_and_only_who_sees_to_it_is_written_to(around, noon):
    concern = tell(around, noon)
    Concern.objects.update(handled_by=around.admin)
    OutboxMessage.objects.all().delete()

    services.add(concern=concern, by=around.half, text="One more thing.", now=noon)

    assert written_to() == {around.admin.user_id}
    assert ConcernEntry.objects.get().text == "One more thing."


def test_what_was_closed_is_opened_again_by_a_word_for_ninety_days(noon):
    concern = ConcernFactory(closed=True)

    services.add(concern=concern, by=concern.raised_by, text="It happened again.", now=noon + timedelta(days=90))
    concern.refresh_from_db()
    assert (concern.is_open, concern.outcome) == (True, "")
    assert ConcernEntry.objects.get().kind == "reopened"

    Concern.objects.update(closed_at=noon, outcome="agreed")
    with pytest.raises(Refused, match="Tell us anew"):
        services.add(concern=concern, by=concern.raised_by, text="And now.", now=noon + timedelta(days=91))


def test_nobody_else_adds_in_their_name(around, noon):
    concern = tell(around, noon)

    with pytest.raises(Refused):
        services.add(concern=concern, by=around.other_half, text="Not true.", now=noon)


def test_who_did_not_ask_for_mail_gets_none(around, noon):
    services.tell_raiser(tell(around, noon, reach="here"), slot="x", now=noon)

    assert written_to(FOR_YOU) == set()


def test_where_a_reading_cannot_be_written_down_nothing_is_shown(as_member, around, noon):
    concern = tell(around, noon)
    browser = as_member(around.admin)
    browser.raise_request_exception = False

    def broken(execute, sql, *more):
        if "kernel_auditevent" in sql and sql.startswith("INSERT"):
            raise DatabaseError("full")
        return execute(sql, *more)

    with connection.execute_wrapper(broken):
        answer = browser.get(f"/p/{concern.program.slug}/concerns/{concern.pk}/")

    assert answer.status_code == 500
    assert "It went too far" not in answer.text
