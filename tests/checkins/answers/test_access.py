"""The link of a mail: what it opens, for how long, and what it tells whoever holds it."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from checkins.answers import services
from checkins.answers.models import Answer, AnswerLink, CheckIn
from checkins.care.models import Task
from matching.pairings.models import Pairing
from mentoring.kernel.audit.models import AuditEvent
from mentoring.kernel.outbox.models import OutboxMessage
from tests.at_once import at_once
from tests.factories.checkins import AnswerFactory, AnswerLinkFactory, CheckInFactory, question_of
from tests.factories.matching import PairingFactory
from tests.times import NOON

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]

TOKEN = "the-token-of-a-mail-that-has-43-characters-"
LINK, WRONG = f"/c/{TOKEN}/", f"/c/{'guessed'.ljust(43, '-')}/"


@pytest.fixture
def at_noon():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def asked():
    """Amara is asked three things about her pairing with Zebulon; the mail with the link has gone."""
    pairing = PairingFactory(active=True, first__user__name="Amara Okoye", second__user__name="Zebulon Quill")
    check_in = CheckInFactory(pairing=pairing)
    for construct in ("comfort", "boundaries", "words"):
        question_of(check_in.plan, construct)
    AnswerLinkFactory(check_in=check_in, token=TOKEN)
    return check_in


def page_of(check_in, step=None):
    page = reverse("checkins:answer-by-link", args=[check_in.pk])
    return f"{page}?question={step}" if step else page


@pytest.fixture
def visitor(asked):
    """Has opened the link."""
    client = Client()
    client.get(LINK)
    return client


# --- exchanging it ---


def test_it_leads_to_a_page_whose_address_is_no_key(asked):
    client = Client()

    answer = client.get(LINK)

    assert (answer.status_code, answer.url) == (302, page_of(asked))
    assert answer["Referrer-Policy"] == "no-referrer"
    cookie = client.cookies["answer-link"]
    assert (cookie["path"], cookie["httponly"], cookie["samesite"], cookie["max-age"]) == (page_of(asked), True, "Lax", 11 * 24 * 3600)
    assert TOKEN not in cookie.value
    assert client.get(answer.url).status_code == 200


def test_it_works_twice_and_in_another_browser(asked):
    for client in (Client(), Client()):
        assert client.get(client.get(LINK).url).status_code == 200
        assert client.get(client.get(LINK).url).status_code == 200


def test_the_token_is_kept_as_a_hash_and_in_the_mail_alone(asked, noon):
    services.owe_reminders([CheckIn.objects.with_people().get(pk=asked.pk)], now=noon)

    messages = list(OutboxMessage.objects.filter(kind="checkin-due"))
    tokens = {message.secret for message in messages}
    assert (len(messages), len(tokens)) == (3, 1)
    (token,) = tokens
    assert len(token) == 43
    assert AnswerLink.objects.get(token_hash=AnswerLink.hash_of(token)).check_in == asked
    with connection.cursor() as cursor:
        cursor.execute("SELECT concat_ws(' ', m.*, l.*) FROM kernel_outboxmessage m, checkins_answerlink l")
        assert all(token not in row for (row,) in cursor.fetchall())


def test_a_token_that_was_altered_is_no_page_like_any_other(asked):
    altered = Client().get(f"/c/{TOKEN[:-1]}/")
    nowhere = Client().get("/no/such/page/")

    assert altered.status_code == 404
    assert altered.content == nowhere.content


def test_without_the_link_there_is_no_such_page(asked, as_member):
    other = CheckInFactory()
    opened_other = Client()
    AnswerLinkFactory(check_in=other, token="other")
    opened_other.get("/c/other/")
    forged = Client()
    forged.cookies["answer-link"] = str(AnswerLink.objects.get(check_in=asked).pk)
    stolen = Client()
    stolen.cookies["answer-link"] = opened_other.cookies["answer-link"].value

    for client in (Client(), as_member(asked.membership), as_member(asked.pairing.coordinator), opened_other, forged, stolen):
        for answer in (client.get(page_of(asked)), client.post(page_of(asked), {"answer": "1"})):
            assert answer.status_code == 404
    assert Client().get(page_of(asked)).content == Client().get("/c/answer/987654321/").content
    assert not Answer.objects.exists()


def stop(check_in, **changes):
    Pairing.objects.filter(pk=check_in.pairing_id).update(**changes)


def leave(check_in):
    check_in.membership.left_at = NOON
    check_in.membership.save()


def archive(check_in):
    check_in.pairing.program.archived_at = NOON
    check_in.pairing.program.save()


OVER = {
    "closed": lambda check_in: CheckIn.objects.update(closes_at=NOON),
    "called off": lambda check_in: CheckIn.objects.update(called_off_at=NOON),
    "expired": lambda check_in: AnswerLink.objects.update(expires_at=NOON),
    "paused": lambda check_in: stop(check_in, state="paused"),
    "ended": lambda check_in: stop(check_in, state="closed", ended_at=NOON),
    "left": leave,
    "archived": archive,
}


@pytest.mark.parametrize("how", OVER)
def test_once_it_is_over_one_page_says_so_whatever_the_reason(how, asked, visitor):
    other = CheckInFactory(closes_at=NOON - timedelta(days=1), opens_at=NOON - timedelta(days=9))
    AnswerLinkFactory(check_in=other, token="other")
    usual = Client().get("/c/other/")

    OVER[how](asked)

    for answer in (Client().get(LINK), visitor.get(page_of(asked)), visitor.post(page_of(asked), {"answer": "1"})):
        assert answer.status_code == 410
        assert answer.content == usual.content
        assert answer["Referrer-Policy"] == "no-referrer"
    assert not Answer.objects.exists()


@pytest.mark.parametrize("gone", ["erased", "forgotten", "altered"])
def test_a_link_of_which_nothing_is_kept_says_the_same_as_one_that_is_over(gone, asked, visitor):
    page, link = page_of(asked), LINK
    CheckIn.objects.update(closes_at=NOON)
    AnswerLink.objects.update(expires_at=NOON)
    usual = Client().get(LINK)
    if gone == "erased":
        asked.pairing.delete()
    elif gone == "forgotten":
        services.forget_links(now=NOON + services.KEPT_FOR)
    else:
        link = LINK.replace("mail", "Mail")

    for answer in (Client().get(link), visitor.get(page), visitor.post(page, {"answer": "1"})):
        assert answer.status_code == 410
        assert answer.content == usual.content
        assert answer["Referrer-Policy"] == "no-referrer"


def test_a_page_that_is_still_open_when_it_closes_says_that_it_is_over(asked, visitor):
    with time_machine.travel(asked.closes_at + timedelta(hours=23)):
        answer = visitor.post(page_of(asked), {"answer": "1"})

    assert answer.status_code == 410
    assert "This link is over" in answer.text


def test_what_is_asked_at_the_end_opens_although_the_pairing_has_ended():
    check_in = CheckInFactory(closing=True)
    question_of(check_in.plan, "words")
    AnswerLinkFactory(check_in=check_in, token=TOKEN)
    visitor = Client()

    visitor.post(visitor.get(LINK).url, {"words": "It was good."})

    assert Answer.objects.get().words == "It was good."


# --- answering by it ---


def test_it_shows_no_name_and_no_answer_that_was_given(asked, visitor):
    AnswerFactory(check_in=asked, value=2, words="In confidence.")
    AnswerFactory(check_in=asked, question=question_of(asked.plan, "boundaries"), value=None)

    pages = [visitor.get(page_of(asked, step)).text for step in (None, 1, 2, 3, "all")]

    assert "Often uneasy" not in pages[4]
    for page in pages:
        for word in ("Zebulon", "Quill", "Amara", "Okoye", "In confidence.", "checked"):
            assert word not in page
    assert "How much at ease do you feel with the other half of your pairing?" in pages[1]
    assert [page.count("You have answered this.") for page in pages] == [0, 1, 1, 0, 0]
    assert "question 3 of 3" in pages[0]
    said = pages[4].partition("<main")[2]
    assert said.count("Answered") == 2
    assert said.count("Not yet") == 1


def test_who_had_not_said_anything_cannot_be_told_from_who_would_rather_not(asked, visitor):
    answer = AnswerFactory(check_in=asked, value=2, words="In confidence.")
    told = visitor.get(page_of(asked, "all")).text
    answer.value, answer.words = None, None
    answer.save()

    withheld = visitor.get(page_of(asked, "all")).text

    assert re.sub(r'value="[^"]{64}"', "", told) == re.sub(r'value="[^"]{64}"', "", withheld)


def test_answers_are_saved_step_by_step_and_can_be_changed_until_it_closes(asked, visitor):
    first = visitor.post(page_of(asked), {"answer": "4", "words": "Mostly."})
    second = visitor.post(first.url, {"withhold": "1"})
    last = visitor.post(second.url, {"words": "All is well."})
    assert (first.url, second.url, last.url) == (page_of(asked, 2), page_of(asked, 3), page_of(asked))
    assert "Thank you" in visitor.get(last.url).text

    visitor.post(page_of(asked, 1), {"answer": "1"})

    answers = list(Answer.objects.order_by("question__position"))
    assert [(answer.value, answer.words) for answer in answers] == [(1, None), (None, None), (None, "All is well.")]
    assert Task.objects.get().kind == Task.Kind.LOW_COMFORT
    asked.refresh_from_db()
    assert asked.answered_at is not None


def test_the_record_says_that_it_was_by_the_link(asked, visitor):
    visitor.post(page_of(asked), {"answer": "4"})

    event = AuditEvent.objects.get(verb="checkin.answered")
    assert (event.actor_id, event.detail) == (asked.membership.user_id, {"by": "link"})


def test_leaving_leads_to_a_page_without_signing_in(asked, visitor):
    answer = visitor.post(page_of(asked), {"answer": "4", "leave": "1"})

    assert answer.url == page_of(asked, "all")
    assert "Your answers so far" in visitor.get(answer.url).text


def test_a_press_of_somebody_elses_page_is_refused(asked):
    strict = Client(enforce_csrf_checks=True)
    strict.get(LINK)

    assert strict.post(page_of(asked), {"answer": "4"}).status_code == 403
    assert not Answer.objects.exists()


def test_a_browser_says_where_a_press_comes_from_only_where_the_page_lets_it(asked, visitor):
    """With "no-referrer" the origin of a press is hidden from us too, and the press would be refused."""
    assert visitor.get(page_of(asked))["Referrer-Policy"] == "same-origin"


def test_it_is_in_the_words_and_by_the_clock_of_the_person_who_is_asked(asked, visitor):
    user = asked.membership.user
    user.time_zone = "Pacific/Auckland"
    user.save()

    assert "Friday 27 March at 00:59" in visitor.get(page_of(asked)).text


def test_a_call_can_be_asked_for_by_it_and_it_never_tells_that_one_was(asked, visitor):
    before = visitor.get(page_of(asked)).text
    answer = visitor.post(page_of(asked), {"call": "1", "asked": question_of(asked.plan).pk, "answer": "2", "words": "Wait"})

    assert "It is asked" in answer.text
    assert "Wait" in answer.text
    assert re.search(r'value="2"[^>]*checked', answer.text)
    assert not Answer.objects.exists()
    task = Task.objects.get()
    assert (task.kind, task.about) == (Task.Kind.PLEASE_CALL, asked.membership)
    assert re.sub(r'value="[^"]{64}"', "", visitor.get(page_of(asked)).text) == re.sub(r'value="[^"]{64}"', "", before)
    visitor.post(page_of(asked), {"take_call_back": "1"})
    assert Task.objects.open().exists()


def test_reminders_can_be_moved_by_it(asked, visitor, noon):
    services.owe_reminders([CheckIn.objects.with_people().get(pk=asked.pk)], now=noon)

    answer = visitor.post(page_of(asked), {"tomorrow": "1"}, follow=True)

    assert "We remind you tomorrow, Tuesday, from 09:00." in answer.text


def test_the_page_costs_the_same_with_much_around_it(asked, visitor, costs_the_same):
    def grow():
        for week in range(1, 12):
            CheckInFactory(pairing=asked.pairing, closed=True, due_on=(NOON - timedelta(weeks=week)).date())

    costs_the_same(lambda: visitor.get(page_of(asked)), grow=grow)


# --- guesses ---


def opened(address, ip="203.0.113.7"):
    return Client(REMOTE_ADDR=ip).get(address).status_code


def test_after_twenty_wrong_links_in_a_minute_none_opens(asked):
    assert [opened(WRONG) for _ in range(22)] == [410] * 20 + [429] * 2

    assert opened(LINK) == 429
    assert opened(LINK, ip="203.0.113.8") == 302
    with time_machine.travel(NOON + timedelta(minutes=1)):
        assert opened(LINK) == 302


def test_a_right_one_is_no_guess(asked):
    assert [opened(LINK) for _ in range(25)] == [302] * 25


@pytest.mark.django_db(transaction=True)
@time_machine.travel(NOON, tick=False)
def test_of_guesses_that_come_at_once_twenty_are_answered():
    answers = at_once(*[lambda: [opened(WRONG) for _ in range(6)]] * 5)

    assert sorted(status for some in answers for status in some) == [410] * 20 + [429] * 10


# --- opening is not answering ---


def test_ten_thousand_prefetches_answer_nothing(soak, asked):
    """What a mail scanner does: it opens each link of each mail, follows where it leads, and all that this page leads to."""
    number = 10_000 if soak else 20
    AnswerLink.objects.bulk_create(
        AnswerLink(check_in=asked, token_hash=AnswerLink.hash_of(f"token-{place}"), expires_at=asked.closes_at) for place in range(number)
    )
    opened = 0
    for place in range(number):
        scanner = Client()
        with CaptureQueriesContext(connection) as queries:
            opened += scanner.head(f"/c/token-{place}/").status_code == 302
            answer = scanner.get(f"/c/token-{place}/", follow=True)
            opened += answer.status_code == 200
            if place < 20:
                for link in re.findall(r'href="(\?question=\w+)"', answer.text):
                    opened += scanner.get(page_of(asked) + link).status_code == 200
        assert [query["sql"] for query in queries if re.match(r"(?i)insert|update|delete", query["sql"])] == []

    assert opened >= 2 * number + 20 * 2
    asked.refresh_from_db()
    assert asked.answered_at is None
    assert not Answer.objects.exists()
    assert not Task.objects.exists()
    assert not AuditEvent.objects.exists()
