"""What a comparison found, as one would say it aloud to the two."""

import pytest

from matching.criteria.models import Criterion
from matching.scoring.encoding import Candidate, differs, in_words, shares
from programs.profiles.models import ProfileQuestion
from tests.factories.matching import CriterionFactory
from tests.factories.programs import ProfileQuestionFactory
from tests.times import NOON

Kind, OfAnswer = Criterion.Kind, ProfileQuestion.Kind
ASKED, OFFERED = 1, 2


def criterion(kind: Kind, answered: OfAnswer, *, text: str = "What matters to you?", choices: list[str] | None = None, **what: object):
    question = ProfileQuestionFactory.build(pk=ASKED, text=text, kind=answered, choices=choices or [], program=None)
    return CriterionFactory.build(kind=kind, question=question, program=None, **what)


def said(name: str, answer: str | list[str], *, zone: str = "Europe/London", question: int = ASKED) -> Candidate:
    answers = {question: answer} if answer else {}
    return Candidate(membership_id=0, places=1, waiting_since=NOON, zone=zone, answers=answers, name=name)


@pytest.mark.parametrize(
    ("kind", "answered", "quality", "amara", "jonas", "words"),
    [
        (Kind.LANGUAGE, OfAnswer.LANGUAGES, 0, ["English", "Arabic"], ["arabic"], "Both speak Arabic."),
        (Kind.OVERLAP, OfAnswer.LANGUAGES, 0, ["Arabic"], ["Dutch", "Thai"], "Amara speaks Arabic, Jonas speaks Dutch and Thai."),
        (Kind.OVERLAP, OfAnswer.TIMES, 100, ["Mon am", "Wed pm"], ["Wed pm", "Mon am"], "Both are free Mon am and Wed pm."),
        (Kind.OVERLAP, OfAnswer.TIMES, 0, ["Mon am"], ["Mon pm"], "Amara and Jonas have no free time in common."),
        (Kind.SIMILAR, OfAnswer.SEVERAL, 100, ["Humour", "Faith"], ["Humour"], "“What matters to you?” Both said Humour."),
        (Kind.SIMILAR, OfAnswer.SEVERAL, 0, ["Faith"], ["Humour"], "“What matters to you?” Amara said Faith, Jonas said Humour."),
        (Kind.DIFFERENT, OfAnswer.ONE, 100, "Nursing", "Law", "“What matters to you?” Amara said Nursing, Jonas said Law."),
        (Kind.DIFFERENT, OfAnswer.ONE, 0, "Law", "Law", "“What matters to you?” Both said Law."),
        (Kind.MUST_MATCH, OfAnswer.ONE, 0, "Law", "Law", "“What matters to you?” Both said Law."),
        (
            Kind.DIFFERENT,
            OfAnswer.SEVERAL,
            100,
            ["Carer", "Parent"],
            ["Parent", "Rural"],
            "“What matters to you?” Amara said Carer, Jonas said Rural.",
        ),
        (Kind.DIFFERENT, OfAnswer.SEVERAL, 100, ["Carer", "Parent"], ["Parent"], "“What matters to you?” Amara said Carer, Jonas did not."),
        (Kind.DIFFERENT, OfAnswer.SEVERAL, 0, ["Parent"], ["Carer", "Parent"], "“What matters to you?” Both said Parent."),
    ],
)
def test_it_is_said_in_words(kind, answered, quality, amara, jonas, words):
    made = criterion(kind, answered)

    assert in_words(made, quality, False, said("Amara", amara), said("Jonas", jonas)) == words


@pytest.mark.parametrize(
    ("sought", "offered", "words"),
    [
        (["Maths", "Writing"], ["Writing", "Maths"], "Amara looks for Maths and Writing, and Jonas offers it."),
        (["Maths", "Writing"], ["Maths"], "Amara looks for Maths and Writing. Jonas offers Maths."),
        (["Writing"], ["Maths"], "Amara looks for Writing, which Jonas does not offer."),
    ],
)
def test_what_one_looks_for_stands_beside_what_the_other_offers(sought, offered, words):
    offers = criterion(Kind.OFFERS, OfAnswer.SEVERAL)
    offers.mentor_question = ProfileQuestionFactory.build(pk=OFFERED, kind=OfAnswer.SEVERAL, program=None)

    assert in_words(offers, 100, False, said("Amara", sought), said("Jonas", offered, question=OFFERED)) == words


def test_times_in_two_zones_are_not_told_as_if_they_were_one_clock():
    times = criterion(Kind.OVERLAP, OfAnswer.TIMES)

    words = in_words(times, 100, False, said("Amara", ["Mon pm"]), said("Jonas", ["Mon am"], zone="America/New_York"))

    assert words == "Both are free at some of the same hours, each by their own clock."


@pytest.mark.parametrize(
    ("amara", "jonas", "words"),
    [
        ([], ["Humour"], "“What matters to you?” Amara left this open."),
        (["Humour"], [], "“What matters to you?” Jonas left this open."),
        ([], [], "“What matters to you?” Both left this open."),
    ],
)
def test_what_was_left_open_is_said_as_that(amara, jonas, words):
    assert in_words(criterion(Kind.SIMILAR, OfAnswer.SEVERAL), 50, True, said("Amara", amara), said("Jonas", jonas)) == words


def test_answers_stand_in_the_order_of_the_list():
    similar = criterion(Kind.SIMILAR, OfAnswer.SEVERAL, choices=["Family", "Humour"])

    words = in_words(similar, 100, False, said("Amara", ["Humour", "Family"]), said("Jonas", ["Humour", "Family"]))

    assert words == "“What matters to you?” Both said Family and Humour."


def test_an_anchor_is_what_both_share_and_neither_left_open():
    anchor = criterion(Kind.SIMILAR, OfAnswer.SEVERAL, part=Criterion.Part.ANCHOR)

    assert shares(anchor, 100)
    assert not shares(anchor, 0)
    assert not shares(anchor, 50, unknown=True)
    assert not shares(criterion(Kind.SIMILAR, OfAnswer.SEVERAL), 100)


def test_on_a_ladder_the_step_beside_is_shared_and_the_other_end_is_not():
    ladder = criterion(Kind.SIMILAR, OfAnswer.ONE, part=Criterion.Part.ANCHOR, in_order=True)

    assert shares(ladder, 75)
    assert not shares(ladder, 25)


def test_a_difference_is_where_the_two_differ_and_neither_left_it_open():
    difference = criterion(Kind.DIFFERENT, OfAnswer.ONE, part=Criterion.Part.DIFFERENCE)

    assert differs(difference, 100)
    assert not differs(difference, 0)
    assert not differs(difference, 50, unknown=True)
    assert not differs(criterion(Kind.DIFFERENT, OfAnswer.ONE), 100)


def test_neighbours_on_a_ladder_are_said_to_be_near_and_not_what_each_said():
    near = criterion(Kind.SIMILAR, OfAnswer.ONE, text="Which year?", choices=["1", "2", "3", "4"], in_order=True)
    assert in_words(near, 67, False, said("Amara", "1"), said("Jonas", "2")) == "“Which year?” Both said nearly the same."
