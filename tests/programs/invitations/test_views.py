import csv
import io
import re

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from mentoring.kernel.outbox.models import OutboxMessage
from programs.invitations.models import Invitation
from programs.invitations.tokens import token_for
from programs.memberships.models import Membership
from programs.people.models import User
from tests.factories.programs import CohortFactory, EmailAddressFactory, InvitationFactory, MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def coordinator():
    return MembershipFactory(coordinator=True)


@pytest.fixture
def staff(as_member, coordinator):
    return as_member(coordinator)


@pytest.fixture
def invitation(now):
    return InvitationFactory(name="Amara Okoye", expires_at=now.replace(year=now.year + 1))


@pytest.fixture
def now():
    """The pages go by the clock."""
    return timezone.now()


def page_of(invitation: Invitation) -> str:
    return reverse("programs:invitation", args=[token_for(invitation.pk)])


def to(name: str, member: Membership, *rest: int) -> str:
    return reverse(f"programs:{name}", args=[member.program.slug, *rest])


def asked(staff: Client, coordinator: Membership, people: str, **more):
    return staff.post(to("invite", coordinator), {"people": people, "roles": ["is_participant"], **more})


# --- asking ---


def test_people_are_asked_in_as_they_come_out_of_a_mail_program(staff, coordinator):
    autumn = CohortFactory(program=coordinator.program)

    answer = asked(staff, coordinator, "Amara Okoye <Amara@example.org>, jonas@example.org\n\nlin@example.org;", cohort=autumn.pk)

    assert answer["Location"] == to("invitations", coordinator)
    assert sorted(Invitation.objects.values_list("name", "email", "cohort")) == [
        ("", "jonas@example.org", autumn.pk),
        ("", "lin@example.org", autumn.pk),
        ("Amara Okoye", "amara@example.org", autumn.pk),
    ]
    assert "3 invitations are on their way." in staff.get(answer["Location"]).text


def test_who_is_known_is_said_and_left_alone(staff, coordinator):
    member = MembershipFactory(program=coordinator.program)

    answer = asked(staff, coordinator, f"{member.user.email}\nnew@example.org")

    text = staff.get(answer["Location"]).text
    assert "1 invitation is on its way." in text
    assert "1 person was invited before, or is in already." in text


@pytest.mark.parametrize(
    ("people", "said"),
    [
        ("", "Fill in"),
        ("good@example.org\nnot-an-address", "“not-an-address” is not an email address"),
        ("a\x00@example.org", "Null characters"),
        ("\n".join(f"p{n}@example.org" for n in range(201)), "up to 200 people at once"),
    ],
    ids=["nobody", "no address", "NUL", "too many"],
)
def test_what_is_wrong_is_said_beside_the_field_and_nobody_is_asked(staff, coordinator, people, said):
    page = asked(staff, coordinator, people)

    assert page.status_code == 200
    assert said in page.text
    assert people.partition("\n")[0].replace("\x00", "") in page.text.replace("\x00", "")
    assert not Invitation.objects.exists()


def test_a_coordinator_cannot_choose_that_somebody_is_an_admin_and_an_admin_can(staff, coordinator, as_member):
    assert "Select a valid choice" in asked(staff, coordinator, "boss@example.org", roles=["is_admin"]).text

    admin = MembershipFactory(program=coordinator.program, admin=True)
    asked(as_member(admin), admin, "boss@example.org", roles=["is_admin"])
    assert Invitation.objects.get().is_admin


def test_a_cohort_of_another_program_cannot_be_chosen(staff, coordinator):
    assert "Select a valid choice" in asked(staff, coordinator, "p@example.org", cohort=CohortFactory().pk).text


def test_a_double_click_asks_once(staff, coordinator):
    key = re.search(r'name="once" value="([^"]+)"', staff.get(to("invite", coordinator)).text)[1]

    places = {asked(staff, coordinator, "p@example.org", once=key)["Location"] for _click in range(2)}

    assert places == {to("invitations", coordinator)}
    assert OutboxMessage.objects.filter(kind="invitation").count() == 1


# --- the list ---


def test_the_list_says_where_each_stands_and_offers_what_can_be_done(staff, coordinator, now):
    program = coordinator.program
    waiting = InvitationFactory(program=program, expires_at=now.replace(year=now.year + 1))
    InvitationFactory(program=program, expired=True)
    InvitationFactory(program=program, accepted=True)
    InvitationFactory(program=program, withdrawn=True)
    other = InvitationFactory()

    page = staff.get(to("invitations", coordinator)).text

    for words in ["Waits until", "Has run out", "Has joined", "Taken back"]:
        assert f"{words}" in page
    assert page.count("Send again") == page.count("Take back<") == 2
    assert waiting.email in page
    assert other.email not in page


@pytest.mark.parametrize(
    ("asked_for", "found"),
    [("?state=open", "waiting"), ("?state=run_out", "late"), ("?state=accepted", "here"), ("?state=withdrawn", "gone"), ("?q=LAT", "late")],
)
def test_the_list_is_narrowed_and_exported_as_it_is_shown(staff, coordinator, now, asked_for, found):
    program = coordinator.program
    InvitationFactory(program=program, name="=waiting", email="waiting@example.org", expires_at=now.replace(year=now.year + 1))
    InvitationFactory(program=program, email="late@example.org", expired=True)
    InvitationFactory(program=program, email="here@example.org", accepted=True)
    InvitationFactory(program=program, email="gone@example.org", withdrawn=True)

    page = staff.get(to("invitations", coordinator) + asked_for).text
    file = b"".join(staff.get(to("invitations-export", coordinator) + asked_for).streaming_content).decode("utf-8-sig")

    assert re.findall(r"(\w+)@example\.org</span></th>", page) == [found]
    rows = list(csv.reader(io.StringIO(file)))
    assert [row[1] for row in rows[1:]] == [f"{found}@example.org"]
    assert not any(cell.startswith("=") for row in rows for cell in row)


def test_an_invitation_is_sent_again_and_taken_back(staff, coordinator, now):
    invitation = InvitationFactory(program=coordinator.program, expired=True)

    staff.post(to("invitation-remind", coordinator, invitation.pk))
    invitation.refresh_from_db()
    assert invitation.expires_at > now
    assert OutboxMessage.objects.filter(kind="invitation", state="pending").count() == 1

    staff.post(to("invitation-withdraw", coordinator, invitation.pk))
    invitation.refresh_from_db()
    assert invitation.withdrawn_at is not None
    assert OutboxMessage.objects.get(kind="invitation").state == "cancelled"


def test_the_list_and_its_acts_are_for_the_staff_of_the_program_alone(as_member, coordinator):
    invitation = InvitationFactory(program=coordinator.program)
    neighbour, outsider = MembershipFactory(program=coordinator.program), MembershipFactory(coordinator=True)

    for person in (neighbour, outsider):
        browser = as_member(person)
        assert browser.get(to("invitations", coordinator)).status_code == 404
        assert browser.get(to("invitations-export", coordinator)).status_code == 404
        assert browser.post(to("invitation-withdraw", coordinator, invitation.pk)).status_code == 404
    # An id of another program under one's own address.
    assert as_member(outsider).post(to("invitation-withdraw", outsider, invitation.pk)).status_code == 404
    invitation.refresh_from_db()
    assert invitation.is_open


def test_the_list_costs_the_same_for_one_and_for_many(staff, coordinator, costs_the_same):
    def more(number: int) -> None:
        InvitationFactory.create_batch(number, program=coordinator.program, invited_by=coordinator.user)

    more(1)
    costs_the_same(lambda: staff.get(to("invitations", coordinator)), grow=lambda: more(60))


# --- the link ---


def test_opening_the_link_changes_nothing(invitation):
    browser = Client()
    for method in (browser.get, browser.head):
        page = method(page_of(invitation))
        assert page.status_code == 200
        assert page["Referrer-Policy"] == "same-origin"
        assert "no-store" in page["Cache-Control"]

    invitation.refresh_from_db()
    assert invitation.is_open
    assert not User.objects.filter(email=invitation.email).exists()


def test_one_press_joins_and_signs_in(invitation):
    browser = Client()

    answer = browser.post(page_of(invitation))

    membership = Membership.objects.get(user__email=invitation.email)
    assert answer["Location"] == reverse("programs:profile", args=[membership.program.slug])
    page = browser.get(answer["Location"])
    assert page.status_code == 200
    assert f"Welcome to {membership.program.name}" in page.text


def test_two_presses_join_once_and_lead_to_the_same_place(invitation):
    browser = Client()
    key = re.search(r'name="once" value="([^"]+)"', browser.get(page_of(invitation)).text)[1]
    # The second press is sent before the answer to the first, with the same cookies.
    second = Client()
    second.cookies.load(browser.cookies.output(header="", sep=";"))

    places = {one.post(page_of(invitation), {"once": key})["Location"] for one in (browser, second)}

    assert places == {reverse("programs:profile", args=[invitation.program.slug])}
    assert Membership.objects.count() == 1


def test_who_has_a_login_signs_in_first_second_step_and_all(invitation):
    UserFactory(verified=True, email=invitation.email)
    browser = Client()

    page = browser.get(page_of(invitation)).text
    pressed = browser.post(page_of(invitation))

    assert "Sign in and go on" in page
    assert "Sign in and go on" in pressed.text
    assert not Membership.objects.exists()


def test_who_signed_in_joins_with_their_account(as_member, invitation):
    user = UserFactory(verified=True, email=invitation.email.upper())
    browser = as_member(user)

    assert f"You are signed in as {user.email}" in browser.get(page_of(invitation)).text
    browser.post(page_of(invitation))

    assert Membership.objects.get().user == user


def test_a_second_proven_address_leads_to_the_account_too(as_member, invitation):
    user = UserFactory(verified=True)
    EmailAddressFactory(user=user, email=invitation.email, primary=False)

    assert "Sign in and go on" in Client().post(page_of(invitation)).text
    as_member(user).post(page_of(invitation))

    assert Membership.objects.get().user == user


def test_opened_by_somebody_else_it_says_so_and_changes_nothing(as_member, invitation):
    browser = as_member(UserFactory(verified=True))

    for page in (browser.get(page_of(invitation)), browser.post(page_of(invitation))):
        assert "This invitation is for another address" in page.text
        assert invitation.email not in page.text

    invitation.refresh_from_db()
    assert invitation.is_open
    assert not Membership.objects.exists()


@pytest.mark.parametrize(
    ("state", "said"), [("expired", "It was open until"), ("withdrawn", "have taken it back"), ("accepted", "It has been used")]
)
def test_an_invitation_that_is_not_open_says_why(state, said):
    invitation = InvitationFactory(**{state: True})

    for method in (Client().get, Client().post):
        assert said in method(page_of(invitation)).text

    assert not Membership.objects.exists()


def test_who_is_in_already_is_led_on(as_member, invitation):
    member = MembershipFactory(program=invitation.program, user=UserFactory(verified=True, email=invitation.email))

    answer = as_member(member).get(page_of(invitation), follow=True)

    assert f"You are in {invitation.program.name} already." in answer.text
    invitation.refresh_from_db()
    assert invitation.is_open


@pytest.mark.parametrize("token", ["1", "1:abc", "nonsense", "1.2.3"])
def test_a_link_that_is_not_ours_is_no_page(token):
    assert Client().get(reverse("programs:invitation", args=[token])).status_code == 404


def test_an_archived_program_asks_nobody_in(invitation, now):
    invitation.program.archived_at = now
    invitation.program.save()

    assert Client().get(page_of(invitation)).status_code == 404
