import pytest
from django.test import Client
from django.urls import reverse

from programs.people.models import User
from tests.factories.programs import UserFactory

pytestmark = pytest.mark.django_db

ACCOUNT = "/accounts/me/"
SAVED = {"name": "Amara Obi", "called": "Ama", "pronouns": "she/her", "time_zone": "Africa/Lagos", "theme": "dark"}


@pytest.fixture
def amara():
    return UserFactory(verified=True, name="Amara Okoye", email="amara@example.org")


def test_the_account_is_changed(amara, as_member):
    browser = as_member(amara)

    page = browser.post(ACCOUNT, SAVED, follow=True).content.decode()

    amara.refresh_from_db()
    assert {field: getattr(amara, field) for field in SAVED} == SAVED
    assert 'data-theme="dark"' in page
    assert "Saved." in page


def test_as_my_device_does_is_a_choice_like_any_other(amara, as_member):
    User.objects.update(theme="dark")

    as_member(amara).post(ACCOUNT, SAVED | {"theme": "system"})

    amara.refresh_from_db()
    assert amara.theme == ""


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"name": ""}, "Enter your name."),
        ({"name": "x" * 151}, "at most 150 characters"),
        ({"called": "a\x00"}, "Null characters are not allowed."),
        ({"time_zone": "Europe/Atlantis"}, "Choose a time zone from the list"),
        ({"time_zone": "../../etc/passwd"}, "Choose a time zone from the list"),
        ({"theme": "purple"}, "Select a valid choice"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(amara, as_member, wrong, said):
    answer = as_member(amara).post(ACCOUNT, SAVED | wrong)

    page = answer.content.decode()
    assert said in page
    assert "<title>Error: " in page
    assert {name: answer.context["form"][name].value() for name in SAVED} == SAVED | wrong
    # Who is signed in is still called as before.
    assert "Your account, Amara Okoye" in page
    amara.refresh_from_db()
    assert amara.name == "Amara Okoye"


def test_an_older_name_of_a_zone_that_somebody_has_stays_theirs(amara, as_member):
    User.objects.update(time_zone="US/Pacific")

    page = as_member(amara).get(ACCOUNT).content.decode()

    assert '<option value="US/Pacific" selected>' in page


@pytest.mark.parametrize("name", ["people:account", "people:second-factor-needed"])
def test_a_stranger_is_asked_to_sign_in(client, name):
    assert client.get(reverse(name))["Location"] == f"/accounts/login/?next={reverse(name)}"


def test_where_the_organisation_has_a_sign_in_of_its_own_it_is_offered(client, settings):
    settings.SOCIALACCOUNT_PROVIDERS = {
        "openid_connect": {
            "APPS": [
                {
                    "provider_id": "organisation",
                    "name": "Example University",
                    "client_id": "evenhand",
                    "secret": "secret",
                    "settings": {"server_url": "https://login.example.org"},
                }
            ]
        }
    }

    page = client.get("/accounts/login/").content.decode()

    assert "Sign in through Example University" in page
    assert "/accounts/oidc/organisation/login/" in page


def test_without_one_there_is_no_word_of_it(client):
    assert "Sign in through" not in client.get("/accounts/login/").content.decode()


def test_nobody_signs_in_while_the_cache_is_away_that_counts_the_tries(client, settings):
    settings.CACHES = {"default": settings.CACHES["default"] | {"LOCATION": "redis://127.0.0.1:1/0"}}

    page = client.post("/accounts/login/", {"login": "amara@example.org"})

    assert page.status_code == 503
    assert "Signing in has to wait" in page.content.decode()


def test_who_is_signed_in_goes_on_while_the_cache_is_away(amara, as_member, settings):
    browser = as_member(amara)
    settings.CACHES = {"default": settings.CACHES["default"] | {"LOCATION": "redis://127.0.0.1:1/0"}}

    assert browser.get(ACCOUNT).status_code == 200


def test_where_somebody_is_signed_in_is_listed_and_ended_everywhere_else(amara):
    amara.set_password("level beam tea pot")
    amara.save()
    lost, here = Client(), Client()
    for browser, name in ((lost, "Lost Telephone"), (here, "This Computer")):
        browser.post(reverse("account_login"), {"login": amara.email, "password": "level beam tea pot"}, headers={"user-agent": name})
    listed = here.get(reverse("usersessions_list")).content.decode()
    assert "Lost Telephone" in listed
    assert "This Computer" in listed

    here.post(reverse("usersessions_list"))

    assert here.get(ACCOUNT).status_code == 200
    assert lost.get(ACCOUNT)["Location"].startswith("/accounts/login/")
