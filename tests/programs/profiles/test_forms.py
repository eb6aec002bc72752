from datetime import date

import pytest
from django.http import QueryDict

from programs.profiles.forms import ProfileForm
from programs.profiles.models import ProfileAnswer
from tests.factories.programs import ProfileFactory, ProfileQuestionFactory
from tests.times import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture
def profile():
    return ProfileFactory(seeks_mentoring=True, paused_until=date(2026, 5, 1))


@pytest.fixture
def ask(profile):
    return lambda **question: ProfileQuestionFactory(program=profile.membership.program, **question)


def form_with(profile, *questions, **typed):
    data = QueryDict(mutable=True)
    for name, value in typed.items():
        data.setlist(name, value if isinstance(value, list) else [value])
    return ProfileForm(data or None, profile=profile, questions=list(questions))


def test_it_begins_with_what_was_said_before(profile, ask):
    languages, values = ask(kind="languages"), ask(kind="several", choices=["Family", "Nature"])
    ProfileAnswer.objects.create(profile=profile, question=languages, value=["English", "Igbo"])
    ProfileAnswer.objects.create(profile=profile, question=values, value=["Nature"])

    form = form_with(profile, languages, values)

    assert form["wish"].value() == "seeks"
    assert form["paused_until"].value() == date(2026, 5, 1)
    assert form[f"question_{languages.pk}"].value() == "English, Igbo"
    assert form[f"question_{values.pk}"].value() == ["Nature"]


@pytest.mark.parametrize(
    ("wish", "sides"), [("offers", (True, False)), ("seeks", (False, True)), ("both", (True, True)), ("", (False, False))]
)
def test_a_wish_is_one_side_or_the_other_or_both_or_not_said_yet(profile, wish, sides):
    form = form_with(profile, wish=wish, offers_capacity="2")

    assert form.is_valid()
    said = form.said()
    assert (said["offers_mentoring"], said["seeks_mentoring"], said["offers_capacity"]) == (*sides, 2)


def test_languages_are_a_list_however_they_are_written(profile, ask):
    languages = ask(kind="languages")

    form = form_with(profile, languages, wish="seeks", **{f"question_{languages.pk}": " English; Igbo / English,, Urdu "})

    assert form.is_valid()
    assert form.said()["answers"] == {languages: ["English", "Igbo", "Urdu"]}


def test_nothing_needs_to_be_filled_in_to_save(profile, ask):
    text, one, several = ask(is_required=True), ask(kind="one", choices=["1", "2"]), ask(kind="several", choices=["a", "b"])

    form = form_with(profile, text, one, several, asked=f"{text.pk},{one.pk},{several.pk}")

    assert form.is_valid()
    assert form.said()["answers"] == {text: None, one: None, several: []}
    assert form.said()["offers_capacity"] == 1


def test_an_answer_from_a_list_can_be_taken_back_where_it_may_stay_open(profile, ask):
    optional, needed = ask(kind="one", choices=["1", "2"]), ask(kind="one", choices=["1", "2"], is_required=True)

    form = form_with(profile, optional, needed)

    assert [str(label) for _value, label in form.fields[f"question_{optional.pk}"].choices] == ["No answer", "1", "2"]
    assert [str(label) for _value, label in form.fields[f"question_{needed.pk}"].choices] == ["1", "2"]


@pytest.mark.parametrize(
    ("kind", "typed", "said"),
    [
        ("short_text", "x" * 301, "Write at most 300 characters. Now there are 301."),
        ("long_text", "x" * 10_001, "Write at most 10000 characters. Now there are 10001."),
        ("short_text", "a\x00b", "Null characters are not allowed."),
        ("languages", "English\x00", "Null characters are not allowed."),
        ("one", "9", "Select a valid choice"),
        ("one", "\x00", "Select a valid choice"),
        ("several", ["a", "b", "c"], "Choose at most 2 of these. Now there are 3."),
    ],
)
def test_what_does_not_fit_is_said_at_its_question(profile, ask, kind, typed, said):
    choices = ["a", "b", "c"] if kind in ("one", "several") else []
    question = ask(kind=kind, choices=choices, most_choices=2 if kind == "several" else None)
    name = f"question_{question.pk}"

    form = form_with(profile, question, wish="seeks", **{name: typed})

    assert set(form.errors) == {name}
    assert said in str(form.errors[name])
    assert form[name].value() == typed


@pytest.mark.parametrize("capacity", ["0", "21", "many", "\x00"])
def test_a_number_of_people_is_one_to_twenty(profile, capacity):
    form = form_with(profile, wish="offers", offers_capacity=capacity)

    assert form.errors["offers_capacity"] == ["Enter a number from 1 to 20"]


@pytest.mark.parametrize(
    ("audience", "readers"),
    [("members", "everyone"), ("partner", "whoever you are paired with"), ("coordinators", "coordinators and admins only")],
)
def test_each_question_says_who_can_read_its_answer(profile, ask, audience, readers):
    question = ask(audience=audience)

    form = form_with(profile, question)

    assert str(form.fields[f"question_{question.pk}"].audience).startswith(readers)


# --- questions that change while somebody writes ---


def test_what_was_typed_for_a_question_stands_at_the_one_that_took_its_place(profile, ask):
    old = ask(retired_at=NOON)
    new = ask(replaces=old)

    form = form_with(profile, new, wish="both", asked=str(old.pk), **{f"question_{old.pk}": "Biology"})

    assert form.non_field_errors() == ["The questions have changed while you were writing. Look at them once more, then save."]
    assert (form["wish"].value(), form[f"question_{new.pk}"].value(), form["asked"].value()) == ("both", "Biology", str(new.pk))


def test_an_answer_to_a_question_that_nobody_saw_is_not_taken_for_emptied(profile, ask):
    seen, unseen = ask(), ask(kind="several", choices=["Family", "Nature"])
    ProfileAnswer.objects.create(profile=profile, question=unseen, value=["Nature"])

    form = form_with(profile, seen, unseen, asked=str(seen.pk), **{f"question_{seen.pk}": "Biology"})

    assert not form.is_valid()
    assert form[f"question_{unseen.pk}"].value() == ["Nature"]


def test_a_question_that_was_taken_out_stops_nobody(profile, ask):
    kept, gone = ask(), ask(retired_at=NOON)

    form = form_with(profile, kept, asked=f"{kept.pk},{gone.pk}", **{f"question_{gone.pk}": "x", f"question_{kept.pk}": "y"})

    assert form.is_valid()
    assert form.said()["answers"] == {kept: "y"}
