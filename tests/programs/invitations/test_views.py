import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from mentoring.kernel.audit.models import AuditEvent
from mentoring.kernel.outbox.models import OutboxMessage
from programs.invitations import services
from programs.invitations.models import Invitation
from programs.invitations.tokens import invitation_id_in, token_for
from programs.memberships.models import Membership
from programs.people.models import User
from tests.at_once import at_once
from tests.factories.programs import InvitationFactory, MembershipFactory, ProfileQuestionFactory, UserFactory

pytestmark = pytest.mark.django_db

WRITES = re.compile(r"^\s*(INSERT|UPDATE|DELETE)")


@pytest.fixture
def coordinator():
    return MembershipFactory(coordinator=True)


@pytest.fixture
def as_coordinator(coordinator, as_member):
    return as_member(coordinator)


@pytest.fixture
def invitation():
    return open_invitation()


def open_invitation(**said) -> Invitation:
    """The views read the real clock."""
    return InvitationFactory(
        **{"expires_at": timezone.now() + timedelta(days=3), "email": "amara@example.org", "name": "Amara Okoye"} | said
    )


def link(invitation):
    return reverse("programs:invitation", args=[token_for(invitation.pk)])


def page(name, program, *arguments):
    return reverse(f"programs:{name}", args=[program.slug, *arguments])


# --- the link ---


def test_opening_the_link_changes_nothing(invitation):
    with CaptureQueriesContext(connection) as queries:
        answer = Client().get(link(invitation))

    assert not [query for query in queries.captured_queries if WRITES.match(query["sql"])]
    words = answer.content.decode()
    assert f"You are invited to {invitation.program.name}" in words
    assert "amara@example.org" in words
    assert not Membership.objects.exists()


def test_one_press_joins_and_signs_the_new_login_in(invitation):
    course = ProfileQuestionFactory(program=invitation.program)
    Invitation.objects.update(prefilled={"answers": {str(course.pk): "Biology"}})
    browser = Client()

    answer = browser.post(link(invitation))

    assert answer.url == page("profile", invitation.program)
    membership = Membership.objects.get()
    assert int(browser.session["_auth_user_id"]) == membership.user.pk
    profile = browser.get(answer.url).content.decode()
    assert f"Welcome to {invitation.program.name}." in profile
    assert 'value="Biology"' in profile


def test_who_will_run_the_program_is_led_to_their_second_sign_in_step():
    invitation = open_invitation(is_participant=False, is_coordinator=True)
    browser = Client()

    browser.post(link(invitation))

    answer = browser.get(page("people", invitation.program))
    assert answer.url == reverse("people:second-factor-needed")


def test_two_presses_join_once_and_lead_to_the_same_place(invitation):
    browser = Client()
    key = re.search(r'name="once" value="([^"]+)"', browser.get(link(invitation)).text)[1]
    # The second press is sent before the answer to the first, with the same cookies.
    second = Client()
    second.cookies.load(browser.cookies.output(header="", sep=";"))

    places = {one.post(link(invitation), {"once": key})["Location"] for one in (browser, second)}

    assert places == {reverse("programs:profile", args=[invitation.program.slug])}
    assert Membership.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_presses_at_once_make_one_membership():
    invitation = open_invitation()

    answers = at_once(*[lambda: Client().post(link(invitation))] * 2)

    assert sorted(answer.status_code for answer in answers) == [200, 302]
    [other] = [answer for answer in answers if answer.status_code == 200]
    assert "This invitation is no longer open" in other.content.decode()
    assert "sessionid" not in other.cookies
    assert Membership.objects.count() == User.objects.filter(email="amara@example.org").count() == 1


@pytest.mark.parametrize(
    ("over", "said"),
    [
        ({"accepted_at": timezone.now()}, "It has been used"),
        ({"withdrawn_at": timezone.now()}, "have taken it back"),
        ({"expires_at": timezone.now() - timedelta(minutes=1)}, "It was open until"),
    ],
    ids=["used", "taken back", "run out"],
)
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_link_that_is_over_says_so_and_lets_nobody_in(over, said, method):
    invitation = open_invitation(**over)
    browser = Client()

    answer = getattr(browser, method)(link(invitation))

    words = answer.content.decode()
    assert answer.status_code == 200
    assert "This invitation is no longer open" in words
    assert said in words
    assert "_auth_user_id" not in browser.session
    assert not Membership.objects.exists()


def test_a_link_that_was_altered_opens_no_page(invitation):
    other = open_invitation(email="jonas@example.org")
    token = token_for(invitation.pk)
    altered = [f"{other.pk}:{token.split(':')[1]}", token[:-1], token + "x", str(invitation.pk), "x", "%00", "9" * 400]

    assert invitation_id_in(token) == invitation.pk
    for wrong in altered:
        assert Client().get(reverse("programs:invitation", args=[wrong])).status_code == 404, wrong


def test_an_archived_program_asks_nobody_in():
    assert Client().get(link(open_invitation(program__archived_at=timezone.now()))).status_code == 404


def test_an_invitation_that_is_no_more_opens_no_page(invitation):
    address = link(invitation)
    invitation.delete()

    assert Client().get(address).status_code == 404


def test_the_address_is_told_to_no_other_site_and_kept_by_no_browser(invitation):
    answer = Client().get(link(invitation))

    # "no-referrer" would make browsers hide where the press comes from, and it would be refused.
    assert answer["Referrer-Policy"] == "same-origin"
    assert answer["Cache-Control"] == "no-store"


def test_the_press_of_a_real_browser_is_taken(invitation, settings):
    settings.ALLOWED_HOSTS = ["northside.example"]
    browser = Client(enforce_csrf_checks=True, headers={"host": "northside.example"})
    form = browser.get(link(invitation), secure=True)
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', form.content.decode())[1]

    answer = browser.post(link(invitation), {"csrfmiddlewaretoken": token}, secure=True, headers={"origin": "https://northside.example"})

    assert answer.status_code == 302


# --- who has a login already ---


@pytest.mark.parametrize("method", ["get", "post"])
def test_who_has_a_login_is_asked_to_sign_in_and_is_never_signed_in_by_the_link(invitation, method):
    UserFactory(email="amara@example.org", verified=True)
    browser = Client()

    answer = getattr(browser, method)(link(invitation))

    words = answer.content.decode()
    assert "There is an account with your address already" in words
    assert f"{reverse('account_login')}?next={link(invitation).replace(':', '%3A')}" in words
    assert "_auth_user_id" not in browser.session
    assert not Membership.objects.exists()


def test_signed_in_with_it_they_join_with_that_account(invitation, as_member):
    amara = UserFactory(email="amara@example.org", verified=True)
    browser = as_member(amara)

    assert "You are signed in as amara@example.org" in browser.get(link(invitation)).content.decode()
    browser.post(link(invitation))

    assert Membership.objects.get().user == amara
    assert User.objects.filter(email="amara@example.org").count() == 1


@pytest.mark.parametrize("method", ["get", "post"])
def test_somebody_else_who_is_signed_in_does_not_join(invitation, as_member, method):
    jonas = UserFactory(email="jonas@example.org", verified=True)

    answer = getattr(as_member(jonas), method)(link(invitation))

    words = answer.content.decode()
    assert "This invitation is for another address" in words
    assert "jonas@example.org" in words
    # Whose it is stays with whoever has the mail.
    assert "amara@example.org" not in words
    assert not Membership.objects.exists()


def test_who_is_in_already_is_led_home(as_member):
    member = MembershipFactory(user__email="amara@example.org", user__verified=True)
    invitation = open_invitation(program=member.program)

    answer = as_member(member).get(link(invitation), follow=True)

    assert answer.redirect_chain[0] == (reverse("programs:mine"), 302)
    assert "already" in answer.content.decode()


# --- inviting ---


def test_a_coordinator_invites_by_hand(coordinator, as_coordinator):
    answer = as_coordinator.post(
        page("invite", coordinator.program),
        {"people": "Amara <amara@example.org>\njonas@example.org", "roles": ["is_participant"]},
        follow=True,
    )

    assert answer.redirect_chain == [(page("invitations", coordinator.program), 302)]
    assert "2 invitations are on their way." in answer.content.decode()
    assert OutboxMessage.objects.filter(kind="invitation").count() == 2


@pytest.mark.parametrize(
    ("people", "said"),
    [
        ("new@example.org\nasked@example.org", "1 invitation is on its way. 1 person was invited before, or is in already."),
        ("asked@example.org", "1 person was invited before, or is in already."),
        ("new@example.org\nNEW@example.org", "1 invitation is on its way."),
    ],
)
def test_it_says_who_was_invited_and_who_was_before(coordinator, as_coordinator, people, said):
    open_invitation(program=coordinator.program, email="asked@example.org")

    answer = as_coordinator.post(page("invite", coordinator.program), {"people": people, "roles": ["is_participant"]}, follow=True)

    assert [str(message) for message in answer.context["messages"]] == [said]


def test_above_the_limit_the_form_says_so_and_keeps_what_was_typed(coordinator, as_coordinator, time_machine):
    now = timezone.now()
    time_machine.move_to(now, tick=False)
    services.count_for_the_day(program=coordinator.program, how_many=200, now=now)

    answer = as_coordinator.post(page("invite", coordinator.program), {"people": "amara@example.org", "roles": ["is_participant"]})

    assert "A program can send 200 invitations a day by hand." in answer.content.decode()
    assert answer.context["form"]["people"].value() == "amara@example.org"
    assert not Invitation.objects.exists()


def test_a_press_twice_invites_once(coordinator, as_coordinator):
    typed = {"people": "amara@example.org", "roles": ["is_participant"], "once": str(uuid4())}

    answers = [as_coordinator.post(page("invite", coordinator.program), typed) for _press in range(2)]

    assert answers[0].url == answers[1].url == page("invitations", coordinator.program)
    assert Invitation.objects.count() == 1


# --- the list ---


@pytest.mark.parametrize("name", ["invite", "invitations", "invitations-export"])
@pytest.mark.parametrize("who", ["participant", "outsider"])
def test_only_those_who_run_the_program_see_it(coordinator, as_member, name, who):
    person = MembershipFactory(program=coordinator.program) if who == "participant" else MembershipFactory(coordinator=True)

    assert as_member(person).get(page(name, coordinator.program)).status_code == 404


def test_the_list_shows_each_state_and_only_what_is_open_can_be_acted_on(coordinator, as_coordinator):
    now = timezone.now()
    for name, state in {
        "Waits": {},
        "Ran Out": {"expires_at": now - timedelta(days=1)},
        "Came": {"accepted_at": now},
        "Back": {"withdrawn_at": now},
    }.items():
        open_invitation(program=coordinator.program, name=name, email=f"{name.replace(' ', '')}@example.org", **state)
    InvitationFactory(email="elsewhere@example.org")

    words = as_coordinator.get(page("invitations", coordinator.program)).content.decode()

    for said in ("Waits until", "Has run out", "Has joined", "Taken back"):
        assert said in words
    assert words.count("/remind/") == words.count("/withdraw/") == 2
    assert "elsewhere@example.org" not in words


def test_the_list_is_narrowed_and_sorted_by_its_address(coordinator, as_coordinator):
    open_invitation(program=coordinator.program, name="Zoe Adams", email="zoe@example.org")
    open_invitation(program=coordinator.program, name="Amara Okoye", email="amara@example.org")
    gone = open_invitation(program=coordinator.program, name="Amara Obi", email="obi@example.org", withdrawn_at=timezone.now())
    browser = as_coordinator

    def shown(query):
        return [row.name for row in browser.get(page("invitations", coordinator.program), query).context["page"].items]

    assert shown({"sort": "name", "state": "open"}) == ["Amara Okoye", "Zoe Adams"]
    assert shown({"q": "amara", "state": "withdrawn"}) == [gone.name]
    assert shown({"q": "nobody"}) == []


def test_the_list_costs_the_same_for_ten_and_for_three_hundred(coordinator, as_coordinator, costs_the_same):
    def grow(how_many):
        InvitationFactory.create_batch(how_many, program=coordinator.program, invited_by=coordinator.user)

    grow(10)
    few = page("invitations", coordinator.program)
    costs_the_same(lambda: as_coordinator.get(few), grow=lambda: grow(290))


def test_the_export_holds_every_row_of_what_was_shown(coordinator, as_coordinator):
    InvitationFactory.create_batch(60, program=coordinator.program, name="=Guest")
    open_invitation(program=coordinator.program, name="Amara Okoye", withdrawn_at=timezone.now())

    every = as_coordinator.get(page("invitations-export", coordinator.program))
    narrowed = as_coordinator.get(page("invitations-export", coordinator.program), {"state": "withdrawn"})

    every_line = b"".join(every.streaming_content).decode("utf-8-sig").splitlines()
    assert len(every_line) == 62
    # A sheet takes no name for a formula.
    assert not any(line.startswith(("=", '"=')) for line in every_line)
    [_header, line] = b"".join(narrowed.streaming_content).decode("utf-8-sig").splitlines()
    assert line.startswith("Amara Okoye,amara@example.org,Participant,,Taken back,")
    assert AuditEvent.objects.filter(verb="invitations.exported").count() == 2


# --- what can be done with one ---


def test_one_is_sent_again(coordinator, as_coordinator):
    invitation = open_invitation(program=coordinator.program)

    answer = as_coordinator.post(page("invitation-remind", coordinator.program, invitation.pk), follow=True)

    assert "The invitation goes out again" in answer.content.decode()
    assert OutboxMessage.objects.filter(kind="invitation").count() == 1


def test_one_is_taken_back_and_its_link_opens_nothing_any_more(coordinator, as_coordinator):
    invitation = open_invitation(program=coordinator.program)

    as_coordinator.post(page("invitation-withdraw", coordinator.program, invitation.pk))

    assert "This invitation is no longer open" in Client().get(link(invitation)).content.decode()


def test_what_is_refused_is_said(coordinator, as_coordinator):
    invitation = open_invitation(program=coordinator.program, is_admin=True)

    answer = as_coordinator.post(page("invitation-withdraw", coordinator.program, invitation.pk), follow=True)

    assert "Only an admin can take back the invitation of an admin." in answer.content.decode()


@pytest.mark.parametrize("act", ["invitation-remind", "invitation-withdraw"])
def test_nobody_acts_on_the_invitation_of_another_program_or_by_a_link(coordinator, as_coordinator, act):
    elsewhere, here = open_invitation(), open_invitation(program=coordinator.program)

    assert as_coordinator.post(page(act, coordinator.program, elsewhere.pk)).status_code == 404
    assert as_coordinator.get(page(act, coordinator.program, here.pk)).status_code == 405
    assert not OutboxMessage.objects.exists()
