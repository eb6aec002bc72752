"""The link at the foot of a mail."""

import re
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from mentoring.kernel.outbox import services as outbox
from mentoring.kernel.outbox.models import OutboxMessage
from mentoring.kernel.wishes import services as wishes
from mentoring.kernel.wishes.models import MailWish
from programs.people.models import User
from tests.factories.programs import UserFactory
from tests.times import NOON

pytestmark = pytest.mark.django_db

WRITES = re.compile(r"^\s*(INSERT|UPDATE|DELETE)")


@pytest.fixture
def ana():
    return UserFactory(email="ana@example.org", name="Ana Okoye")


def link(person, *categories):
    return urlsplit(outbox.unsubscribe_address(person.pk, *(categories or ("check-ins",)))).path


def stranger():
    return Client(enforce_csrf_checks=True)


def unwanted(person):
    return wishes.of([person.pk])[person.pk].unwanted


@pytest.mark.parametrize("method", ["get", "head"])
def test_opening_the_link_writes_nothing_and_leaves_no_cookie(ana, method):
    browser = stranger()

    with CaptureQueriesContext(connection) as queries:
        answer = getattr(browser, method)(link(ana))

    assert answer.status_code == 200
    assert not [query for query in queries.captured_queries if WRITES.match(query["sql"])]
    assert not browser.cookies
    assert not MailWish.objects.exists()


def test_the_page_says_what_would_stop_and_no_name_or_address(ana):
    page = stranger().get(link(ana, "check-ins", "meetings")).text

    assert "Stop these mails?" in page
    assert "Check-ins" in page
    assert "Meetings" in page
    assert "Guidelines and training" not in page
    for word in ("Ana", "Okoye", "ana@", "example.org", ana.email):
        assert word not in page


def test_one_press_stops_without_cookie_or_token_and_takes_back_what_waits(ana):
    outbox.owe(kind="checkin-due", subject_id=1, recipient=ana, due_at=NOON + timedelta(days=9999), now=NOON)
    browser = stranger()

    answer = browser.post(link(ana))

    assert answer.status_code == 200
    assert "These mails are stopped" in answer.text
    assert 'href="/mail/"' in answer.text
    assert unwanted(ana) == {"check-ins"}
    assert OutboxMessage.objects.get().state == OutboxMessage.State.CANCELLED
    assert not browser.cookies


def test_the_one_click_of_a_mail_program_stops(ana):
    answer = stranger().post(link(ana), {"List-Unsubscribe": "One-Click"})

    assert answer.status_code == 200
    assert unwanted(ana) == {"check-ins"}


def test_a_second_press_says_the_same_and_changes_nothing(ana):
    first, second = (stranger().post(link(ana)) for _ in range(2))

    assert (first.status_code, first.text) == (second.status_code, second.text)
    assert MailWish.objects.count() == 1


def test_the_link_of_a_days_mail_stops_all_that_was_in_it(ana):
    stranger().post(link(ana, "check-ins", "meetings"))

    assert unwanted(ana) == {"check-ins", "meetings"}


def test_a_link_that_was_used_says_that_it_is_done(ana):
    stranger().post(link(ana))

    assert "These mails are stopped" in stranger().get(link(ana)).text


def test_the_link_stops_for_whom_it_was_mailed_to_and_not_for_who_is_signed_in(ana, as_member):
    ben = UserFactory()

    page = as_member(ben).post(link(ana)).text

    assert unwanted(ana) == {"check-ins"}
    assert unwanted(ben) == frozenset()
    assert ben.name not in page


def test_the_link_of_somebody_who_is_gone_is_answered_as_any_other(ana):
    address = link(ana)
    User.objects.all().delete()

    assert stranger().get(address).status_code == 200
    assert stranger().post(address).status_code == 200


def test_a_category_that_is_no_more_leaves_a_page_that_still_works(ana):
    assert "Mails like the one you came from" in stranger().get(link(ana, "from-long-ago")).text
    assert stranger().post(link(ana, "from-long-ago")).status_code == 200


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize(
    "spoil", [lambda path: path[:-2] + "/", lambda path: path.replace("stop/", "stop/x"), lambda path: "/mail/stop/x/"]
)
def test_a_link_that_is_not_whole_says_so_and_stops_nothing(ana, method, spoil):
    answer = getattr(stranger(), method)(spoil(link(ana)))

    assert answer.status_code == 404
    assert "This link is not complete" in answer.text
    assert not MailWish.objects.exists()


@pytest.mark.parametrize("address", ["/mail/stop/x/", None])
def test_the_address_of_the_page_is_told_to_nobody(ana, address):
    assert stranger().get(address or link(ana))["Referrer-Policy"] == "no-referrer"


@time_machine.travel(NOON, tick=False)
def test_who_tries_many_links_opens_none_for_a_while(ana):
    browser = stranger()
    answers = [browser.get(f"/mail/stop/guess{n}/").status_code for n in range(21)]

    assert answers == [404] * 20 + [429]
    assert browser.get(link(ana)).status_code == 429
    assert Client(REMOTE_ADDR="192.0.2.9").get(link(ana)).status_code == 200


def test_many_right_links_from_one_place_are_all_opened(ana):
    assert {stranger().post(link(ana)).status_code for _ in range(40)} == {200}
