from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from mentoring.kernel.outbox import delivery
from mentoring.kernel.outbox.models import OutboxMessage
from programs.invitations import letters, services
from programs.invitations.models import Invitation
from programs.invitations.services import InvitationDraft
from programs.invitations.tokens import token_for
from programs.people import letters as people_letters
from tests.factories.programs import MembershipFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def coordinator():
    return MembershipFactory(coordinator=True, user__name="Priya Raman", program__name="Northside", program__purpose="We meet weekly.")


@pytest.fixture
def invite(coordinator):
    """`invite("a@example.org")` is the invitation, whose letter is owed since now."""

    def ask(*addresses, name="", now=None) -> list[Invitation]:
        people = [InvitationDraft(email=address, name=name) for address in addresses]
        services.invite(program=coordinator.program, by=coordinator, people=people, now=now or timezone.now())
        return list(Invitation.objects.filter(email__in=addresses).order_by("pk"))

    return ask


def test_the_letter_says_who_asks_into_what_and_until_when(invite, mailoutbox, settings):
    [invitation] = invite("amara@example.org", name="Amara Okoye")

    delivery.drain()

    [sent] = mailoutbox
    assert sent.to == ["amara@example.org"]
    assert sent.subject == "You are invited"
    for words in (
        "Hello Amara Okoye,",
        "Priya Raman would like you to be part of Northside.",
        "We meet weekly.",
        "The link is for you alone.",
    ):
        assert words in sent.body
    assert f"{settings.BASE_URL}{reverse('programs:invitation', args=[token_for(invitation.pk)])}" in sent.body


def test_a_letter_to_nobody_we_know_by_name_still_greets(invite, mailoutbox):
    invite("amara@example.org")

    delivery.drain()

    assert "Hello,\n" in mailoutbox[0].body


def test_a_sign_in_code_overtakes_a_backlog_of_invitations(invite, mailoutbox):
    now = timezone.now()
    invite(*[f"invited{number}@example.org" for number in range(60)], now=now - timedelta(minutes=10))
    people_letters.owe(template_prefix="account/email/login_code", address="priya@example.org", code="483920", now=now)

    delivery.drain()

    assert len(mailoutbox) == 61
    assert mailoutbox[0].to == ["priya@example.org"]


def test_whom_two_programs_ask_on_one_day_hears_from_both(invite, mailoutbox):
    elsewhere = MembershipFactory(coordinator=True)
    invite("amara@example.org")
    people = [InvitationDraft(email="amara@example.org")]
    services.invite(program=elsewhere.program, by=elsewhere, people=people, now=timezone.now())

    delivery.drain()

    assert [sent.to for sent in mailoutbox] == [["amara@example.org"]] * 2


def test_the_address_is_forgotten_once_the_letter_has_gone(invite, mailoutbox):
    invite("amara@example.org")

    delivery.drain()

    assert OutboxMessage.objects.get().address is None


@pytest.mark.parametrize("over", ["withdrawn_at", "accepted_at", "expires_at", "archived"])
def test_it_is_owed_only_while_the_link_opens_something(invite, coordinator, over):
    now = timezone.now()
    asked, other = invite("amara@example.org", "jonas@example.org")
    both = list(OutboxMessage.objects.order_by("pk"))
    assert letters.still_owed(both) == {message.pk for message in both}

    if over == "archived":
        coordinator.program.archived_at = now
        coordinator.program.save()
    else:
        Invitation.objects.filter(pk=asked.pk).update(**{over: now - timedelta(seconds=1)})

    owed = {message.subject_id for message in both if message.pk in letters.still_owed(both)}
    assert owed == (set() if over == "archived" else {other.pk})


def test_one_letter_and_fifty_cost_the_same(invite, queries_of):
    invite("first@example.org")
    one = list(OutboxMessage.objects.all())
    for_one = queries_of(lambda: (letters.still_owed(one), letters.context(one)))

    invite(*[f"invited{number}@example.org" for number in range(49)])
    fifty = list(OutboxMessage.objects.all())

    assert len(fifty) == 50
    assert queries_of(lambda: (letters.still_owed(fifty), letters.context(fifty))) == for_one
