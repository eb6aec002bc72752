"""What the database refuses, and who sees which exclusion."""

import pytest
from django.db import IntegrityError

from matching.criteria.models import Criterion, Exclusion
from programs.profiles.models import ProfileQuestion
from tests.factories.matching import CriterionFactory, ExclusionFactory
from tests.factories.programs import MembershipFactory, ProfileQuestionFactory, ProgramFactory
from tests.times import NOON

Kind, Part, Reason = Criterion.Kind, Criterion.Part, Exclusion.Reason

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("what", "rule"),
    [
        ({"kind": Kind.MUST_MATCH, "weight": 30}, "rule_or_weighs"),
        ({"kind": Kind.SIMILAR, "weight": 0}, "rule_or_weighs"),
        ({"kind": Kind.SIMILAR, "weight": 31}, "rule_or_weighs"),
        ({"need": 0}, "needs_at_least_one"),
        ({"need": 51}, "needs_at_least_one"),
        ({"kind": Kind.OVERLAP, "in_order": True}, "steps_are_near_or_far"),
        ({"kind": Kind.DIFFERENT, "part": Part.ANCHOR}, "part_is_what_it_looks_for"),
        ({"kind": Kind.SIMILAR, "part": Part.DIFFERENCE}, "part_is_what_it_looks_for"),
        ({"kind": Kind.MUST_MATCH, "weight": 0, "part": Part.ANCHOR}, "part_is_what_it_looks_for"),
    ],
)
def test_a_criterion_that_makes_no_sense_is_refused(what, rule):
    with pytest.raises(IntegrityError, match=rule):
        CriterionFactory(**what)


def test_only_what_one_offers_is_asked_in_another_question():
    program = ProgramFactory()

    with pytest.raises(IntegrityError, match="two_questions_offer_and_seek"):
        CriterionFactory(program=program, mentor_question=ProfileQuestionFactory(program=program))


def test_a_question_counts_once_in_each_way():
    there = CriterionFactory()

    with pytest.raises(IntegrityError, match="once_a_kind_and_question"):
        CriterionFactory(program=there.program, question=there.question)


def test_only_those_who_run_the_program_see_what_counts():
    criterion = CriterionFactory()

    def sees(membership) -> bool:
        return criterion in Criterion.objects.visible_to(membership)

    assert sees(MembershipFactory(program=criterion.program, coordinator=True))
    assert not sees(MembershipFactory(program=criterion.program))
    assert not sees(MembershipFactory(coordinator=True))


@pytest.mark.parametrize("gone", ["question", "mentor_question"])
def test_a_criterion_whose_question_is_no_longer_asked_says_so(gone):
    program = ProgramFactory()
    several = {"program": program, "kind": ProfileQuestion.Kind.SEVERAL}
    criterion = CriterionFactory(
        program=program,
        kind=Kind.OFFERS,
        question=ProfileQuestionFactory(**several),
        mentor_question=ProfileQuestionFactory(**several),
    )
    assert criterion.trouble == ""

    question = getattr(criterion, gone)
    question.retired_at, question.text = NOON, "Which topics?"

    assert criterion.trouble == "Its question is gone: “Which topics?” is no longer asked."


def test_a_criterion_whose_question_is_answered_in_another_way_says_so():
    criterion = CriterionFactory(question__text="Which topics?")
    criterion.question.kind = ProfileQuestion.Kind.LONG_TEXT

    assert criterion.trouble == "“Which topics?” is answered in another way now, so that this cannot be compared."


# --- exclusions ---


def test_nobody_is_kept_apart_from_themselves():
    somebody = MembershipFactory()

    with pytest.raises(IntegrityError, match="is_of_two_people"):
        ExclusionFactory(program=somebody.program, one=somebody, other=somebody)


def test_what_is_private_is_said_by_one_of_the_two():
    with pytest.raises(IntegrityError, match="private_of_one_of_the_two"):
        ExclusionFactory(reason=Reason.PRIVATE)


def test_an_author_keeps_two_apart_once_in_whichever_order():
    there = ExclusionFactory()

    with pytest.raises(IntegrityError, match="once_an_author"):
        ExclusionFactory(program=there.program, one=there.other, other=there.one, by=there.by)


def test_what_is_private_is_seen_by_its_author_alone():
    private = ExclusionFactory(private=True)

    def sees(membership) -> bool:
        return private in Exclusion.objects.visible_to(membership)

    assert sees(private.by)
    assert not sees(private.other)
    assert not sees(MembershipFactory(program=private.program, coordinator=True))
    assert not sees(MembershipFactory(program=private.program, admin=True))


def test_those_who_run_the_program_see_who_is_kept_apart_but_not_about_themselves():
    program = ProgramFactory()
    staff, concerned = MembershipFactory(program=program, coordinator=True), MembershipFactory(program=program, is_coordinator=True)
    exclusion = ExclusionFactory(program=program, one=concerned)

    def sees(membership) -> bool:
        return exclusion in Exclusion.objects.visible_to(membership)

    assert sees(staff)
    assert not sees(concerned)
    assert not sees(exclusion.other)
    assert not sees(MembershipFactory(coordinator=True))
