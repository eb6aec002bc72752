from dataclasses import replace
from functools import partial

import pytest

from guidelines.versions import files, services
from guidelines.versions.models import Acknowledgement, GuidelineVersion, Reading
from mentoring.kernel.audit.models import AuditEvent
from mentoring.kernel.errors import Refused
from mentoring.kernel.outbox.models import OutboxMessage
from programs.memberships import services as memberships
from programs.memberships.models import Membership
from programs.readiness.models import Requirement
from programs.setup import services as setup
from tests.at_once import at_once
from tests.factories.guidelines import MONEY, TIME, AcknowledgementFactory, GuidelineVersionFactory
from tests.factories.matching import PairingFactory
from tests.factories.programs import MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db


TWO_DAYS = replace(TIME, rule="Two days before.")


@pytest.fixture
def version(db):
    return GuidelineVersionFactory(number=1)


def save(version, noon, topic=TWO_DAYS, before=TIME.digest, by=None):
    by = by or version.written_by
    return services.save_topic(program=version.program, by=by, topic=topic, before=before, now=noon)


def publish(version, noon, topic=TWO_DAYS, before=TIME.digest, summary="Two days, no longer one."):
    draft = save(version, noon, topic, before)
    return services.publish(program=version.program, by=version.written_by, summary=summary, revision=draft.revision, now=noon)


def agree(version, by, noon):
    services.read_topics(version=version, keys=[topic.key for topic in version.all_topics], by=by, now=noon)
    return services.acknowledge(version=version, by=by, now=noon)


def keys(topics):
    return [topic.key for topic in topics]


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
    assert (version.number, len(version.all_topics)) == (1, 17)
    assert files.Texts(version.introduction, version.all_topics) == files.shipped()


def test_whoever_joins_as_a_participant_has_them_to_read(version, noon):
    participant = memberships.join(program=version.program, user=UserFactory(), is_participant=True, now=noon)
    coordinator = memberships.join(program=version.program, user=UserFactory(), is_coordinator=True, now=noon)

    assert is_open(participant)
    assert not is_open(coordinator)


@pytest.mark.parametrize("changed_meanwhile", [False, True])
def test_who_comes_back_reads_them_again_if_they_changed(version, noon, changed_meanwhile):
    participant = memberships.join(program=version.program, user=UserFactory(), is_participant=True, now=noon)
    agree(version, participant, noon)
    memberships.leave(membership=participant, by=participant, now=noon)
    if changed_meanwhile:
        publish(version, noon)

    back = memberships.join(program=version.program, user=participant.user, is_participant=True, now=noon)

    assert is_open(back) is changed_meanwhile


# --- writing ---


def test_a_draft_begins_with_what_is_in_force_and_is_one_however_often_it_is_saved(version, noon):
    first = save(version, noon)
    second = save(version, noon, replace(MONEY, rule="No money."), MONEY.digest)

    assert (second.pk, second.number, second.revision) == (first.pk, 2, 2)
    assert [topic.rule for topic in second.all_topics] == ["Two days before.", "No money."]
    assert second.introduction == version.introduction


def test_saving_what_is_there_already_changes_nothing(version, noon):
    draft = save(version, noon)

    assert save(version, noon, before=TWO_DAYS.digest).revision == draft.revision


def test_two_who_write_one_topic_at_once_lose_nothing(version, noon):
    other = MembershipFactory(program=version.program, coordinator=True)
    save(version, noon, by=other)

    with pytest.raises(services.SavedMeanwhile, match=other.user.full_name) as meanwhile:
        save(version, noon, replace(TIME, rule="A week before."))

    assert meanwhile.value.draft.topic("time") == TWO_DAYS


def test_two_who_write_different_topics_are_not_in_each_others_way(version, noon):
    save(version, noon, by=MembershipFactory(program=version.program, coordinator=True))

    assert save(version, noon, replace(MONEY, rule="No money."), MONEY.digest).topic("time") == TWO_DAYS


def test_what_was_taken_out_meanwhile_is_noticed_too(version, noon):
    services.take_topic_out(program=version.program, by=version.written_by, key="time", now=noon)

    with pytest.raises(services.SavedMeanwhile):
        save(version, noon)
    assert keys(save(version, noon, before="").all_topics) == ["money", "time"]


def test_a_new_topic_comes_last_and_gets_a_key_of_its_own(version, noon):
    for _ in range(2):
        draft = save(version, noon, replace(TIME, key=""), "")

    assert keys(draft.all_topics) == ["time", "money", "time-2", "time-3"]


def test_the_introduction_is_written_like_a_topic(version, noon):
    save_introduction = partial(services.save_introduction, program=version.program, by=version.written_by, now=noon)

    assert save_introduction(text="Welcome.\n", before="Be kind.\n").introduction == "Welcome.\n"
    with pytest.raises(services.SavedMeanwhile):
        save_introduction(text="Hello.\n", before="Be kind.\n")


def test_topics_change_places_and_are_taken_out_but_for_the_last(version, noon):
    act = {"program": version.program, "by": version.written_by, "now": noon}

    assert keys(services.move_topic(key="money", up=True, **act).all_topics) == ["money", "time"]
    assert keys(services.move_topic(key="money", up=True, **act).all_topics) == ["money", "time"]
    assert keys(services.take_topic_out(key="money", **act).all_topics) == ["time"]
    with pytest.raises(Refused, match="without a topic"):
        services.take_topic_out(key="time", **act)


def test_only_staff_write(version, noon):
    for somebody in (MembershipFactory(program=version.program), MembershipFactory(coordinator=True)):
        act = {"program": version.program, "by": somebody, "now": noon}
        for write in (
            partial(save, version, noon, by=somebody),
            partial(services.save_introduction, text="x", before="", **act),
            partial(services.move_topic, key="time", up=False, **act),
            partial(services.take_topic_out, key="time", **act),
            partial(services.take_in, texts=files.shipped(), revision=0, **act),
            partial(services.drop_draft, revision=0, **act),
        ):
            with pytest.raises(Refused, match="run the program"):
                write()


def test_a_topic_without_a_rule_is_refused(version, noon):
    with pytest.raises(Refused, match="Write the rule"):
        save(version, noon, replace(TIME, rule=""))


def test_what_comes_as_a_file_takes_the_place_of_the_draft_that_was_seen(version, noon):
    act = {"program": version.program, "by": version.written_by, "texts": files.shipped(), "now": noon}
    save(version, noon)

    with pytest.raises(services.SavedMeanwhile):
        services.take_in(revision=0, **act)
    assert services.take_in(revision=1, **act).all_topics == files.shipped().topics


def test_a_draft_that_is_thrown_away_leaves_what_is_in_force(version, noon):
    draft = save(version, noon)

    services.drop_draft(program=version.program, by=version.written_by, revision=draft.revision, now=noon)

    assert list(GuidelineVersion.objects.all()) == [version]


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
    # The first event of a program makes its chain.
    publish(version, noon)
    for_three = queries_of(lambda: publish(version, noon, TIME, TWO_DAYS.digest))

    MembershipFactory.create_batch(27, program=version.program)

    assert queries_of(lambda: publish(version, noon)) == for_three


def test_people_are_told_what_changed(version, noon):
    with pytest.raises(Refused, match="Say in a sentence"):
        publish(version, noon, summary="  ")


def test_what_says_the_same_is_not_published(version, noon):
    save(version, noon)

    with pytest.raises(Refused, match="says the same"):
        publish(version, noon, TIME, TWO_DAYS.digest)


def test_what_somebody_has_not_seen_is_not_published(version, noon):
    draft = save(version, noon)
    save(version, noon, TIME, TWO_DAYS.digest)

    with pytest.raises(services.SavedMeanwhile):
        services.publish(program=version.program, by=version.written_by, summary="One.", revision=draft.revision, now=noon)


def test_without_a_draft_there_is_nothing_to_publish(version, noon):
    with pytest.raises(Refused, match="no draft"):
        services.publish(program=version.program, by=version.written_by, summary="One.", revision=1, now=noon)


def test_only_staff_publish(version, noon):
    draft = save(version, noon)

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

    agree(version, participant, noon)

    assert not is_open(participant)
    assert AuditEvent.objects.filter(verb="guidelines.acknowledged", actor_id=participant.user_id).count() == 1


def test_agreeing_twice_counts_once(version, noon):
    participant = MembershipFactory(program=version.program)

    for _ in range(2):
        agree(version, participant, noon)

    assert Acknowledgement.objects.count() == 1
    assert AuditEvent.objects.filter(verb="guidelines.acknowledged").count() == 1


def test_the_last_thing_to_do_starts_the_pairing(version, noon):
    pairing = PairingFactory(program=version.program, accepted=True, second__ready_at=noon)
    Requirement.objects.create(membership=pairing.first, key="guidelines", opened_at=noon)

    agree(version, pairing.first, noon)

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
    draft = save(version, noon)

    for by, what in ((version.written_by, version), (MembershipFactory(), version), (MembershipFactory(program=version.program), draft)):
        with pytest.raises(Refused, match="not yours"):
            services.acknowledge(version=what, by=by, now=noon)


def test_nobody_agrees_to_what_they_have_not_read(version, noon):
    participant = MembershipFactory(program=version.program)
    services.read_topics(version=version, keys=["time"], by=participant, now=noon)

    with pytest.raises(Refused, match="Read this first: Money"):
        services.acknowledge(version=version, by=participant, now=noon)


def test_of_a_new_version_only_what_changed_is_to_read(version, noon):
    agreed, begun, new = MembershipFactory.create_batch(3, program=version.program)
    agree(version, agreed, noon)
    services.read_topics(version=version, keys=["money"], by=begun, now=noon)

    newer = publish(version, noon)

    assert [keys(services.to_read(newer, who)) for who in (agreed, begun, new)] == [["time"], ["time"], ["time", "money"]]


def test_what_was_read_while_it_was_replaced_does_not_count(version, noon):
    participant = MembershipFactory(program=version.program)
    publish(version, noon)

    with pytest.raises(services.Outdated):
        services.read_topics(version=version, keys=["time"], by=participant, now=noon)
    assert not Reading.objects.exists()


def test_who_takes_it_back_has_it_open_again_and_their_pairing_goes_on(version, noon):
    pairing = PairingFactory(program=version.program, active=True)
    agree(version, pairing.first, noon)

    for _ in range(2):
        services.take_back(version=version, by=pairing.first, now=noon)

    pairing.refresh_from_db()
    assert (is_open(pairing.first), pairing.state) == (True, "active")
    assert AuditEvent.objects.filter(verb="guidelines.acknowledgement_withdrawn").count() == 1
    assert letters("guidelines-reminder").count() == 0
    # They have read it: agreeing again asks for nothing more.
    services.acknowledge(version=version, by=pairing.first, now=noon)
    assert not is_open(pairing.first)


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

    agree(version, late, noon)

    assert letters("guidelines-reminder").get().state == OutboxMessage.State.CANCELLED


def test_who_took_it_back_is_reminded_like_who_never_agreed(version, noon):
    AcknowledgementFactory(version=version, withdrawn_at=noon)

    assert services.remind(version=version, people=Membership.objects.all(), by=version.written_by, now=noon) == 1


def test_only_staff_remind(version, noon):
    with pytest.raises(Refused, match="run the program"):
        services.remind(version=version, people=Membership.objects.all(), by=MembershipFactory(program=version.program), now=noon)


# --- at the same moment, on real connections ---


@pytest.mark.django_db(transaction=True)
def test_nobody_counts_as_having_read_what_was_published_meanwhile(noon):
    for _ in range(3):
        version = GuidelineVersionFactory(number=1)
        readers = [memberships.join(program=version.program, user=UserFactory(), is_participant=True, now=noon) for _ in range(3)]
        acts = [partial(agree, version, reader, noon) for reader in readers]

        at_once(*acts, partial(publish, version, noon))

        assert all(is_open(reader) for reader in readers)
