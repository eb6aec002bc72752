from datetime import timedelta

import pytest
from django.conf import settings as site
from django.db import DatabaseError, connection
from django.utils import timezone

from mentoring.kernel.outbox.models import OutboxMessage
from tests.factories.programs import MembershipFactory

pytestmark = pytest.mark.django_db


def owe(**more):
    now = timezone.now()
    number = OutboxMessage.objects.count()
    given = {"dedupe_key": number, "message_id": f"<{number}@localhost>", "kind": "x", "subject": "1", "priority": 1}
    return OutboxMessage.objects.create(**given | {"created_at": now, "due_at": now, "available_at": now} | more)


def test_all_is_well(client):
    response = client.get("/healthz")

    assert (response.status_code, response.json()) == (200, {"database": "ok", "oldest_due_seconds": 0, "dead": 0})


def test_mail_that_is_five_minutes_late_is_not_well(client):
    late = timezone.now() - timedelta(seconds=290)
    message = owe(due_at=late, available_at=late)
    assert client.get("/healthz").status_code == 200

    OutboxMessage.objects.filter(pk=message.pk).update(due_at=late - timedelta(seconds=20), available_at=late - timedelta(seconds=20))

    response = client.get("/healthz")
    assert response.status_code == 503
    assert 305 < response.json()["oldest_due_seconds"] < 330


def test_mail_that_was_given_up_is_counted_and_waits_for_nobody(client):
    owe(state=OutboxMessage.State.DEAD, ended_at=timezone.now())

    assert client.get("/healthz").json()["dead"] == 1
    assert client.get("/healthz").status_code == 200


def test_a_database_that_is_away_is_said(client):
    def away(*_):
        raise DatabaseError

    with connection.execute_wrapper(away):
        response = client.get("/healthz")

    assert (response.status_code, response.json()) == (503, {"database": "away"})


def test_the_health_check_asks_for_no_sign_in_and_takes_no_form(client):
    assert client.head("/healthz").status_code == 200
    assert client.post("/healthz").status_code == 405


def test_leaving_signs_out_and_leads_where_nothing_tells(as_member):
    browser = as_member(MembershipFactory())

    response = browser.post("/leave/")

    assert response.status_code == 200
    # The content policy lets no form lead elsewhere by a redirect, so a refresh does.
    assert response["Refresh"] == f"0; url={site.LEAVE_URL}"
    assert "_auth_user_id" not in browser.session
    assert "Evenhand" not in response.text


def test_looking_at_the_way_out_signs_nobody_out(as_member):
    browser = as_member(MembershipFactory())

    assert browser.get("/leave/").status_code == 405
    assert "_auth_user_id" in browser.session
