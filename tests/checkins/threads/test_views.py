import re
import uuid
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from checkins.threads.models import Message
from tests.checkins.pages import address, people_around
from tests.factories.checkins import MessageFactory, ThreadReadFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def around():
    return people_around(active=True, first__user__called="Amara", second__user__called="Jonas")


def thread(pairing):
    return address("thread", pairing.program, pairing.pk)


def test_what_one_writes_both_read(as_member, around):
    answer = as_member(around.half).post(thread(around.pairing), {"text": "Are you there?"})

    assert answer.url == thread(around.pairing) + "#newest"
    for half in (around.half, around.other_half):
        assert "Are you there?" in as_member(half).get(thread(around.pairing)).text


def test_it_says_who_reads_it_where_it_is_typed(as_member, around):
    assert "you and Jonas. Coordinators do not read it." in as_member(around.half).get(thread(around.pairing)).text


def test_pressing_twice_sends_one(as_member, around):
    browser, key = as_member(around.half), uuid.uuid4()

    for _press in range(2):
        browser.post(thread(around.pairing), {"text": "Hello", "once": key})

    assert Message.objects.count() == 1


@pytest.mark.parametrize("text", ["", "x" * 10_001, "Hello\0there"])
def test_what_cannot_be_sent_is_said_beside_the_field_and_kept(text, as_member, around):
    answer = as_member(around.half).post(thread(around.pairing), {"text": text})

    assert answer.status_code == 200
    assert 'aria-invalid="true"' in answer.text
    assert text in answer.text
    assert not Message.objects.exists()


def test_paragraphs_and_links_are_shown_and_no_markup(as_member, around):
    MessageFactory(
        pairing=around.pairing,
        text='First.\n\nSee https://example.org/a?b=1&c=2 <script>alert(1)</script> <a href="//evil">x</a> javascript:alert(1)',
    )

    page = as_member(around.other_half).get(thread(around.pairing)).text

    assert "<p>First.</p>" in page
    assert '<a href="https://example.org/a?b=1&amp;c=2" rel="nofollow">' in page
    assert "&lt;script&gt;" in page
    assert '<a href="//evil">' not in page
    assert 'href="javascript' not in page


@pytest.mark.parametrize(("state", "said"), [("paused", "This pairing is paused"), ("closed", "This pairing has ended")])
def test_where_nothing_can_be_added_it_is_there_to_read(state, said, as_member):
    around = people_around(**{state: True})
    MessageFactory(pairing=around.pairing, text="As we said.")
    browser = as_member(around.half)

    page = browser.get(thread(around.pairing)).text
    assert said in page
    assert "As we said." in page
    assert "<textarea" not in page

    answer = browser.post(thread(around.pairing), {"text": "One more thing"}).text
    assert "Nothing was sent." in answer
    assert "One more thing" in answer


def test_looking_marks_nothing_as_read_and_the_button_does(as_member, around):
    message = MessageFactory(pairing=around.pairing)
    browser = as_member(around.other_half)

    assert "I have read these" in browser.get(thread(around.pairing)).text
    assert Message.objects.unread_by(around.other_half).exists()

    page = address("thread-read", around.pairing.program, around.pairing.pk)
    assert browser.post(page, {"newest": message.pk}).url == thread(around.pairing) + "#newest"
    assert not Message.objects.unread_by(around.other_half).exists()
    assert "I have read these" not in browser.get(thread(around.pairing)).text


def test_where_script_runs_there_is_nothing_to_show(as_member, around):
    message = MessageFactory(pairing=around.pairing)

    page = address("thread-read", around.pairing.program, around.pairing.pk)
    answer = as_member(around.other_half).post(page, {"newest": message.pk}, headers={"HX-Request": "true"})

    assert (answer.status_code, answer.content) == (200, b"")


@pytest.mark.parametrize("newest", ["", "nonsense", uuid.uuid4()])
def test_a_message_that_is_not_there_makes_nothing_read(newest, as_member, around):
    MessageFactory(pairing=around.pairing)

    page = address("thread-read", around.pairing.program, around.pairing.pk)
    as_member(around.other_half).post(page, {"newest": newest})

    assert Message.objects.unread_by(around.other_half).exists()


def test_whether_something_was_read_is_not_shown_to_who_wrote_it(as_member, around):
    message = MessageFactory(pairing=around.pairing)
    browser = as_member(around.half)
    before = browser.get(thread(around.pairing)).text

    ThreadReadFactory(pairing=around.pairing, membership=around.other_half, read_at=message.sent_at)

    def plain(page):
        return [line for line in page.splitlines() if "csrf" not in line.lower() and 'name="once"' not in line]

    assert plain(browser.get(thread(around.pairing)).text) == plain(before)


def test_one_takes_back_ones_own_for_a_while(as_member, around):
    now = timezone.now()
    mine = MessageFactory(pairing=around.pairing, text="A slip", sent_at=now - timedelta(minutes=1))
    page = address("message-take-back", around.pairing.program, around.pairing.pk, mine.pk)

    assert page not in as_member(around.other_half).get(thread(around.pairing)).text
    assert "quarter of an hour" in as_member(around.other_half).post(page, follow=True).text
    assert page in as_member(around.half).get(thread(around.pairing)).text
    shown = as_member(around.half).post(page, follow=True).text

    assert "You took this message back." in shown
    theirs = as_member(around.other_half).get(thread(around.pairing)).text
    assert "Amara took this message back." in theirs
    assert "A slip" not in theirs


def test_after_a_while_the_button_is_gone(as_member, around, noon):
    MessageFactory(pairing=around.pairing, sent_at=noon)

    with time_machine.travel(noon + timedelta(minutes=16), tick=False):
        assert "Take back" not in as_member(around.half).get(thread(around.pairing)).text


def test_a_message_of_another_pairing_is_not_found_under_this_one(as_member, around):
    foreign = MessageFactory()

    page = address("message-take-back", around.pairing.program, around.pairing.pk, foreign.pk)

    assert as_member(around.half).post(page).status_code == 404


def test_nobody_but_the_two_comes_in(as_member, around):
    message = MessageFactory(pairing=around.pairing)
    pages = [
        thread(around.pairing),
        address("thread-read", around.pairing.program, around.pairing.pk),
        address("message-take-back", around.pairing.program, around.pairing.pk, message.pk),
    ]

    for person in (around.neighbour, around.coordinator, around.admin, around.outsider):
        browser = as_member(person)
        assert browser.get(pages[0]).status_code == 404
        assert {browser.post(page, {"text": "Hello", "newest": message.pk}).status_code for page in pages} == {404}
    assert Message.objects.get().text == message.text


def test_one_goes_back_to_what_was_written_earlier_and_to_the_newest_again(as_member, around):
    sent = MessageFactory.create_batch(51, pairing=around.pairing)
    browser = as_member(around.half)

    assert f'href="?before={sent[1].pk}"' in browser.get(thread(around.pairing)).text
    earlier = browser.get(f"{thread(around.pairing)}?before={sent[1].pk}").text

    assert sent[0].text in earlier
    assert "To the newest" in earlier
    assert browser.get(f"{thread(around.pairing)}?before=nonsense").status_code == 200


def test_the_page_costs_the_same_for_one_message_and_for_many(as_member, around, costs_the_same):
    browser = as_member(around.other_half)
    MessageFactory(pairing=around.pairing)

    costs_the_same(
        lambda: browser.get(thread(around.pairing)), grow=lambda: MessageFactory.create_batch(60, pairing=around.pairing), at_most=12
    )


def test_an_empty_thread_says_what_it_is_for(as_member, around):
    assert "without giving a telephone number" in as_member(around.half).get(thread(around.pairing)).text


def test_the_pairs_page_shows_what_is_new_and_leads_to_it(as_member, around):
    MessageFactory(pairing=around.pairing, text="Are you there?")

    page = as_member(around.other_half).get(address("pairing", around.pairing.program, around.pairing.pk)).text

    [panel] = re.findall(r'<section class="[^"]*" aria-labelledby="thread">.*?</section>', page, re.DOTALL)
    assert "A new message from Amara" in panel
    assert "Are you there?" in panel
    assert f"{thread(around.pairing)}#newest" in panel


def test_every_form_of_the_thread_can_be_sent_and_writing_has_its_key(as_member, around):
    MessageFactory(pairing=around.pairing, sent_at=timezone.now())

    for half in (around.half, around.other_half):
        page = as_member(half).get(thread(around.pairing)).text
        forms = re.findall(r"<form [^>]*method=\"post\".*?</form>", page.partition("<main")[2], re.DOTALL)
        assert len(forms) == 2
        assert all("csrfmiddlewaretoken" in form for form in forms)
        [writing] = [form for form in forms if "<textarea" in form]
        assert 'name="once"' in writing
