from functools import partial

import pytest

from guidelines.versions import services
from guidelines.versions.models import Acknowledgement, GuidelineVersion
from mentoring.kernel.audit.models import AuditEvent
from mentoring.kernel.errors import Refused
from mentoring.kernel.outbox.models import OutboxMessage
from programs.memberships import services as memberships
from programs.memberships.models import Membership
from programs.readiness.models import Requirement
from programs.setup import services as setup
from tests.at_once import at_once
from tests.factories.guidelines import AcknowledgementFactory, GuidelineVersionFactory
from tests.factories.matching import PairingFactory
from tests.factories.programs import MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def version(db):
    return GuidelineVersionFactory(number=1, text="# Time\n\nA day before.\n")


def save(version, text, noon, revision=0, by=None):
    by = by or version.written_by
    return services.save_draft(program=version.program, by=by, text=text, revision=revision, now=noon)


def publish(version, noon, text="# Time\n\nTwo days before.\n", summary="Two days, no longer one."):
    draft = save(version, text, noon)
    return services.publish(program=version.program, by=version.written_by, summary=summary, revision=draft.revision, now=noon)


def letters(kind, **facts):
    return OutboxMessage.objects.filter(kind=kind, **facts)


def is_open(membership):
    return Requirement.objects.filter(membership=membership, key="guidelines", done_at=None).exists()


# --- from the beginning ---


def test_a_new_program_has_the_guidelines_that_ship(noon):
    program = setup.create_program(
        by=UserFactory(may_create_programs=True), template="first-year-buddies", name="North", time_zone="UTC", now=noon
    )

    version = GuidelineVersion.objects.in_force().get(program=program)
    assert (version.number, version.text) == (1, services.FIRST_TEXT.read_text(encoding="utf-8"))


def test_whoever_joins_as_a_participant_has_them_to_read(version, noon):
    participant = memberships.join(program=version.program, user=UserFactory(), is_participant=True, now=noon)
    coordinator = memberships.join(program=version.program, user=UserFactory(), is_coordinator=True, now=noon)

    assert is_open(participant)
    assert not is_open(coordinator)


@pytest.mark.parametrize("changed_meanwhile", [False, True])
def test_who_comes_back_reads_them_again_if_they_changed(version, noon, changed_meanwhile):
    participant = memberships.join(program=version.program, user=UserFactory(), is_participant=True, now=noon)
    services.acknowledge(version=version, by=participant, now=noon)
    memberships.leave(membership=participant, by=participant, now=noon)
    if changed_meanwhile:
        publish(version, noon)

    back = memberships.join(program=version.program, user=participant.user, is_participant=True, now=noon)

    assert is_open(back) is changed_meanwhile


# --- writing ---


def test_a_draft_is_one_however_often_it_is_saved(version, noon):
    first = save(version, "# One\n", noon)
    second = save(version, "# Two\n", noon, revision=first.revision)

    assert (second.pk, second.number, second.revision, second.text) == (first.pk, 2, 2, "# Two\n")


def test_saving_what_is_there_already_changes_nothing(version, noon):
    draft = save(version, "# One\n", noon)

    assert save(version, "# One\n", noon, revision=draft.revision).revision == draft.revision


def test_two_who_write_at_once_lose_nothing(version, noon):
    other = MembershipFactory(program=version.program, coordinator=True)
    draft = save(version, "# One\n", noon)
    save(version, "# Theirs\n", noon, revision=draft.revision, by=other)

    with pytest.raises(services.SavedMeanwhile, match=other.user.full_name) as meanwhile:
        save(version, "# Mine\n", noon, revision=draft.revision)

    assert meanwhile.value.draft.text == "# Theirs\n"


def test_a_draft_begun_by_two_is_noticed_too(version, noon):
    save(version, "# One\n", noon)

    with pytest.raises(services.SavedMeanwhile):
        save(version, "# Mine\n", noon, revision=0)


def test_only_staff_write(version, noon):
    for somebody in (MembershipFactory(program=version.program), MembershipFactory(coordinator=True)):
        with pytest.raises(Refused, match="run the program"):
            save(version, "# One\n", noon, by=somebody)


def test_guidelines_without_a_word_are_refused(version, noon):
    with pytest.raises(Refused, match="Write something"):
        save(version, " \n", noon)


# --- publishing ---


def test_what_is_published_is_asked_of_every_participant(version, noon):
    readers = MembershipFactory.create_batch(2, program=version.program, ready_at=noon)
    MembershipFactory(program=version.program, left=True)

    newer = publish(version, noon)

    assert list(GuidelineVersion.objects.in_force()) == [newer]
    assert all(is_open(reader) for reader in readers)
    assert not Membership.objects.filter(pk__in=[reader.pk for reader in readers], ready_at__isnull=False).exists()
    asked = letters("guidelines-changed").values_list("recipient", flat=True)
    assert set(asked) == {reader.user_id for reader in readers}


def test_pairings_that_have_begun_go_on(version, noon):
    pairing = PairingFactory(program=version.program, active=True, first__ready_at=noon, second__ready_at=noon)

    publish(version, noon)

    pairing.refresh_from_db()
    assert pairing.state == "active"


def test_publishing_costs_the_same_for_three_people_and_for_thirty(version, noon, queries_of):
    MembershipFactory.create_batch(3, program=version.program)
    publish(version, noon, text="# The first event of a program makes its chain\n")
    for_three = queries_of(lambda: publish(version, noon))

    MembershipFactory.create_batch(27, program=version.program)

    assert queries_of(lambda: publish(version, noon, text="# Other\n")) == for_three


def test_people_are_told_what_changed(version, noon):
    with pytest.raises(Refused, match="Say in a sentence"):
        publish(version, noon, summary="  ")


def test_what_says_the_same_is_not_published(version, noon):
    with pytest.raises(Refused, match="says the same"):
        publish(version, noon, text=version.text)


def test_what_somebody_has_not_seen_is_not_published(version, noon):
    draft = save(version, "# One\n", noon)
    save(version, "# Two\n", noon, revision=draft.revision)

    with pytest.raises(services.SavedMeanwhile):
        services.publish(program=version.program, by=version.written_by, summary="One.", revision=draft.revision, now=noon)


def test_without_a_draft_there_is_nothing_to_publish(version, noon):
    with pytest.raises(Refused, match="no draft"):
        services.publish(program=version.program, by=version.written_by, summary="One.", revision=1, now=noon)


def test_only_staff_publish(version, noon):
    draft = save(version, "# One\n", noon)

    with pytest.raises(Refused, match="run the program"):
        services.publish(
            program=version.program,
            by=MembershipFactory(program=version.program),
            summary="One.",
            revision=draft.revision,
            now=noon,
        )


# --- agreeing ---


def test_agreeing_settles_what_was_to_do(version, noon):
    participant = memberships.join(program=version.program, user=UserFactory(), is_participant=True, now=noon)

    services.acknowledge(version=version, by=participant, now=noon)

    assert not is_open(participant)
    assert AuditEvent.objects.filter(verb="guidelines.acknowledged", actor_id=participant.user_id).count() == 1


def test_agreeing_twice_counts_once(version, noon):
    participant = MembershipFactory(program=version.program)

    for _ in range(2):
        services.acknowledge(version=version, by=participant, now=noon)

    assert Acknowledgement.objects.count() == 1
    assert AuditEvent.objects.filter(verb="guidelines.acknowledged").count() == 1


def test_the_last_thing_to_do_starts_the_pairing(version, noon):
    pairing = PairingFactory(program=version.program, accepted=True, second__ready_at=noon)
    Requirement.objects.create(membership=pairing.first, key="guidelines", opened_at=noon)

    services.acknowledge(version=version, by=pairing.first, now=noon)

    pairing.refresh_from_db()
    assert pairing.state == "active"


def test_nobody_agrees_to_what_is_not_in_force_any_more(version, noon):
    participant = MembershipFactory(program=version.program)
    newer = publish(version, noon)

    with pytest.raises(services.Outdated) as outdated:
        services.acknowledge(version=version, by=participant, now=noon)

    assert outdated.value.version == newer
    assert not Acknowledgement.objects.exists()


def test_participants_agree_for_themselves_to_what_is_published(version, noon):
    draft = save(version, "# One\n", noon)

    for by, what in ((version.written_by, version), (MembershipFactory(), version), (MembershipFactory(program=version.program), draft)):
        with pytest.raises(Refused, match="not yours"):
            services.acknowledge(version=what, by=by, now=noon)


# --- reminding ---


def test_those_who_have_not_read_them_are_reminded_once_a_day(version, noon):
    AcknowledgementFactory(version=version)
    late = MembershipFactory(program=version.program)
    MembershipFactory(program=version.program, left=True)
    MembershipFactory()
    everybody = Membership.objects.all()

    assert services.remind(version=version, people=everybody, by=version.written_by, now=noon) == 1
    assert services.remind(version=version, people=everybody, by=version.written_by, now=noon) == 0
    assert letters("guidelines-reminder").get().recipient_id == late.user_id


def test_who_agrees_is_not_reminded_any_more(version, noon):
    late = MembershipFactory(program=version.program)
    services.remind(version=version, people=Membership.objects.all(), by=version.written_by, now=noon)

    services.acknowledge(version=version, by=late, now=noon)

    assert letters("guidelines-reminder").get().state == OutboxMessage.State.CANCELLED


def test_only_staff_remind(version, noon):
    with pytest.raises(Refused, match="run the program"):
        services.remind(version=version, people=Membership.objects.all(), by=MembershipFactory(program=version.program), now=noon)


# --- at the same moment, on real connections ---


@pytest.mark.django_db(transaction=True)
def test_nobody_counts_as_having_read_what_was_published_meanwhile(noon):
    for _ in range(3):
        version = GuidelineVersionFactory(number=1)
        readers = [memberships.join(program=version.program, user=UserFactory(), is_participant=True, now=noon) for _ in range(3)]
        acts = [partial(services.acknowledge, version=version, by=reader, now=noon) for reader in readers]

        at_once(*acts, partial(publish, version, noon))

        assert all(is_open(reader) for reader in readers)
