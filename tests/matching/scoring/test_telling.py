"""What the two are told by the criteria of their program."""

import pytest

from matching.criteria.models import Criterion
from matching.pairings import why
from programs.profiles.models import ProfileQuestion
from tests.factories.matching import CriterionFactory, PairingFactory
from tests.factories.programs import ProfileAnswerFactory, ProfileFactory, ProfileQuestionFactory

pytestmark = pytest.mark.django_db
Kind, Part, OfAnswer = Criterion.Kind, Criterion.Part, ProfileQuestion.Kind
VALUES, LIFE = "What matters to you?", "What was your way here like?"


@pytest.fixture
def pairing(db):
    """Maya is mentored by Jonas."""
    pairing = PairingFactory(first__user__name="Maya Silva", second__user__name="Jonas Berg")
    for half in pairing.halves:
        ProfileFactory(membership=half)
    return pairing


@pytest.fixture
def criterion(pairing):
    def make(first, second, *, asked=OfAnswer.SEVERAL, text=VALUES, audience="partner", retired_at=None, **facts):
        choices = ["Family", "Humour", "Law", "Nature", "Nursing"]
        question = ProfileQuestionFactory(
            program=pairing.program, kind=asked, text=text, choices=choices, audience=audience, retired_at=retired_at
        )
        made = CriterionFactory(program=pairing.program, question=question, **facts)
        for half, value in zip(pairing.halves, (first, second), strict=True):
            ProfileAnswerFactory(profile=half.profile, question=made.question, value=value)
        return made

    return make


def told(pairing):
    two = why.Two.of(pairing)
    return why.speaker([two])(two, why.names_of(pairing.halves))


def test_an_anchor_and_a_difference_are_said_in_words(pairing, criterion):
    criterion(["Humour", "Family"], ["Humour", "Nature"], part=Part.ANCHOR)
    criterion("Law", "Nursing", kind=Kind.DIFFERENT, part=Part.DIFFERENCE, text=LIFE, asked=OfAnswer.ONE)

    found = told(pairing)

    assert found.shared == (f"“{VALUES}” Both said Humour.",)
    assert found.different == (f"“{LIFE}” Maya said Law, Jonas said Nursing.",)


def test_what_the_program_looks_for_on_purpose_comes_first(pairing, criterion):
    criterion(["Welsh"], ["Welsh"], kind=Kind.LANGUAGE, asked=OfAnswer.LANGUAGES, weight=0)
    criterion(["Humour"], ["Humour"], part=Part.ANCHOR)

    assert told(pairing).shared == (f"“{VALUES}” Both said Humour.", "Both speak Welsh.")


def test_no_sentence_says_what_does_not_go_well(pairing, criterion):
    criterion(["Humour"], ["Nature"], part=Part.ANCHOR)
    criterion(["Welsh"], ["Thai"], kind=Kind.OVERLAP, asked=OfAnswer.LANGUAGES)

    assert not told(pairing)


def test_what_only_coordinators_read_is_told_to_nobody(pairing, criterion):
    criterion(["Humour"], ["Humour"], part=Part.ANCHOR, audience=ProfileQuestion.Audience.COORDINATORS)

    assert not told(pairing)


def test_a_criterion_whose_question_is_gone_says_nothing(pairing, criterion, noon):
    criterion(["Humour"], ["Humour"], part=Part.ANCHOR, retired_at=noon)

    assert not told(pairing)


def test_of_two_equals_each_is_told_what_the_other_offers(pairing, criterion):
    pairing.mentor = pairing.Mentor.NOBODY
    criterion(["Humour"], ["Humour"], kind=Kind.OFFERS)

    assert told(pairing).shared == ("Maya looks for Humour, and Jonas offers it.", "Jonas looks for Humour, and Maya offers it.")


def test_a_sentence_about_somebody_without_a_name_begins_with_a_capital(pairing, criterion):
    criterion(["Humour"], ["Humour"], kind=Kind.OFFERS)
    two = why.Two.of(pairing)

    found = why.speaker([two])(two, {pairing.first.pk: "the other person", pairing.second.pk: "Jonas"})

    assert found.shared == ("The other person looks for Humour, and Jonas offers it.",)
