import re

import pytest
import time_machine

from matching.criteria.models import Criterion, Exclusion
from matching.runs import anew
from matching.runs.models import Lock, Proposal, Run
from mentoring.kernel.jobs import services as jobs
from programs.memberships.models import Membership
from programs.profiles.models import ProfileAnswer
from tests.conftest import signed_in
from tests.factories.matching import CriterionFactory, ExclusionFactory
from tests.factories.programs import ProfileQuestionFactory
from tests.matching.runs.people import at, coordinator_of_a_program, finished, pairs_of, person, text
from tests.times import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _noon():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def by():
    return coordinator_of_a_program(staff_need_second_factor=False)


@pytest.fixture
def browser(by):
    return signed_in(by.user)


@pytest.fixture
def four(by):
    return (
        person(by, "Amara", "Family"),
        person(by, "Sam", "Humour"),
        person(by, "Noor", "Family", mentor=True),
        person(by, "Wei", "Nature", mentor=True),
    )


def test_after_a_lock_in_the_list_one_goes_on_where_one_was(browser, by, four):
    run = finished(by)
    pair = run.proposals.first()
    response = browser.post(at("run-pair-settle", run, pair.pk), {"lock": "1", "list": "sort=name&page=2"})
    assert response.url == f"{at('run', run)}?sort=name&page=2#pair-{pair.pk}"


def test_a_pair_is_locked_from_its_page(browser, by, four):
    run = finished(by)
    browser.post(at("run-pair-settle", run, run.proposals.first().pk), {"lock": "1"})
    assert Lock.objects.exists()


def test_what_another_mentor_does_is_shown_before_it_is_done(browser, by, four):
    run = finished(by)
    proposal = run.proposals.get(mentee=four[0])
    said = text(browser.get(at("run-pair-trade", run, proposal.pk) + f"?with={four[3].pk}"))
    assert "All together it is 100 points worse." in said
    assert "Wei has no free place, so Amara and Sam would change with each other." in said


def test_another_mentor_is_chosen_by_hand(browser, by, four):
    run = finished(by)
    browser.post(at("run-pair-trade", run, run.proposals.get(mentee=four[0]).pk), {"with": four[3].pk})
    assert pairs_of(run)["Amara"] == "Wei"
    assert "You have changed pairs by hand." in text(browser.get(at("run", run)))


def exact_of(run: Run, four) -> tuple[str, dict[str, object]]:
    return at("run-pair-trade", run, run.proposals.get(mentee=four[0]).pk), {"with": four[3].pk, "exact": "1"}


def test_what_all_would_lose_is_reckoned_to_the_point(browser, by, four):
    said = text(browser.post(*exact_of(finished(by), four)))
    assert "The weakest match would be as strong as now, 0 of 100. All pairs together would lose 100 points." in said


def test_in_a_large_run_a_worker_reckons_it_while_one_looks_again(browser, by, four, monkeypatch):
    monkeypatch.setattr(anew, "AT_ONCE", 0)
    run = finished(by)
    progress = browser.post(*exact_of(run, four)).url
    assert "You can leave this page." in text(browser.get(progress))
    assert browser.post(*exact_of(run, four)).url == progress
    jobs.run_next(now=NOON)
    assert "All pairs together would lose 100 points." in text(browser.get(progress))


def test_what_was_reckoned_of_others_is_not_said_of_these(browser, by, four, monkeypatch):
    monkeypatch.setattr(anew, "AT_ONCE", 0)
    run = finished(by)
    progress = browser.post(*exact_of(run, four)).url
    jobs.run_next(now=NOON)
    other = at("run-pair-trade", run, run.proposals.get(mentee=four[1]).pk) + f"?with={four[2].pk}&" + progress.split("&")[-1]
    assert "All pairs together would lose" not in text(browser.get(other))


def test_whoever_is_kept_apart_beside_a_pair_is_taken_back_from_the_list_of_all(browser, by, four):
    run = finished(by)
    browser.post(at("run-pair-settle", run, run.proposals.first().pk), {"forbid": "1"})
    assert run.proposals.drafts().count() == 1
    browser.post(at("exclusion-take-back", None, Exclusion.objects.get().pk))
    assert run.proposals.drafts().count() == 2


def test_what_a_lock_left_behind_is_taken_back_from_the_pair_itself(browser, by, four):
    run = finished(by)
    pair = run.proposals.get(mentee=four[0])
    Proposal.objects.filter(pk=pair.pk).update(state="locked")
    browser.post(at("run-pair-settle", run, pair.pk), {"undo": "1"})
    pair.refresh_from_db()
    assert pair.state == "draft"


def test_a_press_that_says_nothing_settles_nothing(browser, by, four):
    run = finished(by)
    pair = run.proposals.get(mentee=four[0])
    browser.post(at("run-pair-settle", run, pair.pk), {})
    assert not Lock.objects.exists()


def test_what_was_changed_by_hand_can_be_changed_back(browser, by, four):
    run = finished(by)
    pair = run.proposals.get(mentee=four[0])
    for mentor in (four[3], four[2]):
        assert f"with={mentor.pk}&" in browser.get(at("run-pair", run, pair.pk)).text.replace("&amp;", "&")
        browser.post(at("run-pair-trade", run, pair.pk), {"with": mentor.pk})
    assert pairs_of(run)["Amara"] == "Noor"


def test_what_is_changed_by_hand_is_told_from_what_the_run_saw(browser, by, four):
    run = finished(by)
    ProfileAnswer.objects.all().delete()
    pair = run.proposals.get(mentee=four[0])
    browser.post(at("run-pair-trade", run, pair.pk), {"with": four[3].pk})
    assert "“What matters to you?” Amara said Family, Wei said Nature." in text(browser.get(at("run-pair", run, pair.pk)))


def test_anybody_who_could_be_chosen_is_found_by_name_with_what_it_would_cost(browser, by):
    person(by, "Amara", "Family")
    for number in range(14):
        person(by, f"Mentor {number:02}", "Nature" if number else "Family", mentor=True)
    run = finished(by)
    page = at("run-pair", run, run.proposals.get().pk)
    [(_half, best)] = browser.get(page).context["others_of"]
    hidden = next(name for name in (f"Mentor {number:02}" for number in range(1, 14)) if name not in {other.name for other in best})
    said = text(browser.get(page + f"?q={hidden}"))
    assert len(best) == 12
    assert re.search(rf"{hidden} 0 \(-100\) Yes It would be the weakest pair", said)


@pytest.mark.parametrize("apart", ["staff", "private", "rule"])
def test_who_could_not_be_chosen_is_not_found_and_why_is_not_said(browser, by, four, apart):
    if apart == "rule":
        question = ProfileQuestionFactory(program=by.program, kind="one", choices=["North", "South"])
        CriterionFactory(program=by.program, question=question, rule=True)
        for one, value in zip(four, ("North", "South", "North", "South"), strict=True):
            ProfileAnswer.objects.create(profile=one.profile, question=question, value=value)
    else:
        ExclusionFactory(program=by.program, one=four[0], other=four[3], private=apart == "private")
    run = finished(by)
    said = text(browser.get(at("run-pair", run, run.proposals.get(mentee=four[0]).pk) + "?q=wei"), part="main")
    assert "Nobody who is called so could be chosen here." in said
    assert "Wei" not in said
    assert "Next best for Amara Nobody else is possible." in said


def test_where_nothing_but_rules_counts_no_page_speaks_of_a_score(browser, by, four):
    Criterion.objects.update(kind=Criterion.Kind.MUST_MATCH, weight=0, part="")
    ProfileAnswer.objects.update(value=["Family"])
    finished(by)
    run = finished(by)
    pair = run.proposals.get(mentee=four[0])
    other = next(mentor for mentor in four[2:] if mentor != pair.mentor)
    trade = at("run-pair-trade", run, pair.pk), {"with": other.pk, "exact": "1"}
    pages = [browser.get(page) for page in (at("run", run), at("run-pair", run, pair.pk), at("run-compare", run), at("runs"))]
    read = [text(page, part="main") for page in (*pages, browser.post(*trade))]
    assert not [said for said in read if re.search(r"of 100\.|\bpoints?\b|, 0\b", said)]
    assert "As many people would have a match as now." in read[-1]


def test_who_runs_the_program_and_takes_part_is_not_among_their_own_choices(by, four):
    priya = person(by, "Priya", "Fairness", mentor=True)
    Membership.objects.filter(pk=priya.pk).update(is_coordinator=True)
    run = finished(by)
    page, own = at("run-pair", run, run.proposals.get(mentee=four[0]).pk), signed_in(priya.user)
    seen, unseen = (text(somebody.get(page), part="main") for somebody in (signed_in(by.user), own))
    assert "Priya" in seen
    assert "Priya" not in unseen
    assert own.get(f"{page}trade/?with={priya.pk}").url == page


def test_to_look_for_a_name_costs_as_many_queries_among_few_as_among_many(browser, by, four, costs_the_same):
    run = finished(by)
    page = at("run-pair", run, run.proposals.get(mentee=four[0]).pk) + "?q=e"
    costs_the_same(lambda: browser.get(page), grow=lambda: [person(by, f"Eve {n}", "Family", mentor=True) for n in range(20)], at_most=25)
