"""What counts is set by those who run the program; two people are kept apart."""

import pytest
from django.urls import reverse

from matching.criteria.models import Criterion, Exclusion
from mentoring.kernel.audit.models import AuditEvent
from programs.profiles.models import ProfileQuestion
from tests.factories.matching import CriterionFactory, ExclusionFactory
from tests.factories.programs import MembershipFactory, ProfileQuestionFactory, ProgramFactory
from tests.times import NOON

Kind, OfAnswer = Criterion.Kind, ProfileQuestion.Kind

pytestmark = pytest.mark.django_db


@pytest.fixture
def program():
    return ProgramFactory()


@pytest.fixture
def staff(program):
    return MembershipFactory(program=program, coordinator=True)


@pytest.fixture
def as_staff(staff, as_member):
    return as_member(staff)


def question(program, kind: str = OfAnswer.SEVERAL, **what: object) -> ProfileQuestion:
    return ProfileQuestionFactory(program=program, kind=kind, choices=["1", "2"] if kind != OfAnswer.LANGUAGES else [], **what)


def at(name: str, program, *keys: int) -> str:
    return reverse(f"matching:{name}", args=[program.slug, *keys])


# --- what counts ---


def test_the_suggestion_is_used_with_one_button(as_staff, program):
    question(program, OfAnswer.LANGUAGES)

    answer = as_staff.post(at("criteria-suggest", program), follow=True)

    assert "This counts from now on." in answer.content.decode()
    assert Criterion.objects.get().kind == Kind.LANGUAGE


def test_a_suggestion_that_comes_too_late_is_refused_in_words(as_staff, program):
    CriterionFactory(program=program)

    answer = as_staff.post(at("criteria-suggest", program), follow=True)

    assert "Something counts already." in answer.content.decode()


def test_questions_in_somebodys_own_words_are_not_offered(as_staff, program):
    listed = question(program)
    own = question(program, OfAnswer.LONG_TEXT, text="What is on your mind?")

    shown = as_staff.get(at("criterion-choose", program)).content.decode()

    assert at("criterion-add", program, listed.pk) in shown
    assert at("criterion-add", program, own.pk) not in shown
    assert "What is on your mind?" in shown


def test_a_question_counts_as_was_chosen(as_staff, program):
    asked = question(program)

    answer = as_staff.post(at("criterion-add", program, asked.pk), {"kind": "similar", "weight": "60", "need": "2", "is_part": "on"})

    assert answer.url == at("criteria", program)
    made = Criterion.objects.get()
    assert (made.question, made.kind, made.weight, made.need, made.part) == (asked, "similar", 60, 2, "anchor")


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"weight": "60", "need": "1"}, "Choose how it counts."),
        ({"kind": "overlap", "weight": "60", "need": "1"}, "Select a valid choice"),
        ({"kind": "similar", "need": "1"}, "Choose how much it counts."),
        ({"kind": "similar", "weight": "61", "need": "1"}, "Select a valid choice"),
        ({"kind": "similar", "weight": "60", "need": "0"}, "Enter a number from 1 to 50"),
        ({"kind": "similar", "weight": "60", "need": "many"}, "Enter a number from 1 to 50"),
        ({"kind": "offers", "weight": "60", "need": "1", "mentor_question": "999999"}, "Select a valid choice"),
        ({"kind": "\x00", "weight": "60", "need": "1"}, "Select a valid choice"),
    ],
)
def test_what_cannot_be_is_said_at_its_place(as_staff, program, typed, words):
    question(program)
    asked = question(program)

    answer = as_staff.post(at("criterion-add", program, asked.pk), typed)

    assert words in answer.content.decode()
    assert not Criterion.objects.exists()


def test_what_one_looks_for_is_not_asked_of_those_who_offer_alone(as_staff, program):
    asked, other = question(program), question(program, asked_of="seeking", text="What do you look for?")

    answer = as_staff.post(
        at("criterion-add", program, asked.pk), {"kind": "offers", "weight": "60", "need": "1", "mentor_question": other.pk}
    )

    assert "Only those who seek mentoring are asked “What do you look for?”." in answer.content.decode()


def test_the_same_way_twice_is_refused_and_what_was_typed_stays(as_staff, program):
    there = CriterionFactory(program=program)

    answer = as_staff.post(at("criterion-add", program, there.question_id), {"kind": "similar", "weight": "100", "need": "7"})

    shown = answer.content.decode()
    assert "This question counts in this way already." in shown
    assert 'value="7"' in shown


@pytest.mark.parametrize(
    ("answered", "there", "not_there"),
    [
        (OfAnswer.ONE, ["in_order", "is_part"], ["need"]),
        (OfAnswer.SEVERAL, ["need", "is_part"], ["in_order"]),
        (OfAnswer.TIMES, ["need"], ["in_order", "is_part", "mentor_question"]),
        (OfAnswer.LANGUAGES, ["need"], ["in_order", "is_part"]),
    ],
)
def test_only_what_can_be_asked_of_an_answer_is_asked(as_staff, program, answered, there, not_there):
    question(program)

    shown = as_staff.get(at("criterion-add", program, question(program, answered).pk)).content.decode()

    assert [f'name="{name}"' in shown for name in there] == [True] * len(there)
    assert [f'name="{name}"' in shown for name in not_there] == [False] * len(not_there)


def test_what_coordinators_alone_read_is_never_told_to_the_two(as_staff, program):
    asked = question(program, audience=ProfileQuestion.Audience.COORDINATORS)

    shown = as_staff.get(at("criterion-add", program, asked.pk)).content.decode()

    assert "the two are never told of it" in shown
    assert 'name="is_part"' not in shown


def test_a_change_begins_with_what_is_and_is_kept(as_staff, program):
    criterion = CriterionFactory(program=program, weight=30, need=3)

    form = as_staff.get(at("criterion", program, criterion.pk)).content.decode()
    answer = as_staff.post(at("criterion", program, criterion.pk), {"kind": "similar", "weight": "10", "need": "4"})

    assert 'value="3"' in form
    assert answer.url == at("criteria", program)
    criterion.refresh_from_db()
    assert (criterion.weight, criterion.need) == (10, 4)


def test_a_criterion_whose_question_is_gone_can_only_be_taken_out(as_staff, program):
    gone = CriterionFactory(program=program, question__retired_at=NOON)

    led = as_staff.get(at("criterion", program, gone.pk), follow=True)
    as_staff.post(at("criterion-remove", program, gone.pk))

    assert "Its question is gone" in led.content.decode()
    assert not Criterion.objects.exists()


def test_it_moves_down(as_staff, program):
    first, second = CriterionFactory.create_batch(2, program=program)

    as_staff.post(at("criterion-move", program, first.pk), {"down": "1"})

    assert list(Criterion.objects.for_list()) == [second, first]


# --- never these two ---


def test_two_people_are_kept_apart_in_three_steps(as_staff, program):
    one, other = MembershipFactory(program=program), MembershipFactory(program=program)
    first = as_staff.get(at("exclude", program)).content.decode()
    second = as_staff.get(at("exclude", program), {"one": one.pk}).content.decode()

    third = f"{at('exclude', program)}?one={one.pk}&other={other.pk}"
    answer = as_staff.post(third, {"reason": "line_manager"}, follow=True)

    assert f"one={one.pk}" in first
    assert f"one={one.pk}&amp;other={other.pk}" in second
    assert "never put together from now on" in answer.content.decode()
    assert Exclusion.objects.get().reason == "line_manager"


@pytest.mark.parametrize("reason", ["", "private", "whatever"])
def test_a_reason_that_is_not_for_staff_is_refused(as_staff, program, reason):
    one, other = MembershipFactory(program=program), MembershipFactory(program=program)

    answer = as_staff.post(f"{at('exclude', program)}?one={one.pk}&other={other.pk}", {"reason": reason})

    assert answer.status_code == 200
    assert not Exclusion.objects.exists()


@pytest.mark.parametrize("keys", ["one=abc", "one=1&other=99999999999999999999", "one=-1&other=", "one=%00"])
def test_an_address_that_names_nobody_begins_anew(as_staff, program, keys):
    assert "Step 1 of 3" in as_staff.get(f"{at('exclude', program)}?{keys}").content.decode()


def test_somebody_of_another_program_cannot_be_chosen(as_staff, program):
    one = MembershipFactory(program=program)

    shown = as_staff.get(at("exclude", program), {"one": one.pk, "other": MembershipFactory().pk}).content.decode()

    assert "Step 2 of 3" in shown


def test_the_list_shows_who_is_kept_apart_and_of_private_choices_the_number_alone(as_staff, program):
    ExclusionFactory(program=program, one__user__name="Ana Open")
    private = ExclusionFactory(program=program, private=True, one__user__name="Ben Silent", other__user__name="Cleo Unaware")

    shown = as_staff.get(at("exclusions", program)).content.decode()
    refused = as_staff.post(at("exclusion-take-back", program, private.pk))

    assert "Ana Open" in shown
    assert "One more pair is never proposed" in shown
    assert "Silent" not in shown
    assert "Unaware" not in shown
    assert refused.status_code == 404


def test_it_is_taken_back(as_staff, program):
    exclusion = ExclusionFactory(program=program)

    answer = as_staff.post(at("exclusion-take-back", program, exclusion.pk), follow=True)

    assert "can be put together again" in answer.content.decode()
    assert not Exclusion.objects.exists()


def test_whom_the_program_keeps_apart_is_a_file_and_no_private_choice_is_in_it(as_staff, program):
    ExclusionFactory(program=program, one__user__name="Amara", other__user__name="Noor")
    ExclusionFactory(program=program, one__user__name="Sam", private=True)

    file = b"".join(as_staff.get(at("exclusions-export", program)).streaming_content).decode()

    assert "Amara,Noor,They are family or close friends," in file
    assert "Sam" not in file
    assert AuditEvent.objects.filter(verb="exclusions.exported").exists()
