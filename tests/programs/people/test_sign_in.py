"""Signing in, from the form to the page behind it, with the mails as they arrive."""

import json
import re
import statistics
import time

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.test import Client
from fido2.utils import websafe_encode

from mentoring.kernel.outbox import delivery
from mentoring.kernel.outbox.models import OutboxMessage
from programs.people.models import User
from tests.factories.programs import MembershipFactory, ProgramFactory, UserFactory

pytestmark = pytest.mark.django_db

SIGN_IN, ENTER_CODE, ASK_AGAIN = "/accounts/login/", "/accounts/login/code/confirm/", "/accounts/login/code/"
# What a passkey says that nobody here knows.
UNKNOWN_PASSKEY = json.dumps(
    {
        "id": "AAAA",
        "rawId": "AAAA",
        "response": {
            "clientDataJSON": websafe_encode(
                json.dumps({"type": "webauthn.get", "challenge": "AAAA", "origin": "http://testserver"}).encode()
            ),
            "authenticatorData": websafe_encode(bytes(37)),
            "signature": "AAAA",
        },
    }
)
CREDENTIALS = "allauth.mfa.webauthn.internal.auth.get_credentials"
ACCOUNT, SECOND_STEP = "/accounts/me/", "/accounts/2fa/authenticate/"
NO_PASSKEY = "That did not work. Try once more, or choose another way."
CODE = re.compile(r"^(\d{6})$", re.MULTILINE)
BUTTON, LABEL = re.compile(r"([^<>]+)</button>"), re.compile(r"<label[^>]*>([^<]+?)\s*<")


@pytest.fixture
def newest_code(mailoutbox):
    """`newest_code()` sends what is owed and reads the code in the last mail, as a person would."""

    def read() -> str:
        delivery.drain()
        [code] = CODE.findall(mailoutbox[-1].body)
        return code

    return read


@pytest.fixture
def amara():
    return UserFactory(verified=True, email="amara@example.org", name="Amara Okoye")


def wrong_for(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06}"


def is_signed_in(browser: Client) -> bool:
    return "_auth_user_id" in browser.session


# --- by a mailed code ---


def test_a_mailed_code_opens_the_account(amara, newest_code, mailoutbox):
    browser = Client()

    asked = browser.post(SIGN_IN, {"login": "Amara@Example.org"})
    assert asked["Location"] == ENTER_CODE
    entered = browser.post(ENTER_CODE, {"code": newest_code()})

    assert entered["Location"] == "/"
    assert browser.session["_auth_user_id"] == str(amara.pk)
    assert mailoutbox[0].to == ["Amara Okoye <amara@example.org>"]
    assert mailoutbox[0].subject == "Your sign-in code"


def test_whoever_was_on_the_way_to_a_page_gets_there(amara, newest_code):
    browser = Client()

    browser.post(f"{SIGN_IN}?next=/accounts/me/", {"login": amara.email, "next": "/accounts/me/"})
    entered = browser.post(ENTER_CODE, {"code": newest_code(), "next": "/accounts/me/"})

    assert entered["Location"] == "/accounts/me/"


def test_nobody_is_led_to_another_site(amara, newest_code):
    browser = Client()

    browser.post(SIGN_IN, {"login": amara.email, "next": "https://elsewhere.example/"})
    entered = browser.post(ENTER_CODE, {"code": newest_code(), "next": "https://elsewhere.example/"})

    assert entered["Location"] == "/"


def test_signing_in_changes_the_key_of_the_session(amara, newest_code):
    browser = Client()
    browser.post(SIGN_IN, {"login": amara.email})
    before = browser.session.session_key

    browser.post(ENTER_CODE, {"code": newest_code()})

    assert browser.session.session_key != before


def test_nobody_gets_in_with_what_the_database_holds_of_a_sign_in(amara):
    amara.set_password("level beam tea pot")
    amara.save()
    browser = Client()
    browser.post(SIGN_IN, {"login": amara.email, "password": "level beam tea pot"})
    [key], [listed] = (rows.objects.values_list("session_key", flat=True) for rows in (Session, UserSession))
    assert browser.get(ACCOUNT).status_code == 200

    for cookie in (key, listed, f"{key}:", f"{key}:{browser.cookies['csrftoken'].value}"):
        somebody = Client()
        somebody.cookies["sessionid"] = cookie
        assert somebody.get(ACCOUNT)["Location"].startswith(SIGN_IN), cookie


def test_the_cookie_of_a_sign_in_lasts_two_weeks_and_no_script_reads_it(amara, newest_code):
    browser = Client()
    browser.post(SIGN_IN, {"login": amara.email})
    browser.post(ENTER_CODE, {"code": newest_code()})

    cookie = browser.cookies["sessionid"]

    assert (cookie["max-age"], cookie["httponly"], cookie["samesite"], cookie["path"]) == (14 * 24 * 3600, True, "Lax", "/")


def test_a_code_stands_encrypted_until_it_is_sent_and_nowhere_after(amara, newest_code):
    Client().post(SIGN_IN, {"login": amara.email})
    message = OutboxMessage.objects.get()
    assert message.context == {"letter": "login_code"}
    assert message.address is None
    assert message.expires_at is not None

    newest_code()

    message.refresh_from_db()
    assert message.secret is None


def test_a_wrong_code_is_said_beside_the_field_and_the_right_one_still_works(amara, newest_code):
    browser = Client()
    browser.post(SIGN_IN, {"login": amara.email})
    code = newest_code()

    page = browser.post(ENTER_CODE, {"code": wrong_for(code)})
    assert "not the code of the newest mail" in page.content.decode()
    assert not is_signed_in(browser)

    browser.post(ENTER_CODE, {"code": f" {code[:3]} {code[3:]} "})
    assert is_signed_in(browser)


def test_three_wrong_codes_end_it_and_the_page_says_what_to_do(amara, newest_code):
    browser = Client()
    browser.post(SIGN_IN, {"login": amara.email})
    code = newest_code()
    for _ in range(2):
        browser.post(ENTER_CODE, {"code": wrong_for(code)})

    page = browser.post(ENTER_CODE, {"code": wrong_for(code)}, follow=True)

    assert page.redirect_chain[-1][0] == ASK_AGAIN
    assert "too many tries" in page.content.decode()
    browser.post(ENTER_CODE, {"code": code})
    assert not is_signed_in(browser)


def test_a_code_works_once_and_in_its_own_browser(amara, newest_code):
    first, second = Client(), Client()
    first.post(SIGN_IN, {"login": amara.email})
    code = newest_code()
    first.post(ENTER_CODE, {"code": code})

    page = second.post(ENTER_CODE, {"code": code}, follow=True)

    assert not is_signed_in(second)
    assert "A code works once" in page.content.decode()


def test_a_code_is_of_no_use_after_a_quarter_of_an_hour(amara, newest_code, time_machine):
    browser = Client()
    browser.post(SIGN_IN, {"login": amara.email})
    code = newest_code()
    time_machine.move_to(time.time() + 15 * 60 + 1)

    browser.post(ENTER_CODE, {"code": code})

    assert not is_signed_in(browser)


def test_a_new_code_makes_the_old_one_useless(amara, newest_code):
    browser = Client()
    browser.post(SIGN_IN, {"login": amara.email})
    old = newest_code()

    browser.post(ENTER_CODE, {"action": "resend"})
    new = newest_code()

    browser.post(ENTER_CODE, {"code": old})
    assert is_signed_in(browser) == (old == new)
    browser.post(ENTER_CODE, {"code": new})
    assert is_signed_in(browser)


def test_a_fourth_code_in_a_minute_has_to_wait(amara):
    for _ in range(3):
        assert Client().post(SIGN_IN, {"login": amara.email}).status_code == 302

    page = Client().post(SIGN_IN, {"login": amara.email})

    assert "too many tries" in page.content.decode()
    assert OutboxMessage.objects.count() == 3


def test_a_closed_account_looks_like_none_and_gets_no_code(mailoutbox):
    UserFactory(verified=True, email="closed@example.org", is_active=False)

    answer = Client().post(SIGN_IN, {"login": "closed@example.org"})
    delivery.drain()

    assert answer["Location"] == ENTER_CODE
    assert not any(CODE.findall(mail.body) for mail in mailoutbox)


# --- what a stranger learns ---


def test_known_and_unknown_addresses_get_the_same_answer(amara):
    known, unknown = Client(), Client()

    answers = [browser.post(SIGN_IN, {"login": address}) for browser, address in ((known, amara.email), (unknown, "nobody@example.org"))]
    pages = [browser.get(ENTER_CODE).content.decode() for browser in (known, unknown)]

    assert [answer["Location"] for answer in answers] == [ENTER_CODE, ENTER_CODE]
    assert without_tokens(pages[0]).replace(amara.email, "…") == without_tokens(pages[1]).replace("nobody@example.org", "…")


def test_an_unknown_address_is_told_so_by_mail_alone(mailoutbox):
    Client().post(SIGN_IN, {"login": "nobody@example.org"})

    delivery.drain()

    [mail] = mailoutbox
    assert mail.to == ["nobody@example.org"]
    assert mail.subject == "There is no account with this address"
    assert CODE.findall(mail.body) == []


def test_known_and_unknown_addresses_take_the_same_time(amara, queries_of):
    """Counted by what it takes of this machine and of the database, since a busy machine makes every clock uneven."""
    addresses = (amara.email, "nobody@example.org")
    seconds: dict[str, list[float]] = {address: [] for address in addresses}
    queries = {}
    for number in range(3):
        for address in addresses:
            browser = Client(REMOTE_ADDR=f"192.0.2.{number}")
            begun = time.thread_time()
            queries[address] = queries_of(lambda browser=browser, address=address: browser.post(SIGN_IN, {"login": address}))
            seconds[address].append(time.thread_time() - begun)

    known, unknown = (statistics.median(seconds[address]) for address in addresses)
    assert abs(known - unknown) < 0.05
    assert abs(queries[addresses[0]] - queries[addresses[1]]) <= 1


def test_a_new_password_is_asked_for_alike_with_and_without_an_account(amara, mailoutbox):
    known, unknown = Client(), Client()

    for browser, address in ((known, amara.email), (unknown, "nobody@example.org")):
        answer = browser.post("/accounts/password/reset/", {"email": address})
        assert answer["Location"] == "/accounts/password/reset/confirm/"
    pages = [browser.get("/accounts/password/reset/confirm/").content.decode() for browser in (known, unknown)]

    assert without_tokens(pages[0]).replace(amara.email, "…") == without_tokens(pages[1]).replace("nobody@example.org", "…")


def test_nobody_signs_up_without_an_invitation():
    browser = Client()

    page = browser.post("/accounts/signup/", {"email": "new@example.org"})

    assert "You need an invitation" in page.content.decode()
    assert not User.objects.filter(email="new@example.org").exists()


def without_tokens(page: str) -> str:
    return re.sub(r'value="[\w-]{20,}"', "", page)


# --- by a password ---


@pytest.fixture
def with_password(amara):
    amara.set_password("level beam tea pot")
    amara.save()
    return amara


def test_the_same_form_takes_a_password(with_password):
    browser = Client()

    answer = browser.post(SIGN_IN, {"login": with_password.email, "password": "level beam tea pot"})

    assert answer["Location"] == "/"
    assert is_signed_in(browser)
    assert not OutboxMessage.objects.exists()


def test_a_wrong_password_is_said_without_saying_which_of_the_two_is_wrong(with_password):
    wrong = Client().post(SIGN_IN, {"login": with_password.email, "password": "something else"})
    unknown = Client().post(SIGN_IN, {"login": "nobody@example.org", "password": "something else"})

    for page, address in ((wrong, with_password.email), (unknown, "nobody@example.org")):
        assert "do not fit together" in page.content.decode()
        assert f'value="{address}"' in page.content.decode()
        assert page.content.decode().count("<title>Error: ") == 1


def test_a_sixth_wrong_password_has_to_wait(with_password):
    for _ in range(5):
        Client().post(SIGN_IN, {"login": with_password.email, "password": "something else"})

    page = Client().post(SIGN_IN, {"login": with_password.email, "password": "level beam tea pot"})

    assert "too many tries" in page.content.decode()


def test_changing_the_password_signs_out_everywhere_else(with_password, as_member):
    here, elsewhere = as_member(with_password), as_member(with_password)

    here.post(
        "/accounts/password/change/",
        {"oldpassword": "level beam tea pot", "password1": "seven quiet herons", "password2": "seven quiet herons"},
    )

    assert here.get("/accounts/me/").status_code == 200
    assert elsewhere.get("/accounts/me/").status_code == 302


def test_a_forgotten_password_is_replaced_by_a_mailed_code(with_password, newest_code, as_member):
    elsewhere, browser = as_member(with_password), Client()

    browser.post("/accounts/password/reset/", {"email": with_password.email})
    browser.post("/accounts/password/reset/confirm/", {"code": newest_code()})
    browser.post("/accounts/password/reset/complete/", {"password1": "seven quiet herons", "password2": "seven quiet herons"})

    with_password.refresh_from_db()
    assert with_password.check_password("seven quiet herons")
    assert not is_signed_in(browser)
    assert elsewhere.get("/accounts/me/").status_code == 302


def test_a_new_password_opens_no_account_that_has_a_second_step(with_password, newest_code):
    an_app_for(with_password)
    browser = Client()
    browser.post("/accounts/password/reset/", {"email": with_password.email})
    browser.post("/accounts/password/reset/confirm/", {"code": newest_code()})
    browser.post("/accounts/password/reset/complete/", {"password1": "seven quiet herons", "password2": "seven quiet herons"})

    answer = browser.post(SIGN_IN, {"login": with_password.email, "password": "seven quiet herons"})

    assert answer["Location"] == SECOND_STEP
    assert not is_signed_in(browser)


# --- the second step ---


def an_app_for(user) -> None:
    TOTP.activate(user, generate_totp_secret())


def test_a_mailed_code_is_not_enough_where_there_is_a_second_step(amara, newest_code):
    an_app_for(amara)
    codes = RecoveryCodes.activate(amara).get_unused_codes()
    browser = Client()
    browser.post(SIGN_IN, {"login": amara.email})

    answer = browser.post(ENTER_CODE, {"code": newest_code()})
    assert answer["Location"] == SECOND_STEP
    assert not is_signed_in(browser)

    browser.post(SECOND_STEP, {"code": codes[0]})
    assert is_signed_in(browser)


def give(user, steps):
    if "app" in steps:
        an_app_for(user)
    if "passkey" in steps:
        Authenticator.objects.create(user=user, type=Authenticator.Type.WEBAUTHN, data={})


@pytest.fixture
def with_steps(amara, newest_code, monkeypatch):
    """`with_steps("app")` gives her these second steps, and a browser that has typed in the code from the mail."""
    monkeypatch.setattr(CREDENTIALS, lambda user: [])

    def come_so_far(*steps: str) -> Client:
        give(amara, steps)
        browser = Client()
        browser.post(SIGN_IN, {"login": amara.email})
        browser.post(ENTER_CODE, {"code": newest_code()})
        return browser

    return come_so_far


@pytest.mark.parametrize(
    ("steps", "asks", "buttons"),
    [
        (("app",), "Code from your app", ["Sign in"]),
        (("passkey",), "Emergency code", ["Use my passkey", "Sign in"]),
        (("app", "passkey"), "Code from your app", ["Sign in", "Use a passkey"]),
    ],
)
def test_the_second_step_asks_first_for_what_somebody_has(with_steps, steps, asks, buttons):
    page = with_steps(*steps).get(SECOND_STEP).text

    assert "Your second step</h1>" in page
    assert BUTTON.findall(page) == [*buttons, "Start again with another address"]
    assert LABEL.findall(page) == [asks]
    assert ("app on your telephone" in page) == ("app" in steps)
    assert ('id="passkey-credential"' in page) == ("passkey" in steps)


@pytest.mark.parametrize("steps", [("passkey",), ("app", "passkey")])
@pytest.mark.parametrize("credential", ["", "{}", "not even json", UNKNOWN_PASSKEY])
def test_who_tries_a_passkey_that_does_not_work_is_told_so_before_its_button(with_steps, steps, credential):
    page = with_steps(*steps).post(SECOND_STEP, {"credential": credential}).text

    assert page.count(NO_PASSKEY) == 1
    assert page.index(NO_PASSKEY) < page.index('id="passkey"')
    assert "The app shows a new one" not in page
    assert "This field is required" not in page


def test_who_tries_a_passkey_too_often_is_told_to_wait(with_steps):
    browser = with_steps("passkey")

    pages = [browser.post(SECOND_STEP, {"credential": UNKNOWN_PASSKEY}).text for _ in range(11)]

    assert NO_PASSKEY in pages[0]
    assert "There were too many tries." in pages[-1]


@pytest.mark.parametrize(("steps", "words"), [(("app",), "The app shows a new one"), (("passkey",), "Type one of your emergency codes")])
def test_a_wrong_code_is_told_what_to_type(with_steps, steps, words):
    page = with_steps(*steps).post(SECOND_STEP, {"code": "000000"}).text

    assert page.count(words) == 2
    assert NO_PASSKEY not in page


def test_a_code_that_does_not_fit_a_new_app_is_told_what_to_type(amara, as_member):
    page = as_member(amara).post("/accounts/2fa/totp/activate/", {"code": "000000"}).text

    assert "The app shows a new one" in page
    assert NO_PASSKEY not in page


@pytest.mark.parametrize(
    ("steps", "first", "other_way", "asks", "wrong"),
    [
        (("passkey",), "Use my passkey", "Use an emergency code", "Emergency code", "Type one of your emergency codes"),
        (("app", "passkey"), "Go on", "Use a passkey", "Code from your app", "The app shows a new one"),
    ],
)
def test_who_is_asked_again_is_asked_first_for_what_they_have(amara, as_member, monkeypatch, steps, first, other_way, asks, wrong):
    monkeypatch.setattr(CREDENTIALS, lambda user: [])
    give(amara, steps)
    RecoveryCodes.activate(amara)
    browser = as_member(amara)
    session = browser.session
    session["account_authentication_methods"] = []
    session.save()

    asked = browser.get("/accounts/2fa/webauthn/add/", follow=True).text
    by_code = browser.get("/accounts/2fa/reauthenticate/").text
    refused = browser.post("/accounts/2fa/reauthenticate/", {"code": "000000"}).text

    assert "Show that it is you</h1>" in asked
    assert first in BUTTON.findall(asked)
    assert f"{other_way}</a>" in asked
    assert LABEL.findall(by_code) == [asks]
    assert wrong in refused


def test_who_shows_again_that_it_is_them_with_a_passkey_that_does_not_work_is_told_so(amara, as_member, monkeypatch):
    monkeypatch.setattr(CREDENTIALS, lambda user: [])
    give(amara, ["passkey"])

    answer = as_member(amara).post("/accounts/2fa/webauthn/reauthenticate/", {"credential": UNKNOWN_PASSKEY}, follow=True)

    assert NO_PASSKEY in answer.text


def test_who_signs_in_with_a_passkey_that_nobody_knows_is_told_so_on_the_page_to_sign_in():
    answer = Client().post("/accounts/2fa/webauthn/login/", {"credential": UNKNOWN_PASSKEY}, follow=True)

    assert answer.redirect_chain[-1][0] == SIGN_IN
    assert NO_PASSKEY in answer.text


WRITTEN_BY_HAND = [
    "",
    "{",
    '"none"',
    "[]",
    '{"id": "1"}',
    '{"id": "1", "rawId": "1", "type": "public-key", "response": {}}',
    json.dumps({"id": "AA", "rawId": "AA", "response": dict.fromkeys(["clientDataJSON", "authenticatorData", "attestationObject"], "AA")}),
    '{"id": "\\u0000", "rawId": 1, "type": [], "response": 1}',
]


@pytest.mark.parametrize("credential", WRITTEN_BY_HAND)
def test_what_no_passkey_would_say_signs_nobody_in(credential):
    browser = Client()
    browser.get("/accounts/2fa/webauthn/login/")

    answer = browser.post("/accounts/2fa/webauthn/login/", {"credential": credential}, follow=True)

    assert answer.status_code == 200
    assert NO_PASSKEY in answer.text
    assert not is_signed_in(browser)


@pytest.mark.parametrize("credential", WRITTEN_BY_HAND)
def test_what_no_passkey_would_say_is_no_second_step(with_steps, credential):
    browser = with_steps("passkey")

    answer = browser.post(SECOND_STEP, {"credential": credential})

    assert answer.status_code == 200
    assert NO_PASSKEY in answer.text
    assert not is_signed_in(browser)


@pytest.mark.parametrize("credential", WRITTEN_BY_HAND)
def test_what_no_passkey_would_say_shows_nobody_again(amara, as_member, monkeypatch, credential):
    monkeypatch.setattr(CREDENTIALS, lambda user: [])
    give(amara, ["passkey"])

    answer = as_member(amara).post("/accounts/2fa/webauthn/reauthenticate/", {"credential": credential}, follow=True)

    assert answer.status_code == 200
    assert NO_PASSKEY in answer.text


@pytest.mark.parametrize("credential", WRITTEN_BY_HAND)
def test_who_adds_a_passkey_in_vain_is_told_so(amara, as_member, credential):
    page = as_member(amara).post("/accounts/2fa/webauthn/add/", {"name": "My telephone", "credential": credential}).text

    assert NO_PASSKEY in page
    assert "My telephone" in page


@pytest.mark.parametrize(("role", "where"), [("coordinator", "people"), ("deputy", "concerns")])
def test_who_reads_more_without_a_second_step_is_told_why_they_need_one(as_member, role, where):
    member = MembershipFactory(**{role: True})
    browser = as_member(member.user)

    answer = browser.get(f"/p/{member.program.slug}/{where}/", follow=True)

    assert answer.redirect_chain == [("/accounts/second-step/", 302)]
    assert "Set up an app" in answer.content.decode()


def test_emergency_codes_alone_are_no_second_step(as_member):
    coordinator = MembershipFactory(coordinator=True)
    RecoveryCodes.activate(coordinator.user)

    answer = as_member(coordinator.user).get(f"/p/{coordinator.program.slug}/people/")

    assert answer["Location"] == "/accounts/second-step/"


def test_a_program_may_do_without(as_member):
    coordinator = MembershipFactory(coordinator=True, program=ProgramFactory(staff_need_second_factor=False))

    answer = as_member(coordinator.user).get(f"/p/{coordinator.program.slug}/people/")

    assert answer.status_code == 200


# --- the address ---


def test_an_address_changes_when_its_code_is_typed_in(amara, as_member, newest_code, mailoutbox):
    browser = as_member(amara)

    browser.post("/accounts/email/", {"email": "new@example.org", "action_add": "1"})
    code = newest_code()
    assert mailoutbox[-1].to == ["new@example.org"]
    browser.post("/accounts/confirm-email/", {"code": code})

    amara.refresh_from_db()
    assert amara.email == "new@example.org"
    assert list(EmailAddress.objects.values_list("email", "verified", "primary")) == [("new@example.org", True, True)]
    delivery.drain()
    assert (mailoutbox[-1].to, mailoutbox[-1].subject) == (["amara@example.org"], "Your account has changed")


def test_an_address_of_somebody_else_cannot_be_taken(amara, as_member, newest_code):
    UserFactory(verified=True, email="jonas@example.org")
    browser = as_member(amara)

    browser.post("/accounts/email/", {"email": "jonas@example.org", "action_add": "1"})
    page = browser.post("/accounts/confirm-email/", {"code": newest_code()})

    assert "Another account uses this address" in page.content.decode()
    amara.refresh_from_db()
    assert amara.email == "amara@example.org"
