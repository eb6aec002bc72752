from itertools import cycle

import pytest
from django.db import OperationalError, connection
from django.test import Client

from tests.factories.programs import ProgramFactory
from tests.security import routes
from tests.security.answers import wrong_headers


@pytest.mark.parametrize("who", ["signed out", "participant", "coordinator"])
def test_headers_on_every_route_of_a_library(scene, who):
    """Those on our own the access matrix looks at, by every role."""
    browser, seen, wrong = scene.browsers[who], set(), []
    for address in routes.of_libraries(scene.addresses):
        for method in ("get", "head", "options", "post") if who == "signed out" else ("get", "post"):
            response = getattr(browser, method)(address)
            seen.add(response.status_code)
            wrong += [(method, address, response.status_code, name) for name in wrong_headers(response)]
        scene.sign_in_again(who)

    assert wrong == []
    assert seen >= {200, 302}


def test_headers_on_every_route_that_is_asked_in_a_way_it_does_not_know(scene):
    wrong = [(address, name) for address in scene.addresses for name in wrong_headers(scene.browsers["signed out"].put(address))]

    assert wrong == []


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
def test_static_files_may_be_kept_but_carry_the_policy(client, settings):
    settings.WHITENOISE_USE_FINDERS = True
    response = client.get("/static/css/tokens.css")

    assert response.status_code == 200
    assert set(wrong_headers(response)) == {"Cache-Control"}
    response.close()


def test_404_bodies_are_equal(scene):
    """What exists in another program answers as what exists nowhere does, byte for byte, whichever page it is."""
    ProgramFactory(slug="another-program")
    there = routes.addresses({"program": "another-program"})
    nowhere = routes.addresses({"program": "there-is-no-such-program"})
    [nobodys, *_] = [address for address in nowhere if address not in there]
    asks = cycle([(ask, ask(nobodys)) for ask in (scene.browsers["participant"].get, scene.browsers["coordinator"].post)])
    compared = 0
    for (ask, missing), one in zip(asks, there, strict=False):
        if one not in nowhere:
            exists = ask(one)
            compared += 1
            assert (exists.status_code, exists.content, exists.headers) == (404, missing.content, missing.headers), one
            assert missing.status_code == 404
    assert compared > 40
