import csv
import io
import re
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from matching.criteria.models import Criterion
from matching.pairings import services as pairings
from matching.runs import anew, services
from matching.runs.field import Wish
from matching.runs.models import Proposal, Run
from mentoring.kernel.audit.models import AuditEvent
from mentoring.kernel.jobs import services as jobs
from mentoring.kernel.jobs.models import Job
from programs.memberships.models import Membership, Program
from programs.people.models import User
from programs.profiles.models import ProfileAnswer, ProfileQuestion
from tests.conftest import signed_in
from tests.factories.matching import CriterionFactory, ExclusionFactory, LockFactory, ProposalFactory, RunFactory, UnmatchedFactory
from tests.factories.programs import MembershipFactory, ProfileFactory, ProfileQuestionFactory
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


def test_a_run_is_started_and_leads_to_its_progress(browser, four):
    given = {"fairness": "floor", "sides": "suggested", "minimum": "0", "load_step": "0"}
    response = browser.post(at("run-start"), given)
    assert response.url == at("run-progress", Run.objects.get())


def test_why_a_run_cannot_start_is_said_on_its_page(browser, by):
    response = browser.post(at("run-start"), {"fairness": "floor", "minimum": "0", "load_step": "0"})
    assert "There is nobody to match." in text(response)


def test_progress_says_what_is_done_and_how_long_it_takes(browser, by, four):
    run = services.start(program=by.program, by=by, wish=Wish(), now=NOON)
    with time_machine.travel(NOON.replace(minute=NOON.minute + 1), tick=False):
        job = jobs.claim_next(services.MATCHING, NOON)
        jobs.advance(job, done=50, step="Reading what everybody said", now=NOON)
        said = text(browser.get(at("run-progress", run)))
    assert "Reading what everybody said" in said
    assert "50 of 100 · About 1 minute left." in said


def test_a_run_can_be_stopped_from_its_page(browser, by, four):
    run = services.start(program=by.program, by=by, wish=Wish(), now=NOON)
    browser.post(at("run-stop", run))
    assert run.job().state == Job.State.STOPPED


def test_a_finished_run_leads_from_its_progress_to_its_pairs(browser, by, four):
    run = finished(by)
    assert browser.get(at("run-progress", run)).url == at("run", run)


def test_a_pair_says_what_speaks_for_it_and_against(browser, by, four):
    said = text(browser.get(at("run", finished(by))))
    assert "For “What matters to you?” Both said Family. Against Nothing that counts." in said


def test_a_pair_names_the_next_best_and_what_it_costs(browser, by, four):
    said = text(browser.get(at("run", finished(by))))
    assert re.search(r"Next best for Amara Wei, 0 of 100\. All pairs together would lose at least \d+ points by it\.", said)


def test_a_pair_says_of_a_next_best_below_all_others_that_it_would_be_the_weakest(browser, by):
    person(by, "Amara", "Family")
    person(by, "Noor", "Family", mentor=True)
    person(by, "Wei", "Nature", mentor=True)
    said = text(browser.get(at("run", finished(by))))
    assert "Next best for Amara Wei, 0 of 100. That would be the weakest pair." in said


def test_of_many_reasons_the_list_says_two_and_the_page_of_the_pair_all(browser, by):
    people = (person(by, "Amara", "Family"), person(by, "Noor", "Family", mentor=True))
    for n in range(3):
        question = ProfileQuestionFactory(program=by.program, text=f"Question {n}", kind=ProfileQuestion.Kind.SEVERAL)
        CriterionFactory(program=by.program, question=question, kind=Criterion.Kind.DIFFERENT)
        for one in people:
            ProfileAnswer.objects.create(profile=one.profile, question=question, value=["Alike"])
    run = finished(by)
    counted = [
        text(browser.get(address)).count("Both said Alike") for address in (at("run", run), at("run-pair", run, run.proposals.get().pk))
    ]
    assert counted == [2, 3]


def test_the_weakest_pair_comes_first(browser, by, four):
    names = re.findall(r'<article [^>]*aria-label="(\w+)', browser.get(at("run", finished(by))).content.decode())
    assert names[0] == "Sam"


def test_pairs_without_something_in_common_are_found(browser, by, four):
    person(by, "Kim", "Fairness", mentor=True)
    Criterion.objects.update(part="")
    response = browser.get(at("run", finished(by)) + "?show=no-anchor")
    assert len(response.context["rows"]) == 2


def test_who_is_half_of_a_pair_does_not_see_it(by):
    run = RunFactory(program=by.program)
    ProposalFactory(run=run, mentor=by)
    assert not Proposal.objects.visible_to(by).exists()


def test_ten_thousand_pairs_cost_as_many_queries_as_few(browser, by):
    run = RunFactory(program=by.program)
    ProposalFactory(run=run)
    with CaptureQueriesContext(connection) as few:
        browser.get(at("run", run))
    mentor = MembershipFactory(program=by.program)
    people = [MembershipFactory(program=by.program) for _ in range(60)]
    Proposal.objects.bulk_create(
        Proposal(run=run, mentee=one, mentor=mentor, score=n, waiting_since=NOON, alternatives=[[people[0].pk, 5, 6, True]])
        for n, one in enumerate(people)
    )
    with CaptureQueriesContext(connection) as many:
        browser.get(at("run", run))
    assert len(few) == len(many) < 20


def test_nobody_is_asked_where_nothing_was_ticked(browser, by, four):
    run = finished(by)
    response = browser.post(at("run-release", run), {"some": "1"}, follow=True)
    assert "Tick the pairs" in text(response)
    assert run.proposals.drafts().count() == 2


def test_the_ticked_are_asked(browser, by, four):
    run = finished(by)
    chosen = run.proposals.get(mentee=four[0])
    response = browser.post(at("run-release", run), {"some": "1", "pair": [chosen.pk]}, follow=True)
    assert "The two people of 1 pair are asked by mail." in text(response)


def test_whoever_left_is_named_where_all_are_asked(browser, by, four):
    run = finished(by)
    Membership.objects.filter(pk=four[0].pk).update(left_at=NOON)
    said = text(browser.post(at("run-release", run), {"all": "1"}, follow=True))
    assert "Amara and Noor are left out. One of the two takes part in the program no more." in said


def test_a_run_is_proved_once_more_in_three_sentences(browser, by, four):
    said = text(browser.post(at("run-check", finished(by))))
    assert "Gone through once more just now, and proved." in said
    for sentence in (
        "No other assignment matches more people.",
        "None gives the places to people who have waited longer.",
        "None lifts the weakest match.",
        "Of those, none has a higher total.",
    ):
        assert sentence in said


def test_a_repeated_run_says_that_it_came_to_the_same(browser, by, four):
    run = finished(by)
    browser.post(at("run-repeat", run))
    jobs.run_next(now=NOON)
    assert "came to the very same result" in text(browser.get(at("run-check", Run.objects.get(repeats=run))))


def test_whoever_has_no_match_is_named_with_the_reason(browser, by):
    person(by, "Amara", "Family")
    person(by, "Sam", "Family")
    person(by, "Noor", "Family", mentor=True)
    said = text(browser.get(at("run-nobody", finished(by))))
    assert "2 people can only be matched with this 1 person, with 1 place in all." in said
    assert "They have all waited equally long, so what fits best decided." in said
    assert "1 more place would help." in said


def test_whoever_came_too_late_is_told_apart_from_who_waited_as_long(browser, by):
    """Three places for five: one has waited longer than all, one has come last."""
    waited = [person(by, f"P{days}", "Family") for days in (9, 7, 7, 7, 1)]
    for days, one in zip((9, 7, 7, 7, 1), waited, strict=True):
        Membership.objects.filter(pk=one.pk).update(joined_at=NOON - timedelta(days=days))
    person(by, "Noor", "Family", mentor=True, offers_capacity=3)
    said = text(browser.get(at("run-nobody", finished(by))))
    assert "Whoever has one of them has waited longer." in said
    assert "1 of the others has waited longer. Among those who waited equally long, what fits best decided." in said


def test_another_mentor_who_would_leave_somebody_without_is_told(browser, by):
    """Only Amara may meet Kim; Wei is the only one for Sam and for Tom."""
    amara, sam, tom = (person(by, name, "Family") for name in ("Amara", "Sam", "Tom"))
    person(by, "Wei", "Family", mentor=True)
    kim = person(by, "Kim", "Family", mentor=True)
    for other in (sam, tom):
        ExclusionFactory(program=by.program, one=other, other=kim, by=by)
    Membership.objects.filter(pk__in=[amara.pk, sam.pk]).update(joined_at=NOON - timedelta(days=3))
    run = finished(by)
    assert pairs_of(run) == {"Amara": "Kim", "Sam": "Wei"}
    said = text(browser.get(at("run-pair", run, run.proposals.get(mentee=amara).pk)))
    assert "Somebody else would be left without a match" in said


def test_a_rule_that_leaves_nobody_is_named_with_what_would_help(browser, by):
    Criterion.objects.update(kind=Criterion.Kind.MUST_MATCH, weight=0, part="")
    person(by, "Amara", "Nature")
    person(by, "Noor", "Family", mentor=True)
    said = text(browser.get(at("run-nobody", finished(by))))
    assert "Without the rule “What matters to you?”, 1 person would be possible." in said
    assert "1 more place with somebody who says “Nature” to “What matters to you?” would help." in said


def test_where_no_rule_alone_leaves_nobody_one_of_them_is_named(browser, by):
    Criterion.objects.update(kind=Criterion.Kind.MUST_MATCH, weight=0, part="")
    where = ProfileQuestionFactory(program=by.program, text="Where?", kind=ProfileQuestion.Kind.ONE, choices=["North", "South"])
    CriterionFactory(program=by.program, question=where, rule=True)
    for one, value in ((person(by, "Amara", "Nature"), "North"), (person(by, "Noor", "Family", mentor=True), "South")):
        ProfileAnswer.objects.create(profile=one.profile, question=where, value=value)
    said = text(browser.get(at("run-nobody", finished(by))))
    assert "Nobody is possible at present. The rule “Where?” leaves out everybody who offers mentoring." in said


def test_places_that_few_fit_into_are_told_with_whom_they_would_need(browser, by):
    Criterion.objects.update(kind=Criterion.Kind.MUST_MATCH, weight=0, part="")
    for name in ("Amara", "Sam"):
        person(by, name, "Nature")
    person(by, "Noor", "Family", mentor=True)
    person(by, "Wei", "Nature", mentor=True)
    said = text(browser.get(at("run-nobody", finished(by))))
    assert "The rule “What matters to you?” leaves out 1 of the 2 who offer mentoring." in said
    assert "1 more place with somebody who says “Nature” to “What matters to you?” would help." in said


def test_too_few_places_for_very_many_are_said_in_one_sentence(browser, by):
    run = RunFactory(program=by.program)
    UnmatchedFactory(run=run)
    assert "More people seek mentoring than there are free places that fit them." in text(browser.get(at("run-nobody", run)))


def test_of_a_forgotten_run_one_sees_who_was_put_together_and_no_more(browser, by, four):
    run = finished(by)
    services.forget(now=NOON + timedelta(days=999))
    said = text(browser.get(at("run", run)))
    assert "Amara and Noor" in said
    assert "What this run saw of people was forgotten" in said
    assert "What matters to you" not in said
    pair = run.proposals.get(mentee=four[0])
    assert "Others for Amara" not in text(browser.get(at("run-pair", run, pair.pk)))
    assert {browser.get(at(name, run)).url for name in ("run-check", "run-groups")} == {at("run", run)}
    assert browser.get(at("run-pair-trade", run, pair.pk) + f"?with={four[3].pk}").url == at("run-pair", run, pair.pk)


# --- beside another run, and by groups ---


def test_two_runs_say_who_would_meet_somebody_else(browser, by, four):
    first = finished(by)
    browser.post(at("run-pair-settle", first, first.proposals.get(mentee=four[0]).pk), {"forbid": "1"})
    said = text(browser.get(at("run-compare", finished(by))))
    assert "Run 2 beside run 1 0 pairs are the same in both. For 2 people it is not." in said
    assert "Amara Noor Wei Sam Wei Noor" in said


def test_locking_a_pair_that_the_run_had_found_makes_nothing_worse(browser, by, four):
    first = finished(by)
    browser.post(at("run-pair-settle", first, first.proposals.get(mentee=four[0]).pk), {"lock": "1"})
    lines = browser.get(at("run-compare", finished(by))).context["lines"]
    assert [(line.before, line.after) for line in lines] == [(0, 0), (50, 50), (2, 2), (0, 0)]


def test_without_another_run_the_page_says_what_to_do(browser, by, four):
    assert "There is no other run yet" in text(browser.get(at("run-compare", finished(by))))


def grouped(by, *labels: str) -> ProfileQuestion:
    """For each label somebody who looks for a mentor and says it; the mentors have room for the first four."""
    question = ProfileQuestionFactory(program=by.program, text="Which year?", kind=ProfileQuestion.Kind.ONE, choices=["1", "2", "3"])
    asked = Criterion.objects.get().question
    for number, label in enumerate(labels):
        one = MembershipFactory(program=by.program, user__name=f"P{number}")
        profile = ProfileFactory(membership=one)
        ProfileAnswer.objects.create(profile=profile, question=question, value=label)
        ProfileAnswer.objects.create(profile=profile, question=asked, value=["Family" if label == "1" else "Nature"])
    noor = ProfileFactory(membership=MembershipFactory(program=by.program), mentor=True, offers_capacity=6)
    ProfileAnswer.objects.create(profile=noor, question=asked, value=["Family"])
    return question


def test_a_group_that_is_matched_less_often_is_named(browser, by):
    question = grouped(by, *["1"] * 6, *["2"] * 5)
    said = text(browser.get(at("run-groups", finished(by)) + f"?question={question.pk}"))
    assert "“2”: 0 of 100 have a match. “1”: 100 of 100. That is less than four fifths." in said


def test_a_group_of_fewer_than_five_is_not_shown_nor_to_be_found_by_subtraction(browser, by):
    question = grouped(by, *["1"] * 6, *["2"] * 5, *["3"] * 2)
    report = browser.get(at("run-groups", finished(by)) + f"?question={question.pk}").context["report"]
    assert ([group.label for group in report.groups], report.hidden) == (["1"], 2)


def test_a_group_that_waits_longer_is_named(browser, by):
    question = grouped(by, *["1"] * 6, *["2"] * 5)
    slow = ProfileAnswer.objects.filter(question=question, value="2").values("profile__membership")
    Membership.objects.filter(pk__in=slow).update(joined_at=NOON - timedelta(days=30))
    said = text(browser.get(at("run-groups", finished(by)) + f"?question={question.pk}"))
    assert "One group waits longer. “2”: 30 days on average." in said


def test_of_a_group_it_is_said_how_many_pairs_did_not_start(browser, by):
    question = grouped(by, *["1"] * 6)
    run = finished(by)
    services.release(run=run, by=by, proposals=list(run.proposals.values_list("pk", flat=True)[:2]), now=NOON)
    declined = run.proposals.filter(state="released").first()
    pairings.decline(pairing=declined.pairing, by=declined.mentee, now=NOON)
    assert "1 of 2" in text(browser.get(at("run-groups", run) + f"?question={question.pk}"))


def test_of_somebody_without_a_match_it_is_not_said_that_they_are_kept_apart_from_one(browser, by):
    found = {"allowed": 0, "excluded": {"#forbidden": 1}, "only": {"#forbidden": 1}, "rivals": 1, "mentors": 0, "places": 0}
    run = RunFactory(program=by.program)
    UnmatchedFactory(run=run, membership=MembershipFactory(program=by.program), found=found)
    said = text(browser.get(at("run-nobody", run)))
    assert "Nobody is possible at present." in said
    assert "would" not in said.partition("Nobody is possible at present.")[2]


def test_what_is_settled_of_oneself_is_not_on_the_page_that_starts_a_run(browser, by, four):
    taking_part = person(by, "Priya", "Family")
    LockFactory(program=by.program, mentee=four[0], mentor=four[2], by=taking_part)
    Membership.objects.filter(pk=four[0].pk).update(is_coordinator=True)
    seen, unseen = (text(somebody.get(at("run-start"))) for somebody in (browser, signed_in(four[0].user)))
    assert "Amara and Noor" in seen
    assert "Amara and Noor" not in unseen


def test_what_somebody_left_open_does_not_stand_against_a_pair(browser, by):
    person(by, "Amara")
    person(by, "Noor", "Family", mentor=True)
    run = finished(by)
    pair = run.proposals.get()
    assert "Against Nothing that counts." in text(browser.get(at("run", run)))
    assert "Not known “What matters to you?” Amara left this open." in text(browser.get(at("run-pair", run, pair.pk)))


def test_the_weakest_is_said_as_the_drafts_stand(browser, by, four):
    run = finished(by)
    Proposal.objects.filter(run=run, mentee=four[1]).update(by_hand=True, score=1500, shown=50)
    said = text(browser.get(at("run", run)))
    assert "On average 75 of 100, the weakest 50." in said
    assert "50 of 100 · the weakest" in said


def test_where_a_release_has_ended_the_part_that_asks_again_leads_to_the_whole_page(browser, by, four):
    run = finished(by)
    answer = browser.get(at("run", run), headers={"HX-Request": "true"})
    assert answer.headers["HX-Redirect"] == at("run", run)


def test_whatever_has_changed_since_the_reasons_are_of_the_day_of_the_run_like_its_figures(browser, by, four):
    person(by, "Kim", "Humour")
    run = finished(by)
    addresses = [at("run", run), at("run-nobody", run), *(at("run-pair", run, pair.pk) for pair in run.proposals.all())]
    before = [text(browser.get(address), part="main") for address in addresses]
    ProfileAnswer.objects.update(value=["Fairness"])
    ProfileQuestion.objects.update(text="What do you like?")
    CriterionFactory(program=by.program, rule=True)
    Criterion.objects.order_by("pk")[0].delete()
    assert [text(browser.get(address), part="main") for address in addresses] == before
    assert "“What matters to you?” Both said Family." in before[0]


def test_where_the_program_has_its_own_words_no_page_of_a_run_has_others(browser, by, four):
    Program.objects.filter(pk=by.program_id).update(mentor_word="buddy", mentee_word="first-year")
    person(by, "Kim", "Humour")
    Criterion.objects.update(part="")
    CriterionFactory(program=by.program, question=ProfileQuestionFactory(program=by.program, kind="languages"), kind="language", weight=0)
    finished(by)
    run = finished(by)
    pair = run.proposals.first() or ProposalFactory(run=run, mentee=four[0], mentor=four[2])
    names = ("run", "run-check", "run-nobody", "run-compare", "run-groups")
    pages = [*(at(name, run) for name in names), at("run-pair", run, pair.pk), at("runs"), at("run-start"), at("run-locks")]
    for page in pages:
        said = text(browser.get(page), part="main")
        assert not re.search(r"mentors?\b|mentees?\b", said, re.IGNORECASE), page
    assert "would be the buddy" in text(browser.get(at("run-pair", run, pair.pk)))


# --- a fresh start, and files ---


def test_what_locks_cost_all_is_reckoned_as_if_nobody_were_locked(browser, by, four):
    LockFactory(program=by.program, mentee=four[0], mentor=four[3], by=by)
    run = finished(by)
    assert at("run-unlocked", run) in browser.get(at("run", run)).text
    assert "1 pair of this run was locked" in text(browser.get(at("run-unlocked", run)))
    said = text(browser.post(at("run-unlocked", run)))
    assert "The weakest match would be as strong as now, 0 of 100. All pairs together would gain 100 points." in said


def test_in_a_large_run_a_worker_reckons_what_locks_cost(browser, by, four, monkeypatch):
    monkeypatch.setattr(anew, "AT_ONCE", 0)
    LockFactory(program=by.program, mentee=four[0], mentor=four[3], by=by)
    run = finished(by)
    progress = browser.post(at("run-unlocked", run)).url
    jobs.run_next(now=NOON)
    assert "All pairs together would gain 100 points." in text(browser.get(progress))


def file_of(response) -> list[list[str]]:
    return list(csv.reader(io.StringIO(b"".join(response.streaming_content).decode("utf-8-sig"))))


def test_all_pairs_of_a_run_are_a_file_without_what_is_ones_own(browser, by, four):
    User.objects.filter(pk=four[2].user_id).update(name="=Noor")
    run = finished(by)
    ProposalFactory(run=run, mentee=person(by, "Kim"), mentor=by)
    header, *rows = file_of(browser.get(at("run-export", run)))
    assert header[:3] == ["Mentee", "Mentor", "Of 100"]
    assert [row[:4] for row in rows] == [["Amara", "'=Noor", "100", "Draft"], ["Sam", "Wei", "0", "Draft"]]
    assert rows[0][7] == "“What matters to you?” Both said Family."
    assert AuditEvent.objects.filter(verb="run.exported", object_id=str(run.pk)).count() == 1


def test_those_without_a_match_are_a_file_with_the_reason(browser, by, four):
    person(by, "Kim", "Humour")
    run = finished(by)
    [header, row] = file_of(browser.get(at("run-nobody-export", run)))
    assert (header, row[0]) == (["Who", "Waits since", "Why"], run.unmatched.get().membership.user.name)
    assert row[2].startswith("3 people can only be matched with these 2 people")
    assert AuditEvent.objects.filter(verb="run.nobody_exported").exists()
