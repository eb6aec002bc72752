import pytest

from matching.pairings import why
from matching.pairings.models import Pairing
from programs.profiles.models import ProfileQuestion
from tests.factories.matching import PairingFactory
from tests.factories.programs import ProfileAnswerFactory, ProfileFactory, ProfileQuestionFactory

pytestmark = pytest.mark.django_db
Kind, Audience = ProfileQuestion.Kind, ProfileQuestion.Audience


@pytest.fixture
def pairing(db):
    """Maya is mentored by Jonas."""
    pairing = PairingFactory(first__user__name="Maya Silva", second__user__name="Jonas Berg")
    for half in pairing.halves:
        ProfileFactory(membership=half)
    return pairing


@pytest.fixture
def answered(pairing):
    def answer(kind, first, second, **question):
        asked = ProfileQuestionFactory(program=pairing.program, text="What matters?", kind=kind, choices=["Art", "Law", "Sea"], **question)
        for half, value in zip(pairing.halves, (first, second), strict=True):
            if value:
                ProfileAnswerFactory(profile=half.profile, question=asked, value=value)
        return asked

    return answer


def told(pairing):
    two = why.Two.of(pairing)
    return why.speaker([two])(two, why.names_of(pairing.halves))


@pytest.mark.parametrize(
    ("kind", "first", "second", "shared", "different"),
    [
        (Kind.ONE, "Law", "Law", "“What matters?” Both said Law.", ""),
        (Kind.ONE, "Law", "Art", "", "“What matters?” Maya said Law, Jonas said Art."),
        (Kind.SEVERAL, ["Art", "Law", "Sea"], ["Sea", "Law"], "“What matters?” Both said Law and Sea.", ""),
        (Kind.SEVERAL, ["Art"], ["Sea"], "", ""),
        (Kind.LANGUAGES, ["Welsh"], ["Welsh", "Thai"], "“What matters?” Both said Welsh.", ""),
        (Kind.ONE, "Law", "", "", ""),
        (Kind.LONG_TEXT, "Law", "Law", "", ""),
    ],
)
def test_without_criteria_what_both_chose_is_said_as_it_stands(pairing, answered, kind, first, second, shared, different):
    answered(kind, first, second)

    found = told(pairing)

    assert (found.shared, found.different) == (tuple(filter(None, [shared])), tuple(filter(None, [different])))


def test_what_only_coordinators_read_is_told_to_nobody(pairing, answered):
    answered(Kind.ONE, "Law", "Law", audience=Audience.COORDINATORS)

    assert not told(pairing)


def test_what_is_asked_no_more_is_not_told(pairing, answered, noon):
    answered(Kind.ONE, "Law", "Law", retired_at=noon)

    assert not told(pairing)


def test_nobody_reads_more_than_four_sentences_of_either_kind(pairing, answered):
    for _ in range(6):
        answered(Kind.ONE, "Law", "Law")
        answered(Kind.ONE, "Law", "Art")

    found = told(pairing)

    assert (len(found.shared), len(found.different)) == (4, 4)


@pytest.mark.parametrize(("mentor", "mentee"), [("first", "second"), ("second", "first"), ("", "first")])
def test_who_is_the_mentee_of_a_pairing_is_known(pairing, mentor, mentee):
    pairing.mentor = mentor

    two = why.Two.of(pairing)

    assert two.mentee == getattr(pairing, mentee).pk
    assert two.are_equal == (mentor == Pairing.Mentor.NOBODY)
