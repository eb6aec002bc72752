from datetime import timedelta

import pytest

from mentoring.kernel.audit.models import AuditEvent
from mentoring.kernel.errors import Refused
from mentoring.kernel.limits.models import LimitCount
from mentoring.kernel.outbox.models import OutboxMessage
from programs.invitations import services
from programs.invitations.models import Invitation
from programs.invitations.services import LETTERS_A_DAY, InvitationDraft, Standing
from programs.memberships import services as memberships
from programs.memberships.models import Membership
from programs.people.models import User
from programs.profiles.models import ProfileAnswer, ProfileQuestion
from tests.at_once import at_once
from tests.factories.programs import (
    CohortFactory,
    EmailAddressFactory,
    InvitationFactory,
    MembershipFactory,
    ProfileQuestionFactory,
    UserFactory,
)
from tests.times import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture
def coordinator():
    return MembershipFactory(coordinator=True)


@pytest.fixture
def admin(coordinator):
    return MembershipFactory(program=coordinator.program, admin=True)


@pytest.fixture
def program(coordinator):
    return coordinator.program


@pytest.fixture
def invite(coordinator):
    """`invite("a@example.org")` is how many were asked, now or at another time."""

    def ask(*addresses, by=coordinator, now=NOON, cohort=None, **said) -> int:
        people = [InvitationDraft(email=address, **said) for address in addresses]
        return services.invite(program=coordinator.program, by=by, people=people, now=now, cohort=cohort)

    return ask


def used() -> list[int]:
    """How many letters count, by day."""
    return list(LimitCount.objects.filter(limit=LETTERS_A_DAY.name).order_by("stretch").values_list("used", flat=True))


def many(how_many, start=0) -> list[str]:
    return [f"invited{number}@example.org" for number in range(start, start + how_many)]


# --- asking ---


def test_who_is_invited_gets_a_letter_and_has_no_login_yet(invite, program):
    cohort = CohortFactory(program=program)

    assert invite("Amara@Example.org", name="Amara Okoye", cohort=cohort) == 1

    invitation = Invitation.objects.get()
    assert (invitation.email, invitation.name, invitation.cohort) == ("amara@example.org", "Amara Okoye", cohort)
    assert invitation.expires_at == NOON + timedelta(days=30)
    assert not User.objects.filter(email="amara@example.org").exists()
    message = OutboxMessage.objects.get()
    assert (message.kind, message.subject_id, message.address) == ("invitation", invitation.pk, "amara@example.org")
    # The address stands there encrypted.
    assert b"amara" not in bytes(OutboxMessage.objects.extra(select={"raw": "address"}).values_list("raw", flat=True).get())
    event = AuditEvent.objects.get(verb="people.invited")
    assert event.detail == {"how_many": 1}


def test_who_is_asked_already_is_not_asked_twice(invite):
    invite("amara@example.org")

    assert invite("AMARA@example.org", "jonas@example.org", "Jonas@example.org") == 1

    assert Invitation.objects.count() == OutboxMessage.objects.count() == 2


@pytest.mark.parametrize("known_by", ["login", "second address"])
def test_who_is_in_already_is_not_asked(invite, program, known_by):
    member = MembershipFactory(program=program, user__email="amara@example.org")
    address = "amara@example.org" if known_by == "login" else EmailAddressFactory(user=member.user, email="okoye@example.org").email

    assert invite(address) == 0

    assert not Invitation.objects.exists()


def test_who_has_left_can_be_asked_again(invite, program):
    MembershipFactory(program=program, user__email="amara@example.org", left=True)

    assert invite("amara@example.org") == 1


@pytest.mark.parametrize("written", ["amara@example.org", "Amara@Example.org"])
def test_an_invitation_that_has_run_out_makes_room_for_a_new_one(invite, program, written):
    old = InvitationFactory(program=program, email=written, expired=True)

    assert invite("amara@example.org") == 1

    old.refresh_from_db()
    assert old.withdrawn_at == NOON
    assert Invitation.objects.open_at(NOON).get().email == "amara@example.org"


def test_an_invitation_that_has_run_out_elsewhere_stays_as_it_is(invite):
    elsewhere = InvitationFactory(email="amara@example.org", expired=True)

    invite("amara@example.org")

    elsewhere.refresh_from_db()
    assert elsewhere.withdrawn_at is None


def test_admins_are_invited_by_admins_alone(invite, admin):
    with pytest.raises(Refused, match="Only an admin can invite an admin"):
        invite("a@example.org", is_admin=True)

    assert invite("a@example.org", is_admin=True, by=admin) == 1


@pytest.mark.parametrize("who", [{}, {"deputy": True}, {"coordinator": True, "left": True}])
def test_nobody_invites_who_does_not_run_the_program(invite, program, who):
    with pytest.raises(Refused, match="Only coordinators and admins can invite people"):
        invite("a@example.org", by=MembershipFactory(program=program, **who))

    assert not Invitation.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_who_ask_the_same_person_at_once_make_one_invitation():
    coordinator = MembershipFactory(coordinator=True)
    people = [InvitationDraft(email="amara@example.org")]

    made = at_once(*[lambda: services.invite(program=coordinator.program, by=coordinator, people=people, now=NOON)] * 2)

    assert sorted(made) == [0, 1]
    assert Invitation.objects.count() == OutboxMessage.objects.count() == 1


def test_a_thousand_cost_as_many_statements_as_ten(coordinator, queries_of):
    def invite_many(name: str, number: int) -> None:
        people = [InvitationDraft(email=f"{name}{n}@example.org") for n in range(number)]
        services.invite_many(program=coordinator.program, by=coordinator, people=people, now=NOON)

    invite_many("first", 1)
    few = queries_of(lambda: invite_many("few", 10))

    assert queries_of(lambda: invite_many("many", 1000)) == few
    assert Invitation.objects.count() == 1011


# --- two hundred a day ---


def test_two_hundred_a_day_and_not_one_more(invite):
    invite(*many(150))
    invite(*many(50, start=150))

    with pytest.raises(Refused, match="200 invitations a day"):
        invite("late@example.org")

    assert Invitation.objects.count() == OutboxMessage.objects.count() == 200
    assert used() == [200]


def test_too_many_at_once_are_refused_as_a_whole(invite):
    with pytest.raises(Refused, match="Import a sheet"):
        invite(*many(LETTERS_A_DAY.at_most + 1))

    assert not Invitation.objects.exists()
    assert used() == []


def test_who_is_known_already_is_not_counted(invite):
    invite("amara@example.org")

    invite("amara@example.org", "jonas@example.org")
    invite("jonas@example.org")

    assert used() == [2]


def test_the_next_day_begins_where_the_program_is(invite, program):
    program.time_zone = "Asia/Kolkata"
    program.save()
    invite(*many(200), now=NOON)

    # Midnight in Kolkata is half past six in the evening in UTC.
    with pytest.raises(Refused):
        invite("late@example.org", now=NOON + timedelta(hours=6, minutes=29))

    assert invite("late@example.org", now=NOON + timedelta(hours=6, minutes=30)) == 1


def test_each_program_has_its_own_two_hundred(invite):
    invite(*many(200))
    elsewhere = MembershipFactory(coordinator=True)

    assert services.invite(program=elsewhere.program, by=elsewhere, people=[InvitationDraft(email="a@example.org")], now=NOON) == 1


def test_the_portions_of_an_import_are_not_counted(coordinator, program):
    people = [InvitationDraft(email=address) for address in many(LETTERS_A_DAY.at_most + 50)]

    made = services.invite_many(program=program, by=coordinator, people=people, now=NOON)
    again = services.invite_many(program=program, by=coordinator, people=people, now=NOON)

    assert (made, again) == (250, 0)
    assert OutboxMessage.objects.count() == 250
    assert used() == []


@pytest.mark.django_db(transaction=True)
def test_two_who_invite_at_once_keep_to_the_limit_together():
    coordinator = MembershipFactory(coordinator=True)

    def ask(start):
        people = [InvitationDraft(email=address) for address in many(150, start=start)]
        return lambda: services.invite(program=coordinator.program, by=coordinator, people=people, now=NOON)

    made = at_once(ask(0), ask(150))

    assert sorted(isinstance(answer, Refused) for answer in made) == [False, True]
    assert Invitation.objects.count() == 150


# --- once more, and taking it back ---


def test_a_reminder_leaves_it_open_for_another_thirty_days(coordinator, program):
    invitation = InvitationFactory(program=program, expired=True)

    services.remind(invitation=invitation, by=coordinator, now=NOON)

    invitation.refresh_from_db()
    assert invitation.expires_at == NOON + timedelta(days=30)
    assert OutboxMessage.objects.get().address == invitation.email
    assert used() == [1]


def test_a_reminder_goes_out_once_a_day_of_the_program(coordinator, program):
    program.time_zone = "Asia/Kolkata"
    program.save()
    invitation = InvitationFactory(program=program)

    for hours in (0, 6, 7):  # the last is after midnight in Kolkata
        services.remind(invitation=invitation, by=coordinator, now=NOON + timedelta(hours=hours))

    assert OutboxMessage.objects.count() == 2
    assert used() == [1, 1]


def test_a_reminder_above_the_limit_is_refused_and_owes_nothing(coordinator, program):
    services.count_for_the_day(program=program, how_many=200, now=NOON)
    invitation = InvitationFactory(program=program)

    with pytest.raises(Refused, match="200 invitations a day"):
        services.remind(invitation=invitation, by=coordinator, now=NOON)

    assert not OutboxMessage.objects.exists()


@pytest.mark.parametrize("over", ["accepted", "withdrawn"])
def test_what_is_over_is_not_sent_again(coordinator, program, over):
    with pytest.raises(Refused, match="no longer open"):
        services.remind(invitation=InvitationFactory(program=program, **{over: True}), by=coordinator, now=NOON)


def test_taking_it_back_cancels_its_letter(invite, coordinator):
    invite("amara@example.org", "jonas@example.org")
    invitation = Invitation.objects.get(email="amara@example.org")

    for later in (0, 1):
        services.withdraw(invitation=invitation, by=coordinator, now=NOON + timedelta(hours=later))

    invitation.refresh_from_db()
    assert invitation.withdrawn_at == NOON
    assert [message.subject_id for message in OutboxMessage.objects.open()] == [Invitation.objects.get(email="jonas@example.org").pk]
    assert AuditEvent.objects.filter(verb="invitation.withdrawn").count() == 1


def test_what_was_used_cannot_be_taken_back(coordinator, program):
    with pytest.raises(Refused, match="has joined already"):
        services.withdraw(invitation=InvitationFactory(program=program, accepted=True), by=coordinator, now=NOON)


@pytest.mark.parametrize("act", [services.remind, services.withdraw])
def test_an_admins_invitation_is_for_admins_to_handle(act, coordinator, admin, program):
    invitation = InvitationFactory(program=program, is_admin=True)

    with pytest.raises(Refused, match="Only an admin"):
        act(invitation=invitation, by=coordinator, now=NOON)

    act(invitation=invitation, by=admin, now=NOON)


# --- joining ---


def test_joining_makes_a_login_a_place_and_a_profile_with_what_was_held(program):
    course = ProfileQuestionFactory(program=program, text="Which course?")
    held = {
        "pronouns": "she/her",
        "time_zone": "Africa/Lagos",
        "offers_mentoring": True,
        "offers_capacity": 2,
        "answers": {str(course.pk): "Biology"},
    }
    cohort = CohortFactory(program=program)
    invitation = InvitationFactory(program=program, email="amara@example.org", name="Amara Okoye", prefilled=held, cohort=cohort)

    membership = services.join(invitation=invitation, user=None, now=NOON)

    amara = membership.user
    assert (amara.email, amara.name, amara.pronouns, amara.time_zone) == ("amara@example.org", "Amara Okoye", "she/her", "Africa/Lagos")
    assert amara.emailaddress_set.get().verified
    assert (membership.program, membership.cohort, membership.is_participant, membership.is_staff) == (program, cohort, True, False)
    assert (membership.profile.offers_mentoring, membership.profile.offers_capacity) == (True, 2)
    assert ProfileAnswer.objects.get(profile=membership.profile).value == "Biology"
    invitation.refresh_from_db()
    assert (invitation.accepted_at, invitation.membership, invitation.prefilled) == (NOON, membership, {})


def test_who_runs_the_program_joins_without_a_profile(program):
    invitation = InvitationFactory(program=program, is_participant=False, is_coordinator=True)

    membership = services.join(invitation=invitation, user=None, now=NOON)

    assert membership.is_coordinator
    assert not hasattr(membership, "profile")


def test_the_letter_that_has_not_gone_yet_is_cancelled(invite):
    invite("amara@example.org")

    services.join(invitation=Invitation.objects.get(), user=None, now=NOON)

    assert OutboxMessage.objects.filter(kind="invitation").get().state == OutboxMessage.State.CANCELLED


@pytest.mark.parametrize("over", ["accepted", "withdrawn", "expired"])
def test_what_is_over_lets_nobody_in(over):
    with pytest.raises(Refused, match="no longer open"):
        services.join(invitation=InvitationFactory(**{over: True}), user=None, now=NOON)

    assert not Membership.objects.exists()


def test_a_login_of_the_address_is_never_gone_around():
    invitation = InvitationFactory(email="amara@example.org")
    UserFactory(email="amara@example.org")

    with pytest.raises(Refused, match="Sign in with it"):
        services.join(invitation=invitation, user=None, now=NOON)

    assert not Membership.objects.exists()


def test_an_address_that_somebody_has_proven_as_their_second_is_theirs():
    invitation = InvitationFactory(email="okoye@example.org")
    amara = UserFactory(email="amara@example.org", verified=True)
    EmailAddressFactory(user=amara, email="okoye@example.org", primary=False)

    with pytest.raises(Refused, match="Sign in with it"):
        services.join(invitation=invitation, user=None, now=NOON)

    assert services.join(invitation=invitation, user=amara, now=NOON).user == amara


@pytest.mark.parametrize("owns", ["another address", "the address, but never proved it"])
def test_an_invitation_is_for_the_one_it_was_sent_to(owns):
    invitation = InvitationFactory(email="amara@example.org")
    somebody = UserFactory(verified=True)
    if owns != "another address":
        EmailAddressFactory(user=somebody, email="amara@example.org", verified=False, primary=False)

    with pytest.raises(Refused, match="another address than yours"):
        services.join(invitation=invitation, user=somebody, now=NOON)

    assert not Membership.objects.exists()


def test_who_comes_back_has_the_place_they_had(program):
    amara = UserFactory(email="amara@example.org", verified=True)
    place = MembershipFactory(program=program, user=amara, left=True)

    membership = services.join(invitation=InvitationFactory(program=program, email=amara.email), user=amara, now=NOON)

    assert (membership, membership.left_at) == (place, None)


@pytest.mark.django_db(transaction=True)
def test_two_programs_joined_at_once_make_one_login():
    first, second = InvitationFactory(email="amara@example.org"), InvitationFactory(email="amara@example.org")

    joined = at_once(*[lambda asked=asked: services.join(invitation=asked, user=None, now=NOON) for asked in (first, second)])

    assert [str(answer) for answer in joined if isinstance(answer, Refused)] == [
        "There is an account with this address already. Sign in with it."
    ]
    assert User.objects.filter(email="amara@example.org").count() == 1


@pytest.mark.django_db(transaction=True)
def test_joining_and_being_taken_back_at_once_is_one_or_the_other():
    invitation = InvitationFactory()
    coordinator = MembershipFactory(program=invitation.program, coordinator=True)

    answers = at_once(
        lambda: services.join(invitation=invitation, user=None, now=NOON),
        lambda: services.withdraw(invitation=invitation, by=coordinator, now=NOON),
    )

    invitation.refresh_from_db()
    assert sorted(isinstance(answer, Refused) for answer in answers) == [False, True]
    assert (invitation.accepted_at is None) != (invitation.withdrawn_at is None)
    assert Membership.objects.participants().exists() == (invitation.accepted_at is not None)


@pytest.mark.django_db(transaction=True)
def test_joining_at_the_last_moment_does_not_block_who_is_asking_again():
    invitation = InvitationFactory(email="amara@example.org")
    coordinator = MembershipFactory(program=invitation.program, coordinator=True)
    people = [InvitationDraft(email="amara@example.org")]

    at_once(
        lambda: services.join(invitation=invitation, user=None, now=invitation.expires_at - timedelta(seconds=1)),
        lambda: services.invite(program=invitation.program, by=coordinator, people=people, now=invitation.expires_at),
    )

    assert Membership.objects.participants().count() + Invitation.objects.open_at(invitation.expires_at).count() == 1


def test_who_has_a_login_joins_with_it_and_keeps_what_they_said_of_themselves():
    user = UserFactory(verified=True, name="Ama", time_zone="Europe/Madrid")
    invitation = InvitationFactory(email=user.email, name="Other Name", prefilled={"time_zone": "Africa/Lagos"})

    membership = services.join(invitation=invitation, user=user, now=NOON)

    assert (membership.user, membership.user.name, membership.user.time_zone) == (user, "Ama", "Europe/Madrid")


def test_a_question_that_was_changed_meanwhile_is_asked_anew(coordinator):
    question = ProfileQuestionFactory(program=coordinator.program)
    invitation = InvitationFactory(program=coordinator.program, prefilled={"answers": {str(question.pk): "Law"}})
    ProfileQuestion.objects.filter(pk=question.pk).update(retired_at=NOON)

    assert not services.join(invitation=invitation, user=None, now=NOON).profile.answers.exists()


def test_leaving_and_joining_again_asks_for_what_is_still_open(coordinator, invite):
    invitation = InvitationFactory(program=coordinator.program)
    membership = services.join(invitation=invitation, user=None, now=NOON)
    memberships.leave(membership=membership, by=membership, now=NOON)
    invite(invitation.email)
    user = membership.user

    again = services.join(invitation=Invitation.objects.open().get(), user=user, now=NOON)

    assert again.ready_at is None


# --- what an address is to a program ---


def test_what_an_address_is_to_a_program(coordinator, queries_of):
    program = coordinator.program
    member = MembershipFactory(program=program)
    EmailAddressFactory(user=member.user, email="second@example.org", primary=False)
    left = MembershipFactory(program=program, left=True)
    InvitationFactory(program=program, email=left.user.email, accepted=True)
    InvitationFactory(program=program, email="asked@example.org")
    InvitationFactory(program=program, email="ran.out@example.org", expired=True)
    InvitationFactory(program=program, email="taken.back@example.org", withdrawn=True)
    again = MembershipFactory(program=program, left=True)
    InvitationFactory(program=program, email=again.user.email)
    MembershipFactory(user__email="elsewhere@example.org")
    expected = {
        member.user.email: Standing.MEMBER,
        "second@example.org": Standing.MEMBER,
        left.user.email: Standing.LEFT,
        "asked@example.org": Standing.ASKED,
        "ran.out@example.org": Standing.RAN_OUT,
        "taken.back@example.org": Standing.WITHDRAWN,
        again.user.email: Standing.ASKED,
    }

    addresses = [*expected, "elsewhere@example.org", "nobody@example.org", ""]
    assert services.standing_of(program_id=program.pk, addresses=addresses, now=NOON) == expected
    assert queries_of(lambda: services.standing_of(program_id=program.pk, addresses=addresses, now=NOON)) == 3


def test_the_newest_invitation_says_where_an_address_stands(program):
    InvitationFactory(program=program, email="amara@example.org", withdrawn=True)
    InvitationFactory(program=program, email="amara@example.org")

    assert services.standing_of(program_id=program.pk, addresses=["amara@example.org"], now=NOON) == {"amara@example.org": Standing.ASKED}
