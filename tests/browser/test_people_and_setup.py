"""Signing in, one's account, the people of a program and its settings, as they look and work in a browser."""

import re

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.urls import reverse
from playwright.sync_api import expect

from mentoring.kernel.outbox import delivery
from programs.memberships import services as memberships
from programs.readiness import services as readiness
from programs.setup import services as setup
from tests.browser.passkeys import add_passkey
from tests.browser.pressing import press
from tests.factories.programs import CohortFactory, MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db(transaction=True)

CODE = re.compile(r"^(\d{6})$", re.MULTILINE)


@pytest.fixture
def program(noon):
    """A program in which people are at several points."""
    priya = UserFactory(verified=True, name="Priya Raman", email="priya.raman@northside.example", may_create_programs=True)
    program = setup.create_program(
        by=priya, template="first-year-buddies", name="Northside Student Mentoring", time_zone="Europe/London", now=noon
    )
    autumn = CohortFactory(program=program, name="Autumn 2026")
    for name in ("Amara Okoye", "Jonas Lindqvist", "Mateo Silva", "Chloé Laurent", "Siobhán Murphy", "محمد الهاشمي"):
        user = UserFactory(verified=True, name=name, email=f"person.with.a.long.address.{name[:3].encode().hex()}@northside.example")
        member = memberships.join(program=program, user=user, is_participant=True, cohort=autumn, now=noon)
        if name < "M":
            for requirement in member.requirements.all():
                readiness.settle(membership=member, key=requirement.key, now=noon)
    return program


@pytest.fixture
def priya(program):
    return program.memberships.select_related("user").get(user__name="Priya Raman")


def test_the_pages_before_signing_in(page_at, looks_right):
    page = page_at(360)
    for name in ("account_request_login_code", "account_reset_password", "account_signup", "account_inactive"):
        assert page.goto(reverse(name)).ok
        looks_right(page, name)


def test_an_address_that_is_none_is_said_beside_its_field(page_at, looks_right):
    page = page_at(360)
    page.goto(reverse("account_login"))
    looks_right(page, "sign-in")

    page.get_by_label("Your email address").fill("not an address")
    page.get_by_role("button", name="Email me a code").click()

    expect(page.get_by_role("alert").get_by_role("link")).to_have_text("Enter an address like name@example.org.")
    looks_right(page, "sign-in-wrong")


@pytest.mark.parametrize("script", [True, False])
def test_somebody_signs_in_with_a_code_and_a_second_step(page_at, looks_right, mailoutbox, script):
    amara = UserFactory(verified=True, name="Amara Okoye", email="amara@example.org")
    TOTP.activate(amara, generate_totp_secret())
    emergency = RecoveryCodes.activate(amara).get_unused_codes()[0]
    page = page_at(360, java_script_enabled=script)
    page.goto("/accounts/me/")
    page.get_by_label("Your email address").fill("amara@example.org")
    page.get_by_role("button", name="Email me a code").click()

    page.get_by_label("Code from the mail").fill("12")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_contain_text("not the code")
    if script:
        looks_right(page, "enter-code-wrong")
    delivery.drain()
    [code] = CODE.findall(mailoutbox[-1].body)
    page.get_by_label("Code from the mail").fill(code)
    page.get_by_role("button", name="Sign in").click()

    page.get_by_label("Code from your app").fill(emergency)
    if script:
        looks_right(page, "second-step")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your account")


def test_the_pages_of_an_account(page_at, looks_right, program, priya):
    priya.user.set_password("level beam tea pot")
    priya.user.save()
    page = page_at(360, as_=priya)
    RecoveryCodes.activate(priya.user)
    names = ("people:account", "people:second-factor-needed", "account_email", "account_change_password", "account_logout")
    for name in (*names, "usersessions_list", "mfa_index", "mfa_list_webauthn", "account_reauthenticate", "socialaccount_connections"):
        assert page.goto(reverse(name)).ok
        looks_right(page, name.replace(":", "-"))

    for name in ("mfa_view_recovery_codes", "mfa_generate_recovery_codes", "mfa_add_webauthn", "mfa_deactivate_totp"):
        assert page.goto(reverse(name)).ok
        looks_right(page, name)


def test_somebody_without_a_second_step_is_led_to_one(page_at, looks_right):
    amara = UserFactory(verified=True)
    page = page_at(360, as_=amara, color_scheme="dark")
    for name in ("people:second-factor-needed", "mfa_activate_totp", "account_set_password", "programs:list"):
        assert page.goto(reverse(name)).ok
        looks_right(page, f"bare-{name.replace(':', '-')}")


def test_the_people_of_a_program_and_its_settings(page_at, looks_right, program, priya):
    page = page_at(360, as_=priya)
    question = program.profile_questions.in_use().first()
    pages = {
        "people": [],
        "person": [program.memberships.get(user__name="Jonas Lindqvist").pk],
        "settings": [],
        "settings-cohorts": [],
        "settings-questions": [],
        "settings-question": [question.pk],
    }
    for name, rest in pages.items():
        assert page.goto(reverse(f"programs:{name}", args=[program.slug, *rest])).ok
        looks_right(page, name)

    page.goto("/programs/new/")
    page.get_by_role("button", name="Create the program").click()
    expect(page.get_by_role("alert")).to_be_visible()
    looks_right(page, "create-wrong")


def test_the_pages_that_ask_once_more(page_at, looks_right, program, priya):
    page = page_at(360, as_=priya)
    member = program.memberships.get(user__name="Jonas Lindqvist")
    question = program.profile_questions.in_use().first()
    pages = {
        "person-roles": [member.pk],
        "person-leave": [member.pk],
        "leave": [],
        "settings-cohort": [program.cohorts.get().pk],
        "settings-question-add": [],
        "settings-question-retire": [question.pk],
    }
    for name, rest in pages.items():
        assert page.goto(reverse(f"programs:{name}", args=[program.slug, *rest])).ok
        looks_right(page, name)

    page.goto(reverse("programs:people", args=[program.slug], query={"q": "nobody"}))
    expect(page.get_by_role("heading", name="Nobody")).to_be_visible()
    looks_right(page, "people-none")


def test_a_member_of_several_programs_chooses(page_at, looks_right, program):
    member = program.memberships.get(user__name="Jonas Lindqvist")
    MembershipFactory(user=member.user, program__name="Riverside Neighbours")
    page = page_at(360, as_=member)
    page.goto("/")
    expect(page.get_by_role("link", name="Riverside Neighbours", exact=True)).to_be_visible()
    looks_right(page, "several")


def test_a_passkey_is_added_and_opens_the_account(page_at):
    amara = UserFactory(verified=True, name="Amara Okoye")
    page = page_at(1280, as_=amara)

    add_passkey(page)
    page.goto("/accounts/me/")
    press(page, "Sign out")

    page.goto("/accounts/login/")
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your programs")


def test_who_has_no_app_is_asked_for_the_passkey_after_the_code_from_the_mail(page_at, looks_right, mailoutbox):
    amara = UserFactory(verified=True, email="amara@example.org")
    page = page_at(360, as_=amara)
    add_passkey(page)
    page.goto("/accounts/me/")
    press(page, "Sign out")
    page.goto("/accounts/login/")
    page.get_by_label("Your email address").fill("amara@example.org")
    page.get_by_role("button", name="Email me a code").click()
    delivery.drain()
    [code] = CODE.findall(mailoutbox[-1].body)
    page.get_by_label("Code from the mail").fill(code)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your second step")
    expect(page.get_by_text("app", exact=False)).to_have_count(0)
    looks_right(page, "second-step-by-passkey")

    page.get_by_label("Emergency code").fill("12345678")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_contain_text("one of your emergency codes")
    page.get_by_role("button", name="Use my passkey").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Your programs")
