"""The demo program: a small one, told in a few weeks instead of half a year."""

import io
import json
import re

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import Client

from checkins.answers.models import Answer
from checkins.sessions.models import Session
from matching.pairings.models import Pairing
from mentoring.demo import build, copies
from mentoring.kernel.audit.models import AuditEvent
from mentoring.kernel.outbox.models import OutboxMessage
from programs.memberships.models import Membership, Program
from tests.factories.programs import ProgramFactory

# The fewest of whom there is somebody for every part of the story.
SMALL = 20
ROLES = ["mentor", "mentee", "other_mentor", "other_mentee", "coordinator", "admin", "other_coordinator", "ex_member"]


@pytest.fixture(scope="module")
def told(django_db_setup, django_db_blocker):
    """What the command printed about a small program, which is there for every test of this file."""
    with django_db_blocker.unblock(), transaction.atomic(), pytest.MonkeyPatch.context() as changed:
        changed.setattr("django.conf.settings.EVENHAND_PROBE", True)
        changed.setattr(build, "PAIRS_TOLD", SMALL)
        yield run(pairs=SMALL)
        transaction.set_rollback(True)


@pytest.fixture
def northside(told, db):
    return Program.objects.get(slug=build.NORTHSIDE)


def run(**options) -> dict:
    with io.StringIO() as out:
        call_command("demo", json=True, weeks=build.FEWEST_WEEKS, stdout=out, **options)
        return json.loads(out.getvalue())


def pairs_of(program) -> int:
    return Pairing.objects.filter(program=program).count()


@pytest.mark.django_db
def test_nothing_is_told_where_real_people_are(settings):
    settings.DEBUG = settings.EVENHAND_PROBE = False
    before = Program.objects.count()

    with pytest.raises(CommandError, match="needs DEBUG, or EVENHAND_PROBE=1"):
        call_command("demo")

    assert Program.objects.count() == before


def test_it_says_who_may_sign_in_and_where_to_begin(told, northside):
    assert set(told) >= {"password", "accounts", "may_read"}
    assert [account["role"] for account in told["accounts"]] == ROLES
    assert all({"email", "role", "start"} <= set(account) for account in told["accounts"])
    assert set(told["may_read"]) == {"concern", "answer"}
    # Nothing is said of what is not in the product.
    assert told["may_read"]["concern"] == []
    assert told["pairs"] == pairs_of(northside) == SMALL


def test_everybody_can_sign_in_and_see_the_pages_they_begin_with(told, northside):
    for account in told["accounts"]:
        browser = Client()
        answer = browser.post("/accounts/login/", {"login": account["email"], "password": told["password"]})
        assert answer.status_code == 302, account["role"]

        pages = [*account["start"], account.get("checkin_url", "/")]
        assert {page: browser.get(page, follow=True).status_code for page in pages} == dict.fromkeys(pages, 200), account["role"]


def test_the_mentee_has_a_check_in_to_answer_and_only_those_named_may_read_it(told, northside):
    [mentee] = [account for account in told["accounts"] if account["role"] == "mentee"]
    staff = [account["email"] for account in told["accounts"] if account["role"] in ("coordinator", "admin")]

    assert re.fullmatch(r"/p/northside/check-ins/\d+/", mentee["checkin_url"])
    assert {mentee["email"], *staff} <= set(told["may_read"]["answer"])


def test_who_left_is_out_and_the_second_program_stands_apart(told, northside):
    former = Membership.objects.get(program=northside, user__email="hana.kurosawa@northside.example")
    neighbours = Membership.objects.filter(program__slug=build.HARBOUR)

    assert former.left_at is not None
    assert neighbours.exists()
    assert not neighbours.filter(user__memberships__program=northside).exists()


def test_no_mail_of_the_told_past_goes_out(told, northside):
    assert OutboxMessage.objects.filter(state=OutboxMessage.State.SENT).exists()

    assert not OutboxMessage.objects.open().filter(due_at__lte=Pairing.objects.latest("proposed_at").proposed_at).exists()


def test_a_second_time_changes_nothing(told, northside):
    before = (pairs_of(northside), Membership.objects.count(), AuditEvent.objects.count(), OutboxMessage.objects.count())

    again = run(pairs=SMALL)

    assert again == told
    assert (pairs_of(northside), Membership.objects.count(), AuditEvent.objects.count(), OutboxMessage.objects.count()) == before


def test_more_pairs_than_are_told_are_copies_that_can_be_read(told, northside):
    again = run(pairs=SMALL + 30)

    copied = Pairing.objects.filter(program=northside, first__user__email__startswith=copies.COPY)
    assert again["pairs"] == SMALL + 30
    assert copied.count() == 30
    # Each word opens with the key of its own row, and says what the told one says.
    sessions = Session.objects.filter(pairing__in=copied).prefetch_related("topics")
    words = {session.talked_about for session in sessions}
    assert words
    assert words <= {session.talked_about for session in Session.objects.exclude(pairing__in=copied)}
    topics = [(session, topic) for session in sessions for topic in session.topics.all()]
    assert topics
    assert all(topic.pairing_id == session.pairing_id for session, topic in topics)
    answers = [answer.words for answer in Answer.objects.filter(check_in__pairing__in=copied)]
    assert any(answers)
    assert again["accounts"] == told["accounts"]


def test_without_a_pair_to_copy_there_are_no_copies(db):
    empty = ProgramFactory()

    copies.make_up_to(5, program=empty)

    assert pairs_of(empty) == 0


def test_at_a_terminal_it_says_how_to_look_around(told, northside, capsys):
    call_command("demo", pairs=SMALL)

    said = capsys.readouterr().out
    assert told["password"] in said
    assert "priya.raman@northside.example" in said
    assert "/accounts/login/" in said
