import pytest
from django.db import OperationalError, connection
from django.test import Client

from tests.factories.programs import ProgramFactory
from tests.security import routes

POLICY = {
    "default-src 'self'",
    "img-src 'self' data:",
    "object-src 'none'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "form-action 'self'",
}


def wrong_headers(response):
    """What an answer should carry and does not."""
    policy = {part.strip() for part in response.headers.get("Content-Security-Policy", "").split(";")}
    right = {
        "Content-Security-Policy": policy == POLICY,
        "X-Content-Type-Options": response.headers.get("X-Content-Type-Options") == "nosniff",
        "X-Frame-Options": response.headers.get("X-Frame-Options") == "DENY",
        # What a link page gives away is nobody's to know; it may be stricter than the others.
        "Referrer-Policy": response.headers.get("Referrer-Policy") in {"same-origin", "no-referrer"},
        "Cross-Origin-Opener-Policy": response.headers.get("Cross-Origin-Opener-Policy") == "same-origin",
        "Cache-Control": "no-store" in response.headers.get("Cache-Control", ""),
    }
    return [name for name, is_right in right.items() if not is_right]


@pytest.mark.parametrize("who", ["signed out", "participant", "coordinator"])
def test_headers_on_every_route(scene, who):
    browser, seen, wrong = scene.browsers[who], set(), []
    for address in scene.addresses:
        for method in ("get", "head", "options", "post", "put") if who == "signed out" else ("get", "post", "put"):
            response = getattr(browser, method)(address)
            seen.add(response.status_code)
            wrong += [(method, address, response.status_code, name) for name in wrong_headers(response)]
        scene.sign_in_again(who)

    assert wrong == []
    assert seen >= {200, 302, 404, 405}


@pytest.fixture
def broken(settings):
    settings.ROOT_URLCONF = "tests.broken_urls"


@pytest.mark.django_db
@pytest.mark.usefixtures("broken")
@pytest.mark.parametrize(
    ("status", "method", "address", "options"),
    [
        (400, "get", "/broken/suspicious/", {}),
        (400, "get", "/", {"headers": {"Host": "somebody.elses.example"}}),
        (403, "get", "/broken/denied/", {}),
        (403, "post", "/accounts/login/", {}),  # without the token against forged forms
        (404, "get", "/no/such/page/", {}),
        (405, "get", "/leave/", {}),
        (500, "get", "/broken/database/", {}),
    ],
)
def test_headers_on_every_error(settings, status, method, address, options):
    settings.ALLOWED_HOSTS = ["testserver"]
    browser = Client(raise_request_exception=False, enforce_csrf_checks=True)

    response = getattr(browser, method)(address, **options)

    assert response.status_code == status
    assert wrong_headers(response) == []


@pytest.mark.django_db
def test_headers_on_too_many_tries(settings):
    settings.ACCOUNT_RATE_LIMITS = {"reset_password": "1/m/ip"}
    browser = Client()

    responses = [browser.post("/accounts/password/reset/", {"email": "ana@example.org"}) for _ in range(3)]

    assert responses[-1].status_code == 429
    assert wrong_headers(responses[-1]) == []


def without_database(execute, *arguments):
    raise OperationalError("gone")


def test_headers_and_a_page_while_the_database_is_away(scene):
    """Whoever is signed in cannot be looked up: the answer is a whole page all the same."""
    with connection.execute_wrapper(without_database):
        response = scene.browsers["participant"].get("/accounts/me/")

    assert response.status_code == 500
    assert wrong_headers(response) == []
    assert "<h1>" in response.text


@pytest.mark.django_db
def test_static_files_may_be_kept_but_carry_the_policy(client):
    response = client.get("/static/css/tokens.css")

    assert response.status_code == 200
    assert set(wrong_headers(response)) == {"Cache-Control"}
    response.close()


def test_404_bodies_are_equal(scene):
    """What exists in another program answers as what exists nowhere does, byte for byte."""
    ProgramFactory(slug="another-program")
    there = routes.addresses({"program": "another-program"})
    nowhere = routes.addresses({"program": "there-is-no-such-program"})
    compared = 0
    for who in ("participant", "coordinator"):
        browser = scene.browsers[who]
        for one, other in zip(there, nowhere, strict=True):
            if one == other:
                continue
            for method in ("get", "post") if who == "coordinator" else ("get",):
                exists, missing = getattr(browser, method)(one), getattr(browser, method)(other)
                compared += 1
                assert (exists.status_code, exists.content, exists.headers) == (404, missing.content, missing.headers), one
                assert missing.status_code == 404
    assert compared > 40
