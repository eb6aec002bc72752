"""How a form of ours says its button and its readers. `templates/evenhand/` draws it; its words are in the form itself."""

from collections.abc import Mapping
from copy import copy
from typing import TYPE_CHECKING, Any, ClassVar

from crispy_forms.helper import FormHelper
from crispy_forms.layout import LayoutObject, Submit
from crispy_forms.utils import TEMPLATE_PACK
from django import forms
from django.core.validators import MaxLengthValidator, MaxValueValidator, MinValueValidator
from django.forms.utils import pretty_name
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise

    _Form = forms.BaseForm
    _ChoiceField = forms.ChoiceField
else:
    _Form = _ChoiceField = object


class EvenhandForm(_Form):
    """Comes first among the bases: `class ProposeDecision(EvenhandForm, forms.Form)`.

    `submit_label` says what happens when the button is pressed; `audiences` says for each field who can read what is written there.
    `{% crispy form %}` writes the whole form; `{{ form|crispy }}` only its fields, for a page with buttons of its own.
    """

    submit_label: ClassVar["_StrOrPromise"] = _("Save")
    audiences: ClassVar[Mapping[str, "_StrOrPromise"]] = {}

    helper: FormHelper

    def __init__(self, *arguments: Any, **names: Any) -> None:
        super().__init__(*arguments, **names)
        for name, words in self.audiences.items():
            self.seen_by(name, words)
        self.helper = FormHelper()
        self.helper.add_input(Submit("", self.submit_label))

    def full_clean(self) -> None:
        for name, field in self.fields.items():
            _say_it_plainly(field, field.label or pretty_name(name))
        super().full_clean()

    def seen_by(self, name: str, words: "_StrOrPromise", icon: str = "eye") -> None:
        """Say under a field who can read it. `icon="lock"` for what is encrypted or private to one person."""
        field: Any = self.fields[name]
        field.audience = words
        field.audience_icon = icon


def _say_it_plainly(field: forms.Field, label: "_StrOrPromise") -> None:
    """Say what to do instead of what is invalid, and for which question: in the summary each line stands alone. A form's own words stay."""
    if field.error_messages.get("required") == forms.Field.default_error_messages["required"]:
        field.error_messages["required"] = format_lazy(_words_for_nothing(field), label=label)
    if isinstance(field, forms.IntegerField | forms.DecimalField) and (words := _words_for_a_number(field)):
        field.error_messages["invalid"] = words
        field.validators = [_with_words(validator, words, MinValueValidator, MaxValueValidator) for validator in field.validators]
    too_long = _("Write at most %(limit_value)d characters. Now there are %(show_value)d.")
    field.validators = [_with_words(validator, too_long, MaxLengthValidator) for validator in field.validators]


def _words_for_nothing(field: forms.Field) -> "_StrOrPromise":
    if isinstance(field, forms.ChoiceField | forms.ModelChoiceField):
        return _("Choose an answer to “{label}”")
    if isinstance(field, forms.BooleanField):
        return _("Tick “{label}” to go on")
    if isinstance(field, forms.FileField):
        return _("Choose a file for “{label}”")
    return _("Fill in “{label}”")


def _words_for_a_number(field: forms.IntegerField | forms.DecimalField) -> "_StrOrPromise":
    least, most = field.min_value, field.max_value
    if least is not None and most is not None:
        return format_lazy(_("Enter a number from {least} to {most}"), least=least, most=most)
    if least is not None:
        return format_lazy(_("Enter a number that is {least} or more"), least=least)
    if most is not None:
        return format_lazy(_("Enter a number that is {most} or less"), most=most)
    return ""


def _with_words(validator: Any, words: "_StrOrPromise", *kinds: type) -> Any:
    """The same check with other words. A copy, since the forms of one class share their validators."""
    if type(validator) not in kinds:
        return validator
    validator = copy(validator)
    validator.message = words
    return validator


class _Offered(_ChoiceField):
    """`choice_hints` says something under a choice, by its value. `in_a_row`: short choices stand side by side where there is room."""

    def __init__(self, *, choice_hints: Mapping[str, "_StrOrPromise"] | None = None, in_a_row: bool = False, **names: Any) -> None:
        super().__init__(**names)
        self.choice_hints = choice_hints or {}
        self.in_a_row = in_a_row


class OneOf(_Offered, forms.TypedChoiceField):
    """One of a few choices, each with a button of its own."""

    widget = forms.RadioSelect


class AnyOf(_Offered, forms.MultipleChoiceField):
    """Any of a few choices, each with a box to tick."""

    widget = forms.CheckboxSelectMultiple


class DayInput(forms.DateInput):
    """A day, in the browser's own calendar."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        # Browsers take and give this form alone, whatever the language.
        super().__init__(attrs={"class": "input--short", **(attrs or {})}, format="%Y-%m-%d")


class ClockInput(forms.TimeInput):
    """A time of day, without seconds."""

    input_type = "time"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs={"class": "input--short", **(attrs or {})}, format="%H:%M")


class Together(LayoutObject):  # type: ignore[misc]
    """Fields that answer one question, side by side under its legend: `Together("day", "start", legend=_("When?"))`."""

    template = "%s/layout/together.html"

    def __init__(self, *fields: str, legend: "_StrOrPromise", hint: "_StrOrPromise" = "") -> None:
        self.fields = list(fields)
        self.legend = legend
        self.hint = hint

    def render(self, form: forms.BaseForm, context: Any, template_pack: str = TEMPLATE_PACK, **names: Any) -> SafeString:
        return render_to_string(
            self.get_template_name(template_pack),
            {
                "fields": self.get_rendered_fields(form, context, template_pack, **names),
                "legend": self.legend,
                "hint": self.hint,
                "hint_id": f"{form.add_prefix('_'.join(self.fields))}_hint",
            },
        )
