import pytest
from django.urls import reverse

from guidelines.consents.models import Consent, PrivacyText
from tests.factories.guidelines import ConsentFactory, PrivacyTextFactory
from tests.factories.programs import MembershipFactory

pytestmark = pytest.mark.django_db


def page(name, membership):
    return reverse(f"guidelines:{name}", args=[membership.program.slug])


def test_a_member_reads_agrees_and_sees_the_day(as_member):
    member = MembershipFactory()
    browser = as_member(member)
    assert "Who can read it" in browser.get(page("privacy", member)).content.decode()

    after = browser.post(page("privacy-agree", member), {"number": 1}, follow=True).content.decode()

    assert "You agreed on" in after
    assert "I agree</button>" not in after
    assert Consent.objects.get().membership == member


def test_home_asks_until_one_has_agreed(as_member):
    consent = ConsentFactory(membership__ready_at=None)
    other = MembershipFactory(program=consent.text.program)
    home = reverse("checkins:home", args=[other.program.slug])

    assert "say whether you agree" in as_member(other).get(home).content.decode()
    assert "say whether you agree" not in as_member(consent.membership).get(home).content.decode()


def test_after_a_new_version_the_difference_is_named(as_member):
    consent = ConsentFactory()
    text = "## What is kept\n\nMuch.\n\n## Who reads it\n\n**You.**\n"
    PrivacyTextFactory(program=consent.text.program, number=2, text=text, summary_of_change="We keep more.")

    shown = as_member(consent.membership).get(page("privacy", consent.membership)).content.decode()

    assert "We keep more." in shown
    assert "<li>What is kept: changed</li>" in shown
    assert "<li>Who reads it: new</li>" in shown
    assert "<h2>Who reads it</h2>" in shown
    assert "I agree</button>" in shown


def test_an_admin_writes_and_publishes_a_version(as_member):
    admin = MembershipFactory(admin=True)

    as_member(admin).post(page("privacy-edit", admin), {"number": 1, "text": "## Ours\r\nPlain.", "summary": "In our own words."})

    assert PrivacyText.objects.get(number=2).text == "## Ours\nPlain."


def test_those_who_run_the_program_see_who_agreed_and_when(as_member, costs_the_same):
    consent = ConsentFactory()
    program = consent.text.program
    coordinator = MembershipFactory(program=program, coordinator=True)
    browser = as_member(coordinator)

    shown = browser.get(page("privacy-agreed", coordinator)).content.decode()

    assert "Not yet" in shown  # the coordinator
    assert "16 March 2026" in shown
    costs_the_same(lambda: browser.get(page("privacy-agreed", coordinator)), grow=lambda: ConsentFactory.create_batch(4, text=consent.text))
