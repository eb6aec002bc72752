import re
import uuid
from datetime import timedelta

import pytest
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import escape

from checkins.agendas import queries
from checkins.agendas.models import AgendaItem
from checkins.agendas.suggestions import BY_KEY
from matching.facts.models import Fact
from matching.pairings.models import Pairing
from tests.at_once import at_once
from tests.checkins.pages import address, people_around
from tests.conftest import signed_in
from tests.factories.checkins import AgendaItemFactory
from tests.factories.matching import FactFactory, PairingFactory

pytestmark = pytest.mark.django_db


def add_page(pairing):
    return address("agenda-add", pairing.program, pairing.pk)


def test_a_half_adds_a_topic_and_both_see_whose_it_is(as_member):
    around = people_around()
    browser = as_member(around.half)

    answer = browser.post(add_page(around.pairing), {"text": "The poster"}, follow=True)

    assert answer.redirect_chain[-1][0] == address("pairing", around.pairing.program, around.pairing.pk)
    assert "You added this" in answer.text
    theirs = as_member(around.other_half).get(answer.redirect_chain[-1][0])
    assert f"{around.half.user.short_name} added this" in theirs.text


def test_pressing_twice_adds_one(as_member):
    around = people_around()
    browser, key = as_member(around.half), uuid.uuid4()

    for _press in range(2):
        browser.post(add_page(around.pairing), {"text": "The poster", "once": key})

    assert AgendaItem.objects.count() == 1


@pytest.mark.parametrize("text", ["", "  ", "x" * 301])
def test_what_cannot_be_added_is_said_beside_the_field_and_kept(text, as_member):
    around = people_around()

    answer = as_member(around.half).post(add_page(around.pairing), {"text": text})

    assert answer.status_code == 200
    assert 'aria-invalid="true"' in answer.text
    assert "<title>Error: " in answer.text.replace("\n", "")
    assert text.strip() in answer.text
    assert not AgendaItem.objects.exists()


@pytest.mark.parametrize(("state", "said"), [("paused", "This pairing is paused"), ("closed", "This pairing has ended")])
def test_a_pairing_that_has_stopped_says_so_and_keeps_what_was_typed(state, said, as_member):
    around = people_around(**{state: True})
    browser = as_member(around.half)

    assert said in browser.get(add_page(around.pairing)).text
    answer = browser.post(add_page(around.pairing), {"text": "More of it"}).text

    assert "while it is active" in answer
    assert "More of it" in answer
    assert not AgendaItem.objects.exists()


def test_one_takes_back_ones_own_and_nobody_elses(as_member):
    around = people_around()
    mine = AgendaItemFactory(pairing=around.pairing)
    page = address("agenda-withdraw", around.pairing.program, around.pairing.pk, mine.pk)

    refused = as_member(around.other_half).post(page, follow=True)
    assert "Only who added a topic can take it back" in refused.text
    assert mine in AgendaItem.objects.open()

    as_member(around.half).post(page)
    assert not AgendaItem.objects.open().exists()


def test_a_topic_of_another_pairing_is_not_found_under_this_one(as_member):
    around = people_around()
    foreign = AgendaItemFactory()

    page = address("agenda-withdraw", around.pairing.program, around.pairing.pk, foreign.pk)

    assert as_member(around.half).post(page).status_code == 404


def test_nobody_but_the_two_comes_in(as_member):
    around = people_around()
    item = AgendaItemFactory(pairing=around.pairing)
    withdraw = address("agenda-withdraw", around.pairing.program, around.pairing.pk, item.pk)

    for person in (around.neighbour, around.coordinator, around.admin, around.outsider):
        browser = as_member(person)
        assert browser.get(add_page(around.pairing)).status_code == 404
        assert browser.post(add_page(around.pairing), {"text": "Hello"}).status_code == 404
        assert browser.post(withdraw).status_code == 404
    assert list(AgendaItem.objects.open()) == [item]


def test_what_is_carried_over_says_from_when(as_member, noon):
    item = AgendaItemFactory(carried_over=True, carried_over_at=noon - timedelta(days=5))

    page = as_member(item.pairing.second).get(address("pairing", item.pairing.program, item.pairing.pk))

    assert "carried over from 11 March" in page.text


# --- the agenda's own page ---


def agenda_page(pairing):
    return address("agenda", pairing.program, pairing.pk)


def edit_page(item):
    return address("agenda-edit", item.pairing.program, item.pairing.pk, item.pk)


def test_a_form_of_the_agendas_page_leads_back_to_it(as_member):
    around = people_around()

    answer = as_member(around.half).post(add_page(around.pairing), {"text": "The poster", "to": "agenda"})

    assert answer["Location"] == agenda_page(around.pairing)


def test_what_was_talked_about_stands_below_in_pages(as_member, noon):
    around = people_around()
    for day in range(25):
        AgendaItemFactory(pairing=around.pairing, text=f"Talk {day}.", discussed_at=noon - timedelta(days=day))
    browser = as_member(around.half)

    first, second = (browser.get(agenda_page(around.pairing) + query).text for query in ("", "?page=2"))

    assert "Talk 0." in first
    assert "Talk 24." not in first
    assert "Talk 24." in second


def test_the_two_see_their_share_in_words_after_three_meetings(as_member):
    around = people_around(active=True, second__user__name="Jonas Lind")
    pairing, now = around.pairing, timezone.now()
    for _ in range(4):
        FactFactory(pairing=pairing, by=pairing.first, happened_at=now - timedelta(weeks=2))
    FactFactory(pairing=pairing, by=pairing.second, happened_at=now - timedelta(weeks=2))
    FactFactory(pairing=pairing, by=pairing.second, happened_at=now - timedelta(weeks=13))
    browser = as_member(around.half)
    FactFactory.create_batch(2, pairing=pairing, kind=Fact.Kind.SESSION_LOGGED, happened_at=now)
    assert "You added" not in browser.get(agenda_page(pairing)).text

    FactFactory(pairing=pairing, kind=Fact.Kind.SESSION_LOGGED, happened_at=now)

    assert "You added 4, Jonas added 1." in browser.get(agenda_page(pairing)).text


def test_nothing_this_time_is_shown_to_both_and_goes_when_a_topic_comes(as_member):
    around = people_around(active=True, first__user__name="Amara Okoye")
    pairing = around.pairing
    browser, theirs = as_member(around.half), as_member(around.other_half)

    browser.post(address("agenda-nothing", pairing.program, pairing.pk), {"to": "agenda"})

    assert "You: nothing from me this time" in browser.get(agenda_page(pairing)).text
    assert "Amara: nothing from me this time" in theirs.get(agenda_page(pairing)).text
    browser.post(add_page(pairing), {"text": "After all"})
    assert "nothing from me this time" not in theirs.get(agenda_page(pairing)).text


def test_a_suggestion_is_added_with_one_tap_and_then_not_offered(as_member):
    around = people_around()
    pairing = around.pairing
    browser = as_member(around.half)
    words = escape(str(BY_KEY["first-hopes"].words))
    assert browser.get(agenda_page(pairing)).text.count(words) == 2  # beside the button, and in it

    answer = browser.post(
        address("agenda-suggestion", pairing.program, pairing.pk), {"suggestion": "first-hopes", "to": "agenda"}, follow=True
    )

    assert AgendaItem.objects.get().author == around.half
    assert 'value="first-hopes"' not in answer.text
    assert 'value="first-rhythm"' in answer.text


def test_a_suggestion_that_is_not_there_any_more_is_said(as_member):
    around = people_around()

    page = address("agenda-suggestion", around.pairing.program, around.pairing.pk)
    answer = as_member(around.half).post(page, {"suggestion": "\x00", "to": "agenda"}, follow=True)

    assert "not there any more" in answer.text


@pytest.mark.parametrize(
    ("query", "held", "offered"),
    [("", 0, "first-hopes"), ("", 1, "middle-since"), ("?suggestions=last", 1, "last-next"), ("?suggestions=x", 0, "first-hopes")],
)
def test_the_set_that_fits_is_proposed_and_the_others_are_a_link_away(query, held, offered, as_member):
    around = people_around()
    FactFactory.create_batch(held, pairing=around.pairing, kind=Fact.Kind.SESSION_LOGGED)

    page = as_member(around.half).get(agenda_page(around.pairing) + query).text

    assert f'value="{offered}"' in page
    assert page.count('href="?suggestions=') == 2


def test_up_and_down_change_the_order_for_both(as_member):
    around = people_around()
    first, second = AgendaItemFactory.create_batch(2, pairing=around.pairing)
    move = address("agenda-move", around.pairing.program, around.pairing.pk, second.pk)

    answer = as_member(around.other_half).post(move, {"up": "1"})

    assert answer["Location"] == f"{agenda_page(around.pairing)}#topic-{second.pk}"
    assert list(AgendaItem.objects.open().for_list()) == [second, first]


def test_a_move_sent_twice_moves_once(as_member):
    around = people_around()
    items = AgendaItemFactory.create_batch(3, pairing=around.pairing)
    move = address("agenda-move", around.pairing.program, around.pairing.pk, items[2].pk)
    browser, key = as_member(around.half), uuid.uuid4()

    for _press in range(2):
        browser.post(move, {"up": "1", "once": key})

    assert list(AgendaItem.objects.open().for_list()) == [items[0], items[2], items[1]]


def test_one_edits_the_words_of_ones_own_topic(as_member):
    item = AgendaItemFactory(text="The poser")
    browser = as_member(item.author)
    assert 'value="The poser"' in browser.get(edit_page(item)).text

    answer = browser.post(edit_page(item), {"text": "The poster", "points": "Bring it", "version": 1}, follow=True)

    assert "The poster" in answer.text
    assert "Bring it" in answer.text


def test_the_other_half_writes_points_and_leaves_the_words_alone(as_member):
    item = AgendaItemFactory(text="Mine")
    browser = as_member(item.pairing.second)
    assert 'name="text"' not in browser.get(edit_page(item)).text

    browser.post(edit_page(item), {"text": "Yours", "points": "A question", "version": 1})

    item.refresh_from_db()
    assert (item.text, item.points) == ("Mine", "A question")


def test_a_stale_save_shows_both_texts_and_can_be_saved_from_there(as_member):
    item = AgendaItemFactory(text="The poster")
    browser = as_member(item.author)
    as_member(item.pairing.second).post(edit_page(item), {"points": "Theirs", "version": 1})

    collided = browser.post(edit_page(item), {"text": "The poster", "points": "Mine", "version": 1})

    assert collided.status_code == 409
    assert "Theirs" in collided.text
    assert "Mine" in collided.text
    assert AgendaItem.objects.get().points == "Theirs"
    version = re.search(r'name="version" value="(\d+)"', collided.text)[1]
    saved = browser.post(edit_page(item), {"text": "The poster", "points": "Theirs and mine", "version": version})
    assert saved.status_code == 302
    assert AgendaItem.objects.get().points == "Theirs and mine"


@pytest.mark.parametrize(("state", "said"), [("discussed", "have talked about this topic"), ("withdrawn", "was taken back")])
def test_what_was_typed_into_a_topic_that_is_over_stays_on_the_page(state, said, as_member):
    item = AgendaItemFactory(**{state: True})

    answer = as_member(item.author).post(edit_page(item), {"text": "Typed words", "points": "Typed points", "version": 1})

    assert said in answer.text
    assert "Typed words" in answer.text
    assert "Typed points" in answer.text


def test_a_topic_that_is_over_has_no_form(as_member):
    item = AgendaItemFactory(discussed=True)

    answer = as_member(item.author).get(edit_page(item), follow=True)

    assert "not open any more" in answer.text


@pytest.mark.parametrize(
    "points",
    ["👩🏽‍🤝‍👨🏻 at noon", "לדבר על העבודה", "\u202eturned round", "<script>alert(1)</script>", "a" * 10_000],
    ids=["emoji", "hebrew", "override", "script", "long"],
)
def test_whatever_people_write_is_kept_as_it_is(points, as_member):
    item = AgendaItemFactory()

    page = as_member(item.author).post(edit_page(item), {"text": "T", "points": points, "version": 1}, follow=True).text

    assert AgendaItem.objects.get().points == points
    assert escape(points) in page


@pytest.mark.parametrize("typed", ["NUL\x00", "x" * 1_000_000, "x" * 10_001], ids=["nul", "megabyte", "too long"])
def test_what_cannot_be_kept_is_said_beside_the_field(typed, as_member):
    item = AgendaItemFactory()

    answer = as_member(item.author).post(edit_page(item), {"text": "T", "points": typed, "version": 1})

    assert answer.status_code == 200
    assert 'aria-invalid="true"' in answer.text
    assert AgendaItem.objects.get().points == ""


@pytest.mark.parametrize("version", ["", "x", "1" * 400])
def test_a_form_without_its_version_saves_nothing_and_breaks_nothing(version, as_member):
    item = AgendaItemFactory(text="Before")

    answer = as_member(item.author).post(edit_page(item), {"text": "After", "points": "", "version": version})

    assert answer.status_code in {200, 409}
    assert "After" in answer.text
    assert AgendaItem.objects.get().text == "Before"


@pytest.mark.parametrize("state", ["paused", "closed"])
def test_the_agenda_of_a_pairing_that_has_stopped_can_be_read_and_no_more(state, as_member):
    around = people_around(**{state: True})
    item = AgendaItemFactory(pairing=around.pairing, text="Left over", points="Some points")
    browser = as_member(around.half)

    page = browser.get(agenda_page(around.pairing))

    assert "Left over" in page.text
    assert "Some points" in page.text
    assert '<form method="post" action="/p/' not in page.text.split("<main", 1)[1]
    assert "This pairing" in browser.get(edit_page(item)).text
    for name in ("agenda-move", "agenda-nothing"):
        arguments = [item.pk] if name == "agenda-move" else []
        answer = browser.post(address(name, around.pairing.program, around.pairing.pk, *arguments), {"to": "agenda"}, follow=True)
        assert "while it is active" in answer.text


def test_the_agenda_costs_the_same_for_one_topic_and_for_many(as_member, costs_the_same):
    around = people_around()
    browser = as_member(around.half)

    def grow(number=30):
        AgendaItemFactory.create_batch(number, pairing=around.pairing, author=around.other_half)
        AgendaItemFactory.create_batch(number, pairing=around.pairing, discussed=True)

    grow(1)
    costs_the_same(lambda: browser.get(agenda_page(around.pairing)), grow=grow, at_most=12)


def test_the_part_on_the_pairs_page_asks_twice_and_shows_a_few(django_assert_num_queries):
    pairing = Pairing.objects.with_people().get(pk=PairingFactory(active=True).pk)
    AgendaItemFactory.create_batch(20, pairing=pairing)

    with django_assert_num_queries(2):
        agenda = queries.on_pair_page(pairing, pairing.first, timezone.now())
        part = render_to_string("checkins/agendas/_now.html", {"agenda": agenda, "pairing": pairing, "other": pairing.second})

    assert part.count("<li>") == queries.SHOWN_ON_PAIR_PAGE
    assert "See all topics" in part


@pytest.mark.django_db(transaction=True)
def test_a_thousand_presses_make_one_topic(soak):
    """As from browsers that press at the same moment."""
    around = people_around()
    typed = {"text": "The poster", "once": str(uuid.uuid4())}
    page = add_page(around.pairing)
    browsers = [signed_in(around.half) for _ in range(4)]

    for _batch in range((1000 if soak else 20) // len(browsers)):
        at_once(*(lambda browser=browser: browser.post(page, typed) for browser in browsers))

    assert AgendaItem.objects.count() == 1


def test_what_was_not_talked_about_after_all_is_open_again(as_member):
    around = people_around()
    item = AgendaItemFactory(pairing=around.pairing, author=around.half, discussed=True)
    mine, theirs = as_member(around.half), as_member(around.other_half)
    page = address("agenda", around.pairing.program, around.pairing.pk)
    assert "Not talked about after all" not in theirs.get(page).text
    assert "Not talked about after all" in mine.get(page).text

    mine.post(address("agenda-open-again", around.pairing.program, around.pairing.pk, item.pk))

    item.refresh_from_db()
    assert item.is_open


@pytest.mark.parametrize(("before", "order"), [("first", "cab"), ("", "abc"), ("nonsense", "abc")])
def test_a_topic_is_put_elsewhere_in_one_go(before, order, as_member):
    around = people_around()
    items = {text: AgendaItemFactory(pairing=around.pairing, text=text) for text in "abc"}
    named = items["a"].pk if before == "first" else before

    as_member(around.half).post(
        address("agenda-move", around.pairing.program, around.pairing.pk, items["c"].pk), {"before": named, "up": "1"}
    )

    assert "".join(AgendaItem.objects.open().for_list().values_list("text", flat=True)) == order
