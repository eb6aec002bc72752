"""The page of what counts, and what the rules do."""

import pytest
from django.urls import reverse

from programs.profiles.models import ProfileQuestion
from tests.factories.matching import CriterionFactory
from tests.factories.programs import (
    MembershipFactory,
    ProfileAnswerFactory,
    ProfileFactory,
    ProfileQuestionFactory,
    ProgramFactory,
)
from tests.times import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture
def program():
    return ProgramFactory()


@pytest.fixture
def page(program, as_member):
    browser = as_member(MembershipFactory(program=program, coordinator=True))
    return lambda: browser.get(reverse("matching:criteria", args=[program.slug])).content.decode()


def test_where_nothing_counts_a_suggestion_is_made_of_the_questions(program, page):
    ProfileQuestionFactory(program=program, text="Which languages?", kind=ProfileQuestion.Kind.LANGUAGES)

    shown = page()

    assert "Nothing counts yet" in shown
    assert "Use our suggestion" in shown
    assert "Which languages?" in shown


def test_where_no_question_can_be_compared_nothing_is_suggested(program, page):
    ProfileQuestionFactory(program=program)

    assert "Use our suggestion" not in page()


def test_each_criterion_says_in_words_how_much_it_counts(program, page):
    CriterionFactory(program=program, times=True)
    CriterionFactory(program=program, language=True)

    shown = page()

    assert "counts much · 2 hours in common are enough" in shown
    assert "Must have a language in common" in shown
    assert shown.count("counts much") == 1


def test_a_criterion_whose_question_is_gone_says_so_and_can_only_be_taken_out(program, page):
    gone = CriterionFactory(program=program, question__text="Which topics?", question__retired_at=NOON)

    shown = page()

    assert "Its question is gone: “Which topics?” is no longer asked." in shown
    assert reverse("matching:criterion-remove", args=[program.slug, gone.pk]) in shown
    assert f'href="{reverse("matching:criterion", args=[program.slug, gone.pk])}"' not in shown


def test_whom_a_rule_leaves_with_nobody_is_named_as_far_as_there_is_room(program, page):
    rule = CriterionFactory(program=program, language=True)
    for number, language in enumerate(["English", *["Thai"] * 7]):
        sides = {"mentor": True} if language == "English" else {}
        person = MembershipFactory(program=program, user__called=f"Somebody{number}")
        ProfileAnswerFactory(profile=ProfileFactory(membership=person, **sides), question=rule.question, value=[language])

    shown = page()

    assert "There are 7 pairs one could think of. The rules leave 0." in " ".join(shown.split())
    assert "Without this rule 7 more pairs would be possible." in shown
    # Seven seek, and the one who offers has nobody either.
    assert sum(f"Somebody{number}<" in shown for number in range(8)) == 5
    assert "and 3 more" in shown


def test_without_people_the_preview_says_when_there_are_some(page):
    assert "People appear here when their profile is finished" in page()
