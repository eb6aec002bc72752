import html5lib
import pytest
from crispy_forms.layout import Layout
from django import forms
from django.template import Context, Template

from mentoring.kernel.forms import ClockInput, DayInput, EvenhandForm, OneOf, Together


class Log(EvenhandForm, forms.Form):
    submit_label = "Save this session"
    audiences = {"note": "you and Jonas."}

    day = forms.DateField(label="Date", widget=DayInput)
    start = forms.TimeField(label="Started", widget=ClockInput)
    minutes = forms.IntegerField(label="Minutes", help_text="Roughly.", min_value=5, max_value=480)
    note = forms.CharField(label="A note", help_text="To remember it by.", max_length=20, required=False, widget=forms.Textarea)
    mode = forms.ChoiceField(label="How did you meet?", choices=[("here", "In person"), ("there", "By video")], widget=forms.RadioSelect)
    kept = forms.BooleanField(label="We kept to the time", required=False)
    origin = forms.CharField(widget=forms.HiddenInput, required=False)


def drawn(form, source="{% load crispy_forms_tags %}{% crispy form %}"):
    page = Template(source).render(Context({"form": form, "csrf_token": "key"}))
    return html5lib.parseFragment(page, namespaceHTMLElements=False)


def field_of(tree, name):
    (field,) = [
        field for field in tree.iter() if "field" in (field.get("class") or "").split() and field.find(f".//*[@name='{name}']") is not None
    ]
    return field


def words_of(element):
    return " ".join("".join(element.itertext()).split())


def test_what_is_typed_runs_in_the_direction_of_its_script():
    tree = drawn(Log())

    found = {name: field_of(tree, name).find(f".//*[@name='{name}']").get("dir") for name in ("note", "minutes", "day")}

    assert found == {"note": "auto", "minutes": None, "day": None}


def test_the_order_is_label_hint_error_input_seen():
    field = field_of(drawn(Log({"note": "x" * 21})), "note")

    assert [child.get("id") or child.get("class") for child in field] == [
        "label",
        "id_note_hint",
        "id_note_error",
        "id_note",
        "id_note_seen",
    ]
    assert "field--error" in field.get("class")


def test_an_input_is_described_by_all_that_is_said_about_it():
    control = field_of(drawn(Log({"note": "x" * 21})), "note").find(".//textarea")

    assert control.get("aria-describedby") == "id_note_hint id_note_error id_note_seen"
    assert control.get("aria-invalid") == "true"


def test_a_field_that_nothing_is_said_about_is_described_by_nothing():
    control = field_of(drawn(Log()), "day").find("input")

    assert control.get("aria-describedby") is None
    assert control.get("aria-invalid") is None


def test_only_what_may_stay_empty_says_so():
    tree = drawn(Log())

    assert words_of(field_of(tree, "note").find("label")) == "A note (you can leave this empty)"
    assert words_of(field_of(tree, "minutes").find("label")) == "Minutes"
    assert words_of(field_of(tree, "kept")) == "We kept to the time"


def test_radios_are_a_group_with_a_legend():
    group = field_of(drawn(Log({})), "mode")

    assert group.tag == "fieldset"
    assert words_of(group.find("legend")) == "How did you meet?"
    assert group.get("aria-describedby") == "id_mode_error"
    assert [words_of(choice) for choice in group.findall(".//label[@class='choice']")] == ["In person", "By video"]


def test_a_choice_can_have_a_hint_of_its_own():
    form = Log()
    form.fields["mode"] = OneOf(choices=[("here", "In person"), ("there", "By video")], choice_hints={"there": "Cameras may stay off."})

    choices = field_of(drawn(form), "mode").findall(".//label")

    assert [words_of(choice) for choice in choices] == ["In person", "By videoCameras may stay off."]


def test_short_choices_can_stand_in_a_row():
    form = Log()
    form.fields["mode"] = OneOf(choices=[("here", "In person"), ("there", "By video")], in_a_row=True)

    assert field_of(drawn(form), "mode").find("div[@class='choices choices--row']") is not None


def test_one_question_a_page_is_its_heading():
    form = Log()
    form.fields["mode"].is_page_heading = True

    assert words_of(field_of(drawn(form), "mode").find("legend/h1")) == "How did you meet?"


def test_the_browser_never_cuts_off_what_people_type():
    assert field_of(drawn(Log()), "note").find(".//textarea").get("maxlength") is None


def test_the_form_leaves_judging_to_the_server_and_can_be_sent_once():
    tree = drawn(Log())

    form = tree.find("form")
    assert "novalidate" in form.attrib
    assert form.find("input[@name='csrfmiddlewaretoken']").get("value") == "key"
    assert form.find("input[@name='once']") is not None
    assert [words_of(button) for button in form.findall(".//button")] == ["Save this session"]
    assert [button.get("class") for button in form.findall(".//button")] == ["button"]


def test_the_filter_writes_the_fields_alone():
    tree = drawn(Log(), "{% load crispy_forms_tags %}{{ form|crispy }}")

    assert tree.find(".//form") is None
    assert tree.find(".//button") is None
    assert len(tree.findall(".//*[@name='mode']")) == 2


def test_django_itself_draws_a_field_in_the_same_way():
    assert field_of(drawn(Log(), "{{ form.note.as_field_group }}"), "note").find("p[@id='id_note_seen']") is not None


def test_fields_that_answer_one_question_stand_under_one_legend():
    form = Log()
    form.helper.layout = Layout(Together("day", "start", legend="When?", hint="In your time: London."), "minutes")

    group = drawn(form).find(".//fieldset")

    assert words_of(group.find("legend")) == "When?"
    assert group.get("aria-describedby") == group.find("div[@class='hint']").get("id")
    assert [control.get("name") for control in group.findall(".//input")] == ["day", "start"]


def test_a_day_and_a_time_are_written_as_browsers_take_them():
    tree = drawn(Log({"day": "2026-11-19", "start": "16:00"}))

    assert field_of(tree, "day").find("input").get("value") == "2026-11-19"
    assert field_of(tree, "start").find("input").get("type") == "time"


@pytest.mark.parametrize(
    ("data", "name", "words"),
    [
        ({}, "day", "Fill in “Date”"),
        ({}, "mode", "Choose an answer to “How did you meet?”"),
        ({"minutes": "2"}, "minutes", "Enter a number from 5 to 480"),
        ({"minutes": "many"}, "minutes", "Enter a number from 5 to 480"),
        ({"note": "x" * 21}, "note", "Write at most 20 characters. Now there are 21."),
    ],
)
def test_an_error_says_what_to_do(data, name, words):
    assert Log(data).errors[name] == [words]


def test_the_words_of_the_form_itself_are_kept():
    class Own(EvenhandForm, forms.Form):
        name = forms.CharField(error_messages={"required": "Say what you are called"})

    assert Own({}).errors["name"] == ["Say what you are called"]


def test_one_form_does_not_change_the_words_of_another():
    class Free(forms.Form):
        minutes = Log.base_fields["minutes"]

    Log({"minutes": "2"}).errors  # noqa: B018 - asking is what cleans

    assert "Enter a number" not in str(Free({"minutes": "2"}).errors)


def test_who_sees_it_can_be_said_when_the_form_is_made():
    form = Log()
    form.seen_by("note", "only you.", icon="lock")

    assert words_of(field_of(drawn(form), "note").find("p[@id='id_note_seen']")) == "Who sees this: only you."
