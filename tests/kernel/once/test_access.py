import threading
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.contrib import messages
from django.contrib.auth.models import AnonymousUser
from django.contrib.messages.storage.base import BaseStorage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.test import RequestFactory

from mentoring.kernel.errors import Refused
from mentoring.kernel.once.access import once, say_no
from mentoring.kernel.once.models import OnceKey
from programs.memberships.models import Cohort
from tests.factories.programs import ProgramFactory, UserFactory
from tests.times import NOON

browser = RequestFactory()


class Kept(BaseStorage):
    def _get(self, *arguments, **names):
        return [], True

    def _store(self, messages, response, *arguments, **names):
        return []


@once
def open_cohort(request, program):
    """A view as ours are: it makes a row and leads to it, or says what is wrong."""
    if request.method != "POST" or not request.POST["name"]:
        return HttpResponse("The form, with what is wrong beside it.")
    if request.POST["name"] == "hidden":
        raise Http404
    if request.POST["name"] == "broken":
        Cohort.objects.create(program=program, name="half done", starts_on=NOON.date())
        raise RuntimeError("in the middle")
    if request.POST["name"] == "too early":
        say_no(request, Refused("Not yet."))
        return redirect("/cohorts/")
    cohort = Cohort.objects.create(program=program, name=f"{request.POST['name']} {Cohort.objects.count()}", starts_on=NOON.date())
    messages.success(request, "The cohort is there.")
    return redirect(f"/cohorts/{cohort.pk}/")


def post(program, user, key, name="Autumn", **more):
    request = browser.post("/cohorts/new/", {"once": key, "name": name, **more})
    request.user = user
    request._messages = Kept(request)
    return open_cohort(request, program)


@pytest.fixture
def program(db):
    return ProgramFactory()


@pytest.fixture
def key():
    return str(uuid.uuid4())


def test_the_second_press_is_led_where_the_first_was(program, key):
    first = post(program, program.created_by, key)
    second = post(program, program.created_by, key)

    assert (second.status_code, second["Location"]) == (first.status_code, first["Location"])
    assert Cohort.objects.count() == OnceKey.objects.count() == 1


def test_without_a_key_or_with_a_strange_one_a_form_is_a_form(program):
    for strange in ["", "not a key", "\0", "0" * 5000, "☃"]:
        post(program, program.created_by, strange)

    assert Cohort.objects.count() == 5
    assert not OnceKey.objects.exists()


def test_a_form_with_errors_can_be_sent_again(program, key):
    assert post(program, program.created_by, key, name="").status_code == 200
    assert not OnceKey.objects.exists()
    assert post(program, program.created_by, key, name="").status_code == 200

    assert post(program, program.created_by, key).status_code == 302


def test_what_was_refused_can_be_sent_again(program, key):
    assert post(program, program.created_by, key, name="too early")["Location"] == "/cohorts/"

    assert not OnceKey.objects.exists()


def test_who_goes_back_and_changes_the_text_gets_a_second_thing(program, key):
    post(program, program.created_by, key, name="Autumn")
    post(program, program.created_by, key, name="Winter")
    post(program, program.created_by, key, name="Autumn", sheet=SimpleUploadedFile("people.csv", b"a;b"))
    post(program, program.created_by, key, name="Autumn", sheet=SimpleUploadedFile("people.csv", b"a;b"))

    assert Cohort.objects.count() == 3


def test_a_token_that_changes_with_each_page_makes_no_second_thing(program, key):
    post(program, program.created_by, key, csrfmiddlewaretoken="one")
    post(program, program.created_by, key, csrfmiddlewaretoken="two")

    assert Cohort.objects.count() == 1


def test_the_key_of_somebody_else_is_no_key(program, key):
    mine = post(program, program.created_by, key)
    theirs = post(program, UserFactory(), key)

    assert mine["Location"] != theirs["Location"]


def test_what_failed_or_was_not_there_leaves_nothing_behind(program, key):
    with pytest.raises(RuntimeError):
        post(program, program.created_by, key, name="broken")
    with pytest.raises(Http404):
        post(program, program.created_by, key, name="hidden")

    assert not Cohort.objects.exists()
    assert not OnceKey.objects.exists()


def test_a_page_that_is_only_looked_at_needs_no_key(program):
    request = browser.get("/cohorts/new/")
    request.user = program.created_by

    assert open_cohort(request, program).status_code == 200


def test_signed_out_browsers_are_told_apart_by_what_they_send(program, key):
    def sent_by(cookies):
        request = browser.post("/cohorts/new/", {"once": key, "name": "Autumn"})
        request.user = AnonymousUser()
        request._messages = Kept(request)
        request.COOKIES = cookies
        return open_cohort(request, program)["Location"]

    assert sent_by({"csrftoken": "a"}) == sent_by({"csrftoken": "a"})
    assert sent_by({"csrftoken": "b"}) == sent_by({"csrftoken": "b"})
    assert sent_by({"sessionid": "c", "csrftoken": "a"}) == sent_by({"sessionid": "c", "csrftoken": "a"})
    assert Cohort.objects.count() == 3


def test_what_is_said_to_the_person_is_said_once(program, key):
    said = []
    for _ in range(2):
        request = browser.post("/cohorts/new/", {"once": key, "name": "Autumn"})
        request.user = program.created_by
        request._messages = Kept(request)
        open_cohort(request, program)
        said += request._messages._queued_messages

    assert [str(message) for message in said] == ["The cohort is there."]


@pytest.mark.django_db(transaction=True)
def test_a_thousand_tries_make_one_row(soak):
    """In batches, as from browsers that press at the same moment, each batch with a form of its own."""
    tries, forms = (1000, 10) if soak else (120, 4)
    program = ProgramFactory()
    at_once = threading.Barrier(8)

    def press(key):
        try:
            at_once.wait(timeout=30)
            return post(program, program.created_by, key)["Location"]
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as threads:
        for number in range(forms):
            key = str(uuid.uuid4())
            wanted = tries // forms // 8 * 8
            locations = set(threads.map(press, [key] * wanted))

            assert len(locations) == 1
            assert Cohort.objects.count() == OnceKey.objects.count() == number + 1


@pytest.mark.django_db(transaction=True)
def test_who_comes_while_the_first_is_at_work_waits_and_does_it_if_the_first_did_not(key):
    """The first turns out to be a form with errors: the second, which waited, is then the one that does it."""
    program = ProgramFactory()
    inside, go_on = threading.Event(), threading.Event()

    @once
    def view(request):
        if not inside.is_set():
            inside.set()
            go_on.wait(timeout=30)
            return HttpResponse("not valid")
        return redirect("/done/")

    def press():
        request = browser.post("/", {"once": key})
        request.user = program.created_by
        try:
            return view(request).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(press)
        assert inside.wait(timeout=30)
        second = threads.submit(press)
        while not waits_for_another():
            assert not second.done()
        go_on.set()

        assert (first.result(30), second.result(30)) == (200, 302)


def waits_for_another() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT 1 FROM pg_locks WHERE NOT granted)")
        return cursor.fetchone()[0]
