import resource
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.http import HttpResponse
from django.test import RequestFactory
from django.utils import timezone, translation

from mentoring import middleware
from tests.factories.programs import MembershipFactory, UserFactory

request_for = RequestFactory()
CALLS = 1000


def asked_by(user, view):
    request = request_for.get("/")
    request.user = user
    return middleware.in_the_persons_words(view)(request)


def say_time_and_language(request):
    at = timezone.localtime(datetime(2026, 7, 1, 12, tzinfo=UTC))
    return HttpResponse(f"{at:%H:%M} {translation.get_language()} {getattr(request, 'LANGUAGE_CODE', '')}")


def test_times_are_in_the_persons_own_zone_and_words_in_their_language():
    with translation.override("en"):
        assert asked_by(UserFactory.build(time_zone="Asia/Tokyo", language=""), say_time_and_language).text == "21:00 en "
        assert asked_by(UserFactory.build(time_zone="Europe/London", language="de"), say_time_and_language).text == "13:00 de de"
    assert timezone.get_current_timezone_name() == "UTC"


def test_who_is_signed_out_sees_the_sites_own():
    with translation.override("en"):
        assert asked_by(AnonymousUser(), say_time_and_language).text == "12:00 en "


@pytest.mark.parametrize("zone", ["Mars/Olympus", "", "../../etc/passwd", "Europe", "/etc/localtime"])
def test_a_zone_that_this_machine_does_not_know_breaks_no_page(zone):
    with translation.override("en"):
        assert asked_by(UserFactory.build(time_zone=zone), say_time_and_language).text == "12:00 en "


def test_no_page_is_kept():
    kept = HttpResponse(headers={"Cache-Control": "public, max-age=3600"})

    assert middleware.keep_nothing(lambda request: kept)(request_for.get("/"))["Cache-Control"] == "no-store"


def _call():
    pass


def test_a_loop_asks_for_no_more_memory_however_deep_it_stands():
    def pieces_of_memory_at(depth):
        if depth:
            return pieces_of_memory_at(depth - 1)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
        for _ in range(CALLS):
            _call()
        return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before

    def most(request):
        return max(map(pieces_of_memory_at, range(300)))

    # A thread has a stack of its own: the test's own has room already.
    with ThreadPoolExecutor(1) as own:
        assert own.submit(middleware.make_room(most), request_for.get("/")).result() < CALLS / 2


@pytest.mark.django_db
def test_the_probe_says_how_many_statements_a_page_cost():
    def view(request):
        with connection.cursor() as cursor:
            for _ in range(3):
                cursor.execute("SELECT 1")
        return HttpResponse()

    response = middleware.count_queries(view)(SimpleNamespace())

    assert response["X-Query-Count"] == "3"


@pytest.mark.django_db
def test_probe_header_is_off_by_default(client, settings):
    assert settings.EVENHAND_PROBE is False
    for address in ("/accounts/login/", "/healthz", "/no/such/page/"):
        assert "X-Query-Count" not in client.get(address).headers


@pytest.mark.django_db
def test_with_the_probe_every_answer_says_it(settings, client):
    settings.MIDDLEWARE = ["mentoring.middleware.count_queries", *settings.MIDDLEWARE]

    for address in ("/accounts/login/", "/no/such/page/"):
        assert int(client.get(address).headers["X-Query-Count"]) >= 0


@pytest.mark.django_db
@pytest.mark.parametrize("way", ["/accounts/logout/", "/leave/"])
def test_who_signs_out_leaves_nothing_on_the_device(way, as_member):
    browser = as_member(MembershipFactory())
    assert "Clear-Site-Data" not in browser.get("/accounts/me/").headers

    assert browser.post(way)["Clear-Site-Data"] == '"storage"'


@pytest.mark.django_db
def test_whom_only_time_has_signed_out_finds_a_draft_again(as_member):
    browser = as_member(MembershipFactory())
    browser.get("/accounts/me/")
    session = browser.session
    session["seen_at"] = 0
    session.save()

    answer = browser.get("/accounts/me/")

    assert answer.url.startswith("/accounts/login/")
    assert "Clear-Site-Data" not in answer.headers
