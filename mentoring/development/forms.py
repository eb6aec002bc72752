from crispy_forms.layout import Layout
from django import forms
from django.utils.translation import gettext_lazy as _

from mentoring.kernel.forms import ClockInput, DayInput, EvenhandForm, OneOf, Together


class EveryField(EvenhandForm, forms.Form):
    """One field of each kind that the template pack draws."""

    submit_label = _("Suggest this time")
    audiences = {"note": _("you and Jonas. Coordinators see that you met, and never these words.")}

    name = forms.CharField(label=_("What are you called?"), help_text=_("A hint says what is expected."))
    minutes = forms.IntegerField(
        label=_("How many minutes?"),
        min_value=5,
        max_value=480,
        widget=forms.NumberInput(attrs={"class": "input--num", "inputmode": "numeric"}),
    )
    rhythm = forms.ChoiceField(
        label=_("How often do you meet?"), choices=[("2", _("Every two weeks")), ("4", _("Every four weeks"))], required=False
    )
    day = forms.DateField(label=_("Date"), widget=DayInput)
    start = forms.TimeField(label=_("Started"), widget=ClockInput)
    mode = OneOf(
        label=_("How will you meet?"),
        choices=[("person", _("In person, in a public place")), ("video", _("By video"))],
        choice_hints={"video": _("Cameras may stay off.")},
    )
    who = OneOf(
        label=_("Who picks the next time?"),
        choices=[("partner", _("Jonas picks")), ("me", _("I pick")), ("later", _("Later"))],
        in_a_row=True,
        required=False,
    )
    topics = forms.MultipleChoiceField(
        label=_("What did you talk about?"),
        choices=[("1", _("How to read a p-value")), ("2", _("What to leave out"))],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    sheet = forms.FileField(label=_("A file"), required=False)
    note = forms.CharField(label=_("A note to remember it by"), widget=forms.Textarea, required=False)
    private = forms.CharField(label=_("What only you see"), widget=forms.Textarea, required=False)
    agreed = forms.BooleanField(label=_("I have read it and will keep to it."))

    def __init__(self, *arguments: object, **names: object) -> None:
        super().__init__(*arguments, **names)
        self.seen_by("private", _("only you. It is stored encrypted."), icon="lock")
        self.helper.layout = Layout(
            "name",
            "minutes",
            "rhythm",
            Together("day", "start", legend=_("When?"), hint=_("In your time: London.")),
            "mode",
            "who",
            "topics",
            "sheet",
            "note",
            "private",
            "agreed",
        )
