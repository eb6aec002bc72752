import re
import uuid

import pytest
from django.urls import reverse

from matching.criteria.models import Exclusion
from matching.pairings.models import Pairing, Request
from matching.suggestions import services
from tests.factories.programs import MembershipFactory, ProfileAnswerFactory, ProfileFactory, ProfileQuestionFactory, ProgramFactory

pytestmark = pytest.mark.django_db


def page(name, program, *keys):
    return reverse(f"matching:{name}", args=[program.slug, *keys])


def words(response):
    return " ".join(re.sub(r"<[^>]+>", " ", response.text).split())


def form(**fields):
    return {"once": str(uuid.uuid4()), **fields}


@pytest.fixture
def program(db):
    return ProgramFactory(people_may_ask=True)


@pytest.fixture
def me(program):
    return ProfileFactory(membership__program=program, membership__user__name="Maya Silva").membership


@pytest.fixture
def mentor(program):
    return ProfileFactory(membership__program=program, membership__user__name="Jonas Berg", mentor=True).membership


@pytest.fixture
def answers(program, me, mentor):
    for audience in ("members", "partner", "coordinators"):
        question = ProfileQuestionFactory(program=program, kind="one", text=f"For {audience}?", choices=["Yes"], audience=audience)
        for profile in (me.profile, mentor.profile):
            ProfileAnswerFactory(profile=profile, question=question, value=f"Yes, {audience}")


@pytest.fixture
def asked(me, mentor, noon):
    return services.ask(by=me, other=mentor, message="May I learn from you?", now=noon)


def test_the_page_says_in_words_who_would_go_well_and_no_number(as_member, program, me, answers):
    shown = words(as_member(me).get(page("suggestions", program)))

    assert "Jonas Berg" in shown
    assert "“For members?” Both said Yes, members." in shown
    assert "Yes, partner" not in shown
    assert not re.search(r"\d+ ?%|score", shown)


def test_somebody_to_whom_nobody_is_suggested_learns_when_there_will_be(as_member, program, me):
    assert "Nobody to suggest now" in words(as_member(me).get(page("suggestions", program)))


def test_there_is_no_such_page_where_the_program_does_not_let_people_ask(as_member, program, me, mentor):
    program.people_may_ask = False
    program.save()
    browser = as_member(me)

    assert browser.get(page("suggestions", program)).status_code == 404
    assert browser.get(page("ask", program, mentor.pk)).status_code == 404
    assert "People you could meet" not in browser.get(reverse("checkins:mine", args=[program.slug])).text


def test_it_is_found_from_ones_pairings_and_from_home(as_member, program, me):
    browser = as_member(me)

    for name in ("mine", "home"):
        assert page("suggestions", program) in browser.get(reverse(f"checkins:{name}", args=[program.slug])).text


def test_asking_shows_what_everyone_may_read_and_sends_the_request(as_member, program, me, mentor, answers):
    browser = as_member(me)
    before = words(browser.get(page("ask", program, mentor.pk)))
    assert "Yes, members" in before
    assert "Yes, partner" not in before

    after = browser.post(page("ask", program, mentor.pk), form(message="May I learn from you?"), follow=True)

    assert Request.objects.get().message == "May I learn from you?"
    assert "You asked Jonas" in words(after)
    assert "Yes, partner" not in words(after)
    assert "May I learn" not in words(after)


def test_sending_the_form_twice_asks_once(as_member, program, me, mentor):
    browser, fields = as_member(me), form(message="")

    first, second = (browser.post(page("ask", program, mentor.pk), fields) for _ in range(2))

    assert first.headers["Location"] == second.headers["Location"]
    assert Pairing.objects.count() == 1


@pytest.mark.parametrize(("message", "said"), [("x" * 1001, "at most 1000 characters"), ("a\x00b", "Null characters are not allowed")])
def test_a_message_that_cannot_be_sent_stays_in_the_form(as_member, program, me, mentor, message, said):
    response = as_member(me).post(page("ask", program, mentor.pk), form(message=message))

    assert said in words(response)
    assert not Pairing.objects.exists()


def test_whoever_is_asked_reads_the_message_and_what_the_other_shares_with_a_partner(as_member, program, mentor, answers, asked):
    shown = words(as_member(mentor).get(page("proposal", program, asked.pk)))

    assert "Maya wrote to you" in shown
    assert "May I learn from you?" in shown
    assert "Yes, partner" in shown
    assert "Yes, coordinators" not in shown


def test_no_one_else_reads_the_message(as_member, program, me, asked):
    coordinator = MembershipFactory(program=program, coordinator=True)

    for reader, address in (
        (me, page("proposal", program, asked.pk)),
        (coordinator, reverse("checkins:pairing", args=[program.slug, asked.pk])),
    ):
        response = as_member(reader).get(address)
        assert response.status_code == 200
        assert "May I learn" not in response.text


def test_a_request_can_be_taken_back(as_member, program, me, asked):
    browser = as_member(me)
    assert "Take my request back" in words(browser.get(page("proposal", program, asked.pk)))

    browser.post(page("decline", program, asked.pk), form())

    asked.refresh_from_db()
    assert asked.state == Pairing.State.DECLINED


def test_whoever_is_not_suggested_is_not_to_be_found(as_member, program, me):
    browser = as_member(me)

    for other in (me, MembershipFactory(program=program), MembershipFactory()):
        assert browser.get(page("ask", program, other.pk)).status_code == 404
        assert browser.post(page("not-for-me", program, other.pk), form()).status_code == 404
        assert browser.post(page("not-for-me-take-back", program, other.pk), form()).status_code == 404


def test_not_for_me_is_said_and_taken_back_with_one_press_each(as_member, program, me, mentor):
    browser = as_member(me)

    said = words(browser.post(page("not-for-me", program, mentor.pk), form(), follow=True))
    assert "You will not be suggested to each other" in said
    assert Exclusion.objects.visible_to(me).private().count() == 1

    taken_back = words(browser.post(page("not-for-me-take-back", program, mentor.pk), form(), follow=True))
    assert "You may be suggested to each other again" in taken_back
    assert "Look, and ask" in taken_back


def test_the_page_costs_the_same_for_one_suggestion_and_for_many(as_member, program, me, mentor, costs_the_same):
    browser = as_member(me)

    def grow():
        for _ in range(12):
            ProfileFactory(membership__program=program, mentor=True)

    costs_the_same(lambda: browser.get(page("suggestions", program)), grow=grow, at_most=25)


def test_what_was_written_to_somebody_who_is_suggested_no_more_stays_in_the_form(as_member, program, me, mentor):
    browser = as_member(me)
    shown = re.search(r'name="shown" value="([^"]+)"', browser.get(page("ask", program, mentor.pk)).text)[1]
    services.not_for_me(by=mentor, other=me, now=mentor.joined_at)

    response = browser.post(page("ask", program, mentor.pk), form(message="May I learn from you?", shown=shown))

    assert "This person cannot be asked any more." in words(response)
    assert "Nothing was sent. Your lines are kept here" in words(response)
    assert "May I learn from you?" in response.text


@pytest.mark.parametrize("shown", ["", "made:up"])
def test_whoever_was_not_shown_somebody_cannot_find_them_by_asking(as_member, program, me, mentor, shown):
    services.not_for_me(by=mentor, other=me, now=mentor.joined_at)
    response = as_member(me).post(page("ask", program, mentor.pk), form(message="Hello", shown=shown))
    assert response.status_code == 404
