from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.db import IntegrityError, transaction

from mentoring.kernel.audit.models import AuditEvent
from mentoring.kernel.errors import Refused
from mentoring.kernel.outbox.models import OutboxMessage
from programs.invitations import services
from programs.invitations.models import MOST_A_DAY, Invitation, InvitationDay
from programs.invitations.services import InvitationDraft, Standing
from programs.memberships import services as memberships
from programs.memberships.models import Membership
from programs.people.models import User
from programs.profiles.models import ProfileQuestion
from tests.at_once import at_once
from tests.factories.programs import (
    EmailAddressFactory,
    InvitationFactory,
    MembershipFactory,
    ProfileQuestionFactory,
    ProgramFactory,
    UserFactory,
)
from tests.times import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture
def coordinator():
    return MembershipFactory(coordinator=True)


def invite(by: Membership, *addresses: str, now=NOON, **roles) -> int:
    people = [InvitationDraft(email=address, **roles) for address in addresses]
    return services.invite(program=by.program, by=by, people=people, now=now)


def letters() -> list[OutboxMessage]:
    return list(OutboxMessage.objects.filter(kind="invitation").exclude(state="cancelled").order_by("pk"))


# --- asking ---


def test_an_invitation_owes_one_letter_to_an_address_that_the_database_cannot_read(coordinator):
    assert invite(coordinator, "Amara@Example.org") == 1

    invitation = Invitation.objects.get()
    assert (invitation.email, invitation.expires_at) == ("amara@example.org", NOON + services.OPEN_FOR)
    letter = letters()[0]
    assert (letter.subject, letter.recipient, letter.address) == (str(invitation.pk), None, "amara@example.org")
    stored = OutboxMessage.objects.extra(select={"raw": "address"}).values_list("raw", flat=True).get()
    assert b"amara" not in bytes(stored)


def test_whoever_is_in_the_program_or_was_asked_is_not_asked_again(coordinator):
    member = MembershipFactory(program=coordinator.program)
    EmailAddressFactory(user=member.user, email="also.theirs@example.org", primary=False)
    invite(coordinator, "asked@example.org")

    known = [member.user.email.upper(), "also.theirs@example.org", "ASKED@example.org"]
    assert invite(coordinator, *known, "new@example.org", "New@example.org") == 1

    assert sorted(Invitation.objects.values_list("email", flat=True)) == ["asked@example.org", "new@example.org"]


def test_an_invitation_that_ran_out_makes_room_for_a_new_one(coordinator):
    old = InvitationFactory(program=coordinator.program, email="late@example.org", expired=True)

    assert invite(coordinator, "late@example.org") == 1

    old.refresh_from_db()
    assert old.withdrawn_at == NOON
    assert Invitation.objects.open().get().email == "late@example.org"


def test_another_program_is_another_matter(coordinator):
    InvitationFactory(email="both@example.org")
    MembershipFactory(user__email="elsewhere@example.org")

    assert invite(coordinator, "both@example.org", "elsewhere@example.org") == 2


def test_only_an_admin_asks_an_admin_in(coordinator):
    with pytest.raises(Refused, match="Only an admin"):
        invite(coordinator, "boss@example.org", is_admin=True)

    admin = MembershipFactory(program=coordinator.program, admin=True)
    assert invite(admin, "boss@example.org", is_admin=True) == 1


def test_a_participant_asks_nobody():
    with pytest.raises(Refused):
        invite(MembershipFactory(), "friend@example.org")


def test_a_thousand_cost_as_many_statements_as_ten(coordinator, queries_of):
    def invite_many(name: str, number: int) -> None:
        people = [InvitationDraft(email=f"{name}{n}@example.org") for n in range(number)]
        services.invite_many(program=coordinator.program, by=coordinator, people=people, now=NOON)

    invite_many("first", 1)
    few = queries_of(lambda: invite_many("few", 10))

    assert queries_of(lambda: invite_many("many", 1000)) == few
    assert Invitation.objects.count() == 1011


# --- two hundred a day ---


def test_two_hundred_letters_a_day_and_no_more(coordinator):
    invite(coordinator, *(f"p{n}@example.org" for n in range(MOST_A_DAY - 1)))
    invitation = Invitation.objects.first()

    with pytest.raises(Refused, match="200 invitations a day"):
        invite(coordinator, "one@example.org", "two@example.org")
    services.remind(invitation=invitation, by=coordinator, now=NOON)
    with pytest.raises(Refused, match="200 invitations a day"):
        services.remind(invitation=Invitation.objects.last(), by=coordinator, now=NOON)

    assert Invitation.objects.count() == MOST_A_DAY - 1
    assert InvitationDay.objects.get().used == MOST_A_DAY
    # The next day begins by the program's own clock: in London it is 00:30.
    assert invite(coordinator, "one@example.org", now=NOON + timedelta(hours=12, minutes=30)) == 1


def test_who_was_asked_before_counts_nothing(coordinator):
    invite(coordinator, "p@example.org")
    invite(coordinator, "p@example.org")

    assert InvitationDay.objects.get().used == 1


def test_more_than_two_hundred_at_once_are_refused_whole(coordinator):
    with pytest.raises(Refused, match="200 invitations a day"):
        invite(coordinator, *(f"p{n}@example.org" for n in range(MOST_A_DAY + 1)))

    assert not Invitation.objects.exists()
    assert not letters()


@pytest.mark.django_db(transaction=True)
def test_limits_are_exact(coordinator):
    """Many at once take exactly what there is."""
    services.count_for_the_day(program=coordinator.program, how_many=MOST_A_DAY - 5, now=NOON)

    went = at_once(*(lambda: services.count_for_the_day(program=coordinator.program, how_many=1, now=NOON) or "went" for _ in range(12)))

    assert went.count("went") == 5
    assert InvitationDay.objects.get().used == MOST_A_DAY


@pytest.mark.django_db(transaction=True)
def test_two_who_ask_the_same_people_at_once_ask_each_once(coordinator):
    other = MembershipFactory(program=coordinator.program, coordinator=True)
    people = [f"p{n}@example.org" for n in range(30)]

    made = at_once(lambda: invite(coordinator, *people), lambda: invite(other, *reversed(people)))

    assert sum(made) == 30
    assert len(letters()) == 30


# --- again, and back ---


def test_a_reminder_goes_once_a_day_and_opens_it_for_another_thirty_days(coordinator):
    invite(coordinator, "p@example.org")
    invitation = Invitation.objects.get()
    late = NOON + timedelta(days=40)

    services.remind(invitation=invitation, by=coordinator, now=late)
    services.remind(invitation=invitation, by=coordinator, now=late + timedelta(hours=2))

    invitation.refresh_from_db()
    assert invitation.expires_at == late + services.OPEN_FOR
    assert len(letters()) == 2


def test_what_is_taken_back_is_no_longer_owed(coordinator):
    invite(coordinator, "p@example.org")
    invitation = Invitation.objects.get()

    services.withdraw(invitation=invitation, by=coordinator, now=NOON)
    services.withdraw(invitation=invitation, by=coordinator, now=NOON)

    assert not letters()
    with pytest.raises(Refused, match="no longer open"):
        services.remind(invitation=invitation, by=coordinator, now=NOON)
    with pytest.raises(Refused, match="no longer open"):
        services.join(invitation=invitation, user=None, now=NOON)
    assert AuditEvent.objects.filter(verb="invitation.withdrawn").count() == 1


def test_a_coordinator_takes_back_no_invitation_of_an_admin(coordinator):
    invitation = InvitationFactory(program=coordinator.program, is_admin=True)

    with pytest.raises(Refused, match="Only an admin"):
        services.withdraw(invitation=invitation, by=coordinator, now=NOON)


# --- joining ---


def test_whoever_joins_has_a_login_with_the_proven_address_and_starts_with_what_was_known():
    course = ProfileQuestionFactory()
    retired = ProfileQuestionFactory(program=course.program, retired_at=NOON)
    answers = {str(course.pk): "Law", str(retired.pk): "gone"}
    invitation = InvitationFactory(
        program=course.program,
        name="Amara Okoye",
        prefilled={"pronouns": "she/her", "time_zone": "Africa/Lagos", "offers_mentoring": True, "offers_capacity": 3, "answers": answers},
    )

    membership = services.join(invitation=invitation, user=None, now=NOON)

    user = membership.user
    assert (user.name, user.email, user.pronouns, user.time_zone) == ("Amara Okoye", invitation.email, "she/her", "Africa/Lagos")
    assert EmailAddress.objects.get(user=user).verified
    assert not user.has_usable_password()
    assert (membership.profile.offers_mentoring, membership.profile.offers_capacity) == (True, 3)
    assert [(answer.question, answer.value) for answer in membership.profile.answers.all()] == [(course, "Law")]
    assert membership.requirements.open().filter(key="profile").exists()
    invitation.refresh_from_db()
    assert (invitation.accepted_at, invitation.membership, invitation.prefilled) == (NOON, membership, {})


def test_who_has_a_login_joins_with_it_and_keeps_what_they_said_of_themselves():
    user = UserFactory(verified=True, name="Ama", time_zone="Europe/Madrid")
    invitation = InvitationFactory(email=user.email, name="Other Name", prefilled={"time_zone": "Africa/Lagos"})

    membership = services.join(invitation=invitation, user=user, now=NOON)

    assert (membership.user, membership.user.name, membership.user.time_zone) == (user, "Ama", "Europe/Madrid")


def test_a_second_address_that_somebody_has_proven_is_theirs_too():
    user = UserFactory(verified=True)
    EmailAddressFactory(user=user, email="work@example.org", primary=False)
    invitation = InvitationFactory(email="Work@example.org")

    with pytest.raises(Refused, match="an account with this address"):
        services.join(invitation=invitation, user=None, now=NOON)
    assert services.join(invitation=invitation, user=user, now=NOON).user == user


@pytest.mark.parametrize("address", ["somebody.else@example.org", "not.proven@example.org"])
def test_an_invitation_of_somebody_else_changes_nothing(address):
    user = UserFactory(verified=True)
    EmailAddressFactory(user=user, email="not.proven@example.org", primary=False, verified=False)
    invitation = InvitationFactory(email=address)

    with pytest.raises(Refused, match="another address"):
        services.join(invitation=invitation, user=user, now=NOON)

    assert not Membership.objects.exists()


def test_a_login_that_is_there_must_be_used():
    user = UserFactory()

    with pytest.raises(Refused, match="an account with this address"):
        services.join(invitation=InvitationFactory(email=user.email.upper()), user=None, now=NOON)


@pytest.mark.parametrize("state", ["expired", "withdrawn", "accepted"])
def test_an_invitation_that_is_not_open_lets_nobody_in(state):
    with pytest.raises(Refused, match="no longer open"):
        services.join(invitation=InvitationFactory(**{state: True}), user=None, now=NOON)

    assert not User.objects.filter(email__startswith="guest").exists()


def test_who_had_left_comes_back_by_an_invitation(coordinator):
    left = MembershipFactory(program=coordinator.program, left=True, user=UserFactory(verified=True))
    invite(coordinator, left.user.email)

    membership = services.join(invitation=Invitation.objects.get(), user=left.user, now=NOON)

    assert (membership.pk, membership.left_at) == (left.pk, None)


def test_an_invitation_to_run_the_program_asks_for_no_profile():
    membership = services.join(invitation=InvitationFactory(is_participant=False, is_coordinator=True), user=None, now=NOON)

    assert (membership.is_coordinator, membership.is_participant) == (True, False)
    assert not hasattr(membership, "profile")
    assert not membership.requirements.exists()


@pytest.mark.django_db(transaction=True)
def test_two_clicks_on_join_make_one_person():
    invitation = InvitationFactory()

    came = at_once(*(lambda: services.join(invitation=invitation, user=None, now=NOON) for _ in range(2)))

    assert {type(one) for one in came} == {Membership, Refused}
    assert Membership.objects.count() == User.objects.filter(email=invitation.email).count() == 1


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


# --- what the database refuses ---


def test_an_address_has_one_open_invitation_to_a_program():
    first = InvitationFactory(email="p@example.org")
    InvitationFactory(program=first.program, email="p@example.org", withdrawn=True)

    with pytest.raises(IntegrityError, match="one_open_an_address"), transaction.atomic():
        InvitationFactory(program=first.program, email="P@example.org")


def test_a_day_has_no_more_than_two_hundred():
    with pytest.raises(IntegrityError, match="keeps_the_limit"):
        InvitationDay.objects.create(program=ProgramFactory(), on_day=NOON.date(), used=MOST_A_DAY + 1)


def test_a_question_that_was_changed_meanwhile_is_asked_anew(coordinator):
    question = ProfileQuestionFactory(program=coordinator.program)
    invitation = InvitationFactory(program=coordinator.program, prefilled={"answers": {str(question.pk): "Law"}})
    ProfileQuestion.objects.filter(pk=question.pk).update(retired_at=NOON)

    assert not services.join(invitation=invitation, user=None, now=NOON).profile.answers.exists()


def test_leaving_and_joining_again_asks_for_what_is_still_open(coordinator):
    invitation = InvitationFactory(program=coordinator.program)
    membership = services.join(invitation=invitation, user=None, now=NOON)
    memberships.leave(membership=membership, by=membership, now=NOON)
    invite(coordinator, invitation.email)
    user = membership.user

    again = services.join(invitation=Invitation.objects.open().get(), user=user, now=NOON)

    assert again.ready_at is None
