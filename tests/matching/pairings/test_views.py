import csv
import re
import uuid
from datetime import timedelta
from itertools import combinations

import pytest
from django.urls import reverse

from matching.pairings import columns
from matching.pairings.models import Pairing
from mentoring.kernel.dates import written
from programs.profiles.models import ProfileAnswer, ProfileQuestion
from programs.readiness.models import Requirement
from tests.factories.matching import PairingFactory
from tests.factories.programs import MembershipFactory, ProfileFactory, ProgramFactory

pytestmark = pytest.mark.django_db
State = Pairing.State


@pytest.fixture
def program(db):
    return ProgramFactory()


@pytest.fixture
def coordinator(program):
    return MembershipFactory(program=program, coordinator=True, user__name="Priya Raman")


def person(program, name, **profile):
    return ProfileFactory(membership__program=program, membership__user__name=name, **profile).membership


def page(name, program, *keys):
    return reverse(f"matching:{name}", args=[program.slug, *keys])


def words(response):
    return " ".join(response.content.decode().split())


def said(response):
    """What the page itself says, less the keys of its forms, which are fresh each time."""
    main = re.search(r"<main.*</main>", words(response))
    assert main
    return re.sub(r'value="[^"]*"', "", main[0])


def form(**fields):
    return {"once": str(uuid.uuid4()), **fields}


# --- the list ---


def test_staff_see_the_pairings_that_are_open(as_member, program, coordinator):
    PairingFactory(program=program, active=True, first__user__name="Maya Silva", second__user__name="Jonas Berg", coordinator=coordinator)
    PairingFactory(program=program, closed=True, first__user__name="Gone Away")
    PairingFactory(first__user__name="Else Where")

    shown = words(as_member(coordinator).get(page("pairings", program)))

    assert "Maya Silva and Jonas Berg" in shown
    assert "Priya Raman" in shown
    assert "1 active, 1 ended" in shown
    assert "Gone Away" not in shown
    assert "Else Where" not in shown


@pytest.mark.parametrize("name", ["pairings", "pairings-export", "pair"])
def test_the_lists_are_for_staff_of_the_program_alone(as_member, program, name):
    for somebody in (MembershipFactory(program=program), MembershipFactory(coordinator=True)):
        assert as_member(somebody).get(page(name, program)).status_code == 404


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", {"Ana", "Cem", "Dee"}),
        ("state=all", {"Ana", "Ben", "Cem", "Dee"}),
        ("state=closed", {"Ben"}),
        ("state=declined", set()),
        ("q=cem", {"Cem"}),
        ("caseload=nobody", {"Cem"}),
        ("caseload={mine}", {"Ana"}),
        ("caseload={mine}&state=all", {"Ana", "Ben"}),
        ("state=nonsense", {"Ana", "Cem", "Dee"}),
        ("caseload=77777", {"Ana", "Cem", "Dee"}),
        ("page=nonsense", {"Ana", "Cem", "Dee"}),
    ],
)
def test_the_list_narrows_to_what_is_asked_for(as_member, program, coordinator, query, found):
    PairingFactory(program=program, active=True, first__user__name="Ana", coordinator=coordinator)
    PairingFactory(program=program, closed=True, first__user__name="Ben", coordinator=coordinator)
    PairingFactory(program=program, accepted=True, first__user__name="Cem", coordinator=None)
    PairingFactory(program=program, first__user__name="Dee")

    response = as_member(coordinator).get(f"{page('pairings', program)}?{query.format(mine=coordinator.pk)}")

    assert {row.pairing.first.user.name for row in response.context["rows"]} == found


@pytest.mark.parametrize(
    ("sort", "order"),
    [("", "BA"), ("pair", "AB"), ("-pair", "BA"), ("since", "BA"), ("-since", "AB"), ("state", "AB"), ("nonsense", "BA")],
)
def test_the_list_sorts(as_member, program, coordinator, noon, sort, order):
    PairingFactory(program=program, active=True, first__user__name="A", proposed_at=noon - timedelta(days=9), activated_at=noon)
    PairingFactory(program=program, first__user__name="B", proposed_at=noon - timedelta(days=2))

    response = as_member(coordinator).get(f"{page('pairings', program)}?sort={sort}")

    assert "".join(row.pairing.first.user.name for row in response.context["rows"]) == order


def test_the_list_costs_the_same_for_ten_and_for_a_thousand(as_member, program, coordinator, costs_the_same):
    PairingFactory.create_batch(10, program=program, active=True)
    browser = as_member(coordinator)

    def grow():
        pairs = list(combinations(MembershipFactory.create_batch(46, program=program), 2))[:990]
        facts = {"program": program, "proposed_by": coordinator, "coordinator": coordinator}
        Pairing.objects.bulk_create(PairingFactory.build(active=True, first=one, second=other, **facts) for one, other in pairs)

    costs_the_same(lambda: browser.get(page("pairings", program)), grow=grow, at_most=12)

    response = browser.get(page("pairings", program))
    assert (Pairing.objects.count(), len(response.context["rows"])) == (1000, 50)


def test_an_empty_list_says_what_to_do_first(as_member, program, coordinator):
    shown = words(as_member(coordinator).get(page("pairings", program)))

    assert "No pairings yet" in shown
    assert page("pair", program) in shown


def test_nobody_can_see_in_the_list_who_said_yes_or_not_this_time(as_member, program, coordinator, noon):
    """Also a coordinator who is half of it learns no more than the other half."""
    coordinator.is_participant = True
    coordinator.save()
    mine = PairingFactory(program=program, first=coordinator, second__user__name="Jonas Berg")
    browser = as_member(coordinator)
    before = said(browser.get(page("pairings", program)))

    Pairing.objects.filter(pk=mine.pk).update(second_accepted_at=noon)

    assert said(browser.get(page("pairings", program))) == before


def test_the_file_holds_exactly_what_is_shown(as_member, program, coordinator, monkeypatch):
    monkeypatch.setattr(columns, "_columns", {})
    mentor = MembershipFactory(program=program, user__name="Jonas Berg")
    PairingFactory(program=program, active=True, first__user__name="=Maya", second=mentor, coordinator=coordinator)
    PairingFactory(program=program, active=True, reciprocal=True, first__user__name="Ana", coordinator=None)
    PairingFactory(program=program, closed=True)

    response = as_member(coordinator).get(f"{page('pairings-export', program)}?sort=pair")

    rows = list(csv.reader(b"".join(response.streaming_content).decode("utf-8-sig").splitlines()))
    assert rows[0] == ["First person", "Second person", "Who mentors", "State", "Since", "Whose caseload"]
    assert [(row[0], row[2], row[5]) for row in rows[1:]] == [("'=Maya", "Jonas Berg", "Priya Raman"), ("Ana", "Both", "")]


def test_a_later_app_adds_a_column_of_its_own(as_member, program, coordinator, monkeypatch, noon):
    monkeypatch.setattr(columns, "_columns", {})
    columns.register(
        columns.Column(
            key="met",
            heading="Last met",
            values=lambda pairings, viewer, now: {pairings[0].pk: noon},
            nothing="Not yet",
        )
    )
    PairingFactory.create_batch(2, program=program, active=True)
    browser = as_member(coordinator)

    shown = words(browser.get(page("pairings", program)))
    file = b"".join(browser.get(page("pairings-export", program)).streaming_content).decode()

    assert "Last met" in shown
    assert "16 Mar 2026" in shown
    assert "Not yet" in shown
    assert "2026-03-16 12:00" in file


# --- introducing two people ---


def test_the_first_step_offers_who_has_a_free_place_the_longest_waiting_first(as_member, program, coordinator, noon):
    person(program, "New", membership__joined_at=noon)
    person(program, "Long", membership__joined_at=noon - timedelta(days=99))
    busy = person(program, "Busy", mentor=True)
    person(program, "Half", both=True, membership__joined_at=noon - timedelta(days=200), seeks_capacity=2)
    PairingFactory(program=program, second=busy, active=True)
    PairingFactory(program=program, first=program.memberships.get(user__name="Half"), active=True)
    MembershipFactory(program=program, user__name="Silent")

    response = as_member(coordinator).get(page("pair", program))

    assert [one.user.name for one in response.context["page"].items] == ["Long", "New", "Half"]
    assert "1 place free" in words(response)


def test_the_second_step_offers_who_fits(as_member, program, coordinator):
    mentor = person(program, "Jonas", mentor=True)
    person(program, "Maya")
    person(program, "Other mentor", mentor=True)
    browser = as_member(coordinator)

    fits = browser.get(f"{page('pair', program)}?one={mentor.pk}")
    everybody = browser.get(f"{page('pair', program)}?one={mentor.pk}&room=all")

    assert [one.user.name for one in fits.context["page"].items] == ["Maya"]
    assert {one.user.name for one in everybody.context["page"].items} == {"Maya", "Other mentor"}


@pytest.mark.parametrize(
    "asked", ["one=nonsense", "one=999999", "one={elsewhere}", "one={mentor}&other={mentor}", "one=-1", "other={mentor}"]
)
def test_a_choice_that_cannot_be_meant_leads_back_to_choosing(as_member, program, coordinator, asked):
    mentor = person(program, "Jonas", mentor=True)
    query = asked.format(mentor=mentor.pk, elsewhere=ProfileFactory().membership.pk)

    response = as_member(coordinator).get(f"{page('pair', program)}?{query}")

    assert response.status_code == 200
    assert response.templates[0].name == "matching/pairings/pair_choose.html"


def test_the_choice_costs_the_same_for_few_people_and_for_many(as_member, program, coordinator, costs_the_same):
    ProfileFactory.create_batch(3, membership__program=program)
    mentor = person(program, "Jonas", mentor=True)
    browser = as_member(coordinator)

    def look():
        browser.get(page("pair", program))
        browser.get(f"{page('pair', program)}?one={mentor.pk}")

    costs_the_same(look, grow=lambda: ProfileFactory.create_batch(30, membership__program=program), at_most=20)


def question(program, text, audience="partner", **facts):
    return ProfileQuestion.objects.create(program=program, text=text, audience=audience, **{"kind": "several", **facts})


def answer(membership, to, value):
    ProfileAnswer.objects.create(profile=membership.profile, question=to, value=value)


@pytest.fixture
def two(program):
    """A mentor and a mentee who speak French, and who told the coordinators more than a partner may read."""
    mentor, mentee = person(program, "Jonas Berg", mentor=True), person(program, "Maya Silva")
    languages = question(program, "Which languages?")
    private = question(program, "Who would be wrong for you?", audience="coordinators", kind="long_text")
    answer(mentor, languages, ["French", "Welsh"])
    answer(mentee, languages, ["Czech", "French"])
    answer(mentor, private, "My manager")
    answer(mentor, question(program, "How long have you mentored?", asked_of="offering", kind="short_text"), "A year")
    question(program, "What else?", kind="short_text")
    return mentor, mentee


def introduction(program, two):
    return f"{page('pair', program)}?one={two[0].pk}&other={two[1].pk}"


def test_the_third_step_shows_both_side_by_side_and_what_they_share(as_member, program, coordinator, two):
    response = as_member(coordinator).get(introduction(program, two))

    lines = {line.question.text: line for line in response.context["lines"]}
    assert lines["Which languages?"].shared == ("French",)
    assert lines["Who would be wrong for you?"].sides[0].values == ("My manager",)
    assert lines["How long have you mentored?"].sides[1].is_asked is False
    assert "What else?" not in lines
    assert "Both</span> French" in words(response)


def test_words_of_ones_own_are_never_said_to_be_shared(as_member, program, coordinator, two):
    same = question(program, "Why are you here?", kind="long_text")
    for half in two:
        answer(half, same, "To learn")

    response = as_member(coordinator).get(introduction(program, two))

    assert not next(line for line in response.context["lines"] if line.question == same).shared


def test_a_coordinator_who_would_be_half_of_it_sees_what_the_other_half_would_see(as_member, program, two):
    own = person(program, "Ana Costa", membership__is_coordinator=True)

    shown = words(as_member(own).get(f"{page('pair', program)}?one={two[0].pk}&other={own.pk}"))

    assert "Which languages?" in shown
    assert "My manager" not in shown
    assert "One of the two is you" in shown


def test_the_comparison_costs_the_same_for_few_questions_and_for_many(as_member, program, coordinator, two, costs_the_same):
    browser = as_member(coordinator)

    def grow():
        for number in range(20):
            further = question(program, f"Question {number}")
            for half in two:
                answer(half, further, ["Yes"])

    costs_the_same(lambda: browser.get(introduction(program, two)), grow=grow, at_most=15)


def test_introducing_them_asks_both(as_member, program, coordinator, two):
    fields = form(mentor=str(two[0].pk), coordinator=str(coordinator.pk))

    response = as_member(coordinator).post(introduction(program, two), fields, follow=True)

    pairing = Pairing.objects.get()
    assert (pairing.mentor_membership, pairing.coordinator, pairing.state) == (two[0], coordinator, State.PROPOSED)
    assert "Jonas and Maya are asked by mail" in words(response)


def test_two_equal_peers_are_introduced_without_the_question_who_is_what(as_member, coordinator, program):
    program.kind = "reciprocal"
    program.save()
    two = [person(program, name, both=True) for name in ("Ana Costa", "Kofi Mensah")]
    person(program, "Jonas Berg", mentor=True)
    browser = as_member(coordinator)

    assert "Jonas Berg" not in words(browser.get(page("pair", program)))
    assert "Who would be" not in words(browser.get(introduction(program, two)))
    browser.post(introduction(program, two), form(coordinator=str(coordinator.pk)))

    assert Pairing.objects.get().is_reciprocal


def test_pressing_the_button_twice_introduces_them_once(as_member, program, coordinator, two):
    browser, fields = as_member(coordinator), form(mentor=str(two[0].pk), coordinator=str(coordinator.pk))

    first, second = (browser.post(introduction(program, two), fields) for _ in range(2))

    assert first.headers["Location"] == second.headers["Location"]
    assert Pairing.objects.count() == 1


def test_a_place_that_went_meanwhile_is_said_on_the_page(as_member, program, coordinator, two):
    fields = form(mentor=str(two[0].pk), coordinator=str(coordinator.pk))
    browser = as_member(coordinator)
    browser.get(introduction(program, two))
    PairingFactory(program=program, second=two[0])

    response = browser.post(introduction(program, two), fields)

    assert response.status_code == 200
    assert "Jonas Berg has no free place as mentor" in words(response)
    assert Pairing.objects.count() == 1


def test_two_for_whom_it_did_not_start_need_a_tick(as_member, program, coordinator, two):
    PairingFactory(program=program, first=two[0], second=two[1], declined=True)
    browser, fields = as_member(coordinator), {"mentor": str(two[0].pk), "coordinator": str(coordinator.pk)}

    refused = browser.post(introduction(program, two), form(**fields))
    asked = browser.post(introduction(program, two), form(again="on", **fields))

    assert "Tick this if you want to ask them again" in words(refused)
    assert asked.status_code == 302
    assert Pairing.objects.open().count() == 1


def test_two_who_do_not_fit_are_told_why(as_member, program, coordinator, two):
    other = person(program, "Kofi Mensah", mentor=True)

    response = as_member(coordinator).get(f"{page('pair', program)}?one={two[0].pk}&other={other.pk}")

    assert "Jonas Berg does not seek mentoring." in words(response)
    assert "Ask both of them" not in words(response)


@pytest.mark.parametrize("field", ["mentor", "coordinator"])
def test_a_key_from_elsewhere_is_no_choice(as_member, program, coordinator, two, field):
    elsewhere = MembershipFactory(coordinator=True)
    fields = form(mentor=str(two[0].pk), coordinator=str(coordinator.pk)) | {field: str(elsewhere.pk)}

    response = as_member(coordinator).post(introduction(program, two), fields)

    assert response.status_code == 200
    assert not Pairing.objects.exists()


# --- the introduction, for the two ---


@pytest.fixture
def proposed(program, two):
    return PairingFactory(program=program, first=two[1], second=two[0], proposed_by__user__name="Priya Raman")


@pytest.mark.parametrize("side", ["first", "second"])
def test_each_half_sees_the_other_and_two_answers_that_weigh_the_same(as_member, program, proposed, side):
    half = getattr(proposed, side)
    other = proposed.other_half(half)

    shown = words(as_member(half).get(page("proposal", program, proposed.pk)))

    assert f"Would you like to meet {other.user.full_name}?" in shown
    assert re.findall(r'<button class="([^"]+)" formaction="[^"]+">(Yes, I would like to|Not this time)</button>', shown) == [
        ("button button--second", "Yes, I would like to"),
        ("button button--second", "Not this time"),
    ]
    assert "Priya Raman" in shown
    assert "French" in shown
    assert "My manager" not in shown


def test_where_both_mentor_both_read_the_same(as_member, program):
    pairing = PairingFactory(program=program, reciprocal=True)

    for half in pairing.halves:
        assert "You would both mentor, and both learn." in words(as_member(half).get(page("proposal", program, pairing.pk)))


@pytest.mark.parametrize("name", ["proposal", "accept", "decline"])
def test_nobody_but_the_two_finds_the_introduction(as_member, program, proposed, name):
    neighbour, outsider = MembershipFactory(program=program), MembershipFactory()
    elsewhere = MembershipFactory(user=proposed.first.user)

    for browser, where in (
        (as_member(neighbour), program),
        (as_member(outsider), program),
        (as_member(proposed.proposed_by), program),
        (as_member(elsewhere), elsewhere.program),
    ):
        for send in (browser.get, browser.post):
            if (name, send) == ("proposal", browser.post) or (name != "proposal" and send == browser.get):
                continue
            assert send(page(name, where, proposed.pk)).status_code == 404


def test_saying_yes_and_what_is_said_then(as_member, program, proposed):
    browser = as_member(proposed.first)

    response = browser.post(page("accept", program, proposed.pk), form(), follow=True)

    assert "You said yes" in words(response)
    assert "Not this time" in words(response)
    proposed.refresh_from_db()
    assert proposed.has_accepted(proposed.first)


def test_a_second_press_says_nothing_new(as_member, program, proposed):
    browser, fields = as_member(proposed.first), form()

    for _ in range(2):
        response = browser.post(page("accept", program, proposed.pk), fields, follow=True)

    assert "not yours to answer" not in words(response)


def test_one_does_not_see_what_the_other_answered(as_member, program, proposed, noon):
    browser = as_member(proposed.first)
    before = said(browser.get(page("proposal", program, proposed.pk)))

    Pairing.objects.filter(pk=proposed.pk).update(second_accepted_at=noon)

    assert said(browser.get(page("proposal", program, proposed.pk))) == before


def test_after_not_this_time_both_read_the_same(as_member, program, proposed):
    as_member(proposed.first).post(page("decline", program, proposed.pk), form())

    for half in proposed.halves:
        shown = words(as_member(half).get(page("proposal", program, proposed.pk)))
        assert "Not started" in shown
        assert f"The introduction of you and {proposed.other_half(half).user.short_name} did not go ahead." in shown
        assert "French" not in shown


def test_who_has_something_to_do_reads_what_and_of_the_other_only_that_there_is_something(as_member, program, proposed, noon):
    Pairing.objects.filter(pk=proposed.pk).update(state=State.ACCEPTED, first_accepted_at=noon, second_accepted_at=noon)
    Requirement.objects.create(membership=proposed.first, key="guidelines", opened_at=noon)
    Requirement.objects.create(membership=proposed.second, key="profile", opened_at=noon)

    shown = words(as_member(proposed.first).get(page("proposal", program, proposed.pk)))

    assert "Read the guidelines and agree to them" in shown
    assert reverse("guidelines:read", args=[program.slug]) in shown
    assert "Finish your profile" not in shown
    assert "The other person still has something to do, too." in shown


def test_who_is_done_waits_for_the_other(as_member, program, proposed, noon):
    Pairing.objects.filter(pk=proposed.pk).update(state=State.ACCEPTED, first_accepted_at=noon, second_accepted_at=noon)

    shown = words(as_member(proposed.first).get(page("proposal", program, proposed.pk)))

    assert "You have done everything. The other person still has something to do" in shown


def test_a_yes_to_what_is_over_leads_to_a_page_that_says_so(as_member, program, proposed, noon):
    Pairing.objects.filter(pk=proposed.pk).update(state=State.DECLINED, ended_at=noon)

    response = as_member(proposed.first).post(page("accept", program, proposed.pk), form(), follow=True)

    assert "This introduction is no longer open." in words(response)


def test_what_has_begun_leads_to_the_pairs_own_page(as_member, program, proposed, noon):
    pairing = PairingFactory(program=program, active=True)

    response = as_member(pairing.first).get(page("proposal", program, pairing.pk))

    assert response.headers["Location"] == reverse("checkins:pairing", args=[program.slug, pairing.pk])


def test_the_introduction_says_why_these_two_in_words(as_member, program, proposed):
    shown = words(as_member(proposed.first).get(page("proposal", program, proposed.pk)))

    assert "Why you two" in shown
    assert "“Which languages?” Both said French." in shown


def test_the_introduction_says_until_when_it_is_open(as_member, program, proposed, noon):
    Pairing.objects.filter(pk=proposed.pk).update(lapses_at=noon)
    browser = as_member(proposed.first)

    assert f"You have until {written(noon, 'weekday')}." in words(browser.get(page("proposal", program, proposed.pk)))
    browser.post(page("accept", program, proposed.pk), form())

    assert f"If that has not happened by {written(noon, 'weekday')}" in words(browser.get(page("proposal", program, proposed.pk)))


def test_the_introduction_costs_the_same_for_few_questions_and_for_many(as_member, program, proposed, costs_the_same):
    browser = as_member(proposed.first)

    def grow():
        for number in range(20):
            answer(proposed.second, question(program, f"Question {number}"), ["Yes"])

    costs_the_same(lambda: browser.get(page("proposal", program, proposed.pk)), grow=grow, at_most=12)


def test_somebody_who_is_not_signed_in_is_asked_to(client, program, proposed):
    response = client.get(page("proposal", program, proposed.pk))

    assert response.status_code == 302
    assert reverse("account_login") in response.headers["Location"]
