import re
import uuid

import pytest

from checkins.goals import queries
from checkins.goals.models import Goal
from tests.checkins.pages import address, people_around
from tests.factories.checkins import GoalFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def around():
    return people_around(active=True, first__user__called="Amara", second__user__called="Jonas")


def list_page(pairing):
    return address("goals", pairing.program, pairing.pk)


def add_page(pairing):
    return address("goal-add", pairing.program, pairing.pk)


def page_of(goal, name="goal-edit"):
    return address(name, goal.pairing.program, goal.pairing_id, goal.pk)


def again(goal):
    return Goal.objects.get(pk=goal.pk)


@pytest.mark.parametrize("me", ["half", "other_half"])
def test_each_is_invited_in_the_same_words_whatever_their_place(me, around, as_member):
    page = as_member(getattr(around, me)).get(list_page(around.pairing)).text

    other = {"half": "Jonas", "other_half": "Amara"}[me]
    assert [heading.strip() for heading in re.findall(r"<h4>(.*?)</h4>", page)] == [
        "What would you like to learn?",
        f"What would {other} like to learn?",
    ]


def test_each_sees_their_own_goals_first_and_the_others_beside_them(around, as_member):
    GoalFactory(pairing=around.pairing, text="Statistics")
    GoalFactory(pairing=around.pairing, text="Speaking", written_by=around.other_half)

    mine = as_member(around.half).get(list_page(around.pairing)).text
    theirs = as_member(around.other_half).get(list_page(around.pairing)).text

    assert mine.index("Statistics") < mine.index("Speaking")
    assert theirs.index("Speaking") < theirs.index("Statistics")


def test_a_half_adds_a_goal_and_it_is_theirs(around, as_member):
    as_member(around.other_half).post(add_page(around.pairing), {"text": "Speak in public", "why": "Work", "together": "mine"})

    goal = Goal.objects.get()
    assert (goal.whose, goal.written_by, goal.why) == ("second", around.other_half, "Work")


def test_pressing_twice_adds_one(around, as_member):
    browser, key = as_member(around.half), uuid.uuid4()

    for _press in range(2):
        assert browser.post(add_page(around.pairing), {"text": "One", "together": "both", "once": key}).status_code == 302

    assert Goal.objects.get().whose == "both"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"text": ""}, "Write your goal in one line"),
        ({"text": "x" * 301}, "at most 300"),
        ({"why": "x" * 10_001}, "at most 10000"),
        ({"text": "a\x00b"}, "Null characters"),
        ({"together": ""}, "Choose whose goal it is"),
        ({"together": "theirs"}, "valid choice"),
    ],
)
def test_what_cannot_be_added_is_said_and_kept(changes, said, around, as_member):
    answer = as_member(around.half).post(add_page(around.pairing), {"text": "Kept text", "why": "Kept why", "together": "mine", **changes})

    assert answer.status_code == 200
    assert said in answer.text
    assert "Kept text" in answer.text or "Kept why" in answer.text
    assert not Goal.objects.exists()


def test_nobody_is_chosen_in_advance(around, as_member):
    assert "checked" not in as_member(around.half).get(add_page(around.pairing)).text


def test_two_who_edit_a_goal_of_both_see_both_texts_and_the_second_can_save_again(around, as_member):
    goal = GoalFactory(pairing=around.pairing, of_both=True, text="A talk")
    mine, theirs = as_member(around.half), as_member(around.other_half)
    mine.post(page_of(goal), {"text": "A poster", "why": "", "version": 1})

    collided = theirs.post(page_of(goal), {"text": "A paper", "why": "Long thought", "version": 1})

    assert collided.status_code == 409
    for words in ("A poster", "A paper", "Long thought", "Nothing is lost"):
        assert words in collided.text
    assert again(goal).text == "A poster"
    version = re.search(r'name="version" value="(\d+)"', collided.text)[1]
    theirs.post(page_of(goal), {"text": "A poster and a paper", "why": "Long thought", "version": version})
    assert again(goal).text == "A poster and a paper"


def test_the_same_edit_sent_twice_is_no_collision(around, as_member):
    goal = GoalFactory(pairing=around.pairing)
    browser = as_member(around.half)

    for _press in range(2):
        assert browser.post(page_of(goal), {"text": "New", "why": "", "version": 1}).status_code == 302

    assert again(goal).version == 2


def test_a_goal_is_reached_and_taken_up_again(around, as_member):
    goal = GoalFactory(pairing=around.pairing)
    browser = as_member(around.half)

    answer = browser.post(page_of(goal, "goal-reach"), follow=True)
    assert "Reached. It stays" in answer.text
    assert "Take it up again" in answer.text
    browser.post(page_of(goal, "goal-take-up"))

    assert again(goal).state == Goal.State.OPEN


def test_every_form_of_the_page_can_be_sent(around, as_member):
    """As a browser sends it: with the token that the page gave it."""
    GoalFactory(pairing=around.pairing)
    GoalFactory(pairing=around.pairing, let_go=True)

    forms = re.findall(r'<form method="post".*?</form>', as_member(around.half).get(list_page(around.pairing)).text, re.DOTALL)

    assert len(forms) >= 2
    assert all("csrfmiddlewaretoken" in form for form in forms)


def test_a_goal_is_let_go_kindly(around, as_member):
    goal = GoalFactory(pairing=around.pairing)

    answer = as_member(around.half).post(page_of(goal, "goal-let-go"), follow=True)

    assert "that is fine" in answer.text
    assert again(goal).state == Goal.State.LET_GO


def test_the_goals_of_the_other_are_read_and_not_touched(around, as_member):
    goal = GoalFactory(pairing=around.pairing, text="Statistics")
    browser = as_member(around.other_half)

    page = browser.get(list_page(around.pairing)).text
    assert "Statistics" in page
    assert page_of(goal, "goal-reach") not in page
    assert "Whose goal it is" in browser.post(page_of(goal, "goal-reach"), follow=True).text
    assert browser.get(page_of(goal)).status_code == 302
    refused = browser.post(page_of(goal), {"text": "My version", "why": "", "version": 1})
    assert "My version" in refused.text
    assert (again(goal).text, again(goal).state) == ("Statistics", Goal.State.OPEN)


@pytest.mark.parametrize(("state", "said"), [("paused", "This pairing is paused"), ("closed", "This pairing has ended")])
def test_a_pairing_that_has_stopped_says_so_keeps_what_was_typed_and_stays_to_read(state, said, as_member):
    around = people_around(**{state: True})
    goal = GoalFactory(pairing=around.pairing, text="Statistics")
    browser = as_member(around.half)

    for page in (add_page(around.pairing), page_of(goal)):
        assert said in browser.get(page).text
        answer = browser.post(page, {"text": "More of it", "why": "", "version": 1, "together": "mine"}).text
        assert "while it is active" in answer
        assert "More of it" in answer
    there = browser.get(list_page(around.pairing)).text
    assert "Statistics" in there
    assert page_of(goal) not in there


def test_the_pairs_page_gets_the_oldest_two_of_each(around, noon, django_assert_num_queries):
    GoalFactory.create_batch(3, pairing=around.pairing)
    GoalFactory(pairing=around.pairing, written_by=around.other_half)
    GoalFactory(pairing=around.pairing, reached=True)

    with django_assert_num_queries(1):
        now = queries.on_pair_page(around.pairing, around.half, noon)

    assert [len(now[whose]) for whose in ("mine", "theirs", "ours")] == [2, 1, 0]
    assert now["has_more"]


def test_a_goal_of_another_pairing_is_not_found_under_this_one(around, as_member):
    foreign = GoalFactory()
    browser = as_member(around.half)

    assert browser.get(address("goal-edit", around.pairing.program, around.pairing.pk, foreign.pk)).status_code == 404
    for name in ("edit", "reach", "let-go", "take-up"):
        assert browser.post(address(f"goal-{name}", around.pairing.program, around.pairing.pk, foreign.pk)).status_code == 404


def test_nobody_but_the_two_comes_in(around, as_member):
    goal = GoalFactory(pairing=around.pairing, of_both=True)

    for person in (around.neighbour, around.coordinator, around.admin, around.outsider):
        browser = as_member(person)
        for page in (list_page(around.pairing), add_page(around.pairing), page_of(goal)):
            assert browser.get(page).status_code == 404
        assert browser.post(page_of(goal, "goal-reach")).status_code == 404
    assert again(goal).state == Goal.State.OPEN


def test_the_page_costs_the_same_for_one_goal_and_for_many(around, as_member, costs_the_same):
    browser = as_member(around.half)
    GoalFactory(pairing=around.pairing, reached=True)

    def grow():
        for half in (around.half, around.other_half):
            GoalFactory.create_batch(10, pairing=around.pairing, written_by=half)
            GoalFactory.create_batch(30, pairing=around.pairing, written_by=half, let_go=True)

    costs_the_same(lambda: browser.get(list_page(around.pairing)), grow=grow)


def test_the_pairs_page_shows_the_goals_of_both_and_leads_to_all(around, as_member):
    GoalFactory(pairing=around.pairing, text="Speaking", written_by=around.other_half)

    page = as_member(around.half).get(address("pairing", around.pairing.program, around.pairing.pk)).text

    [panel] = re.findall(r'<section class="[^"]*" aria-labelledby="goals">.*?</section>', page, re.DOTALL)
    assert "Speaking" in panel
    assert add_page(around.pairing) in panel
    assert list_page(around.pairing) in panel


def test_a_goal_of_both_waits_for_the_other_and_opens_with_their_yes(around, as_member):
    mine, theirs = as_member(around.half), as_member(around.other_half)
    mine.post(add_page(around.pairing), {"text": "A talk", "together": "both"})
    assert "It is open once Jonas wants it too" in mine.get(list_page(around.pairing)).text

    page = theirs.get(list_page(around.pairing)).text
    assert "I want it too" in page
    version = re.search(r'name="version" value="(\d+)"', page)[1]
    theirs.post(page_of(Goal.objects.get(), "goal-agree"), {"version": version})

    assert Goal.objects.get().state == Goal.State.OPEN


def test_what_one_says_became_of_a_goal_of_both_is_shown_to_the_other(around, as_member):
    goal = GoalFactory(pairing=around.pairing, of_both=True)

    answer = as_member(around.half).post(page_of(goal, "goal-reach"), follow=True)

    assert "once Jonas says the same" in answer.text
    assert "Not yet after all" in answer.text
    assert "Amara says: reached." in as_member(around.other_half).get(list_page(around.pairing)).text


@pytest.mark.parametrize("version", ["", "nonsense", "9" * 30, "0"])
def test_a_yes_to_no_words_that_were_there_is_not_taken(version, around, as_member):
    goal = GoalFactory(pairing=around.pairing, proposed=True)

    answer = as_member(around.other_half).post(page_of(goal, "goal-agree"), {"version": version}, follow=True)

    assert "Read it once more" in answer.text
    assert again(goal).state == Goal.State.PROPOSED
