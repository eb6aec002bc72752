from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from checkins.notes.models import LONGEST_NOTE, Note
from mentoring.kernel.forms import EvenhandForm, OneOf


def _text_field() -> forms.CharField:
    return forms.CharField(
        label=gettext_lazy("Your note"),
        max_length=LONGEST_NOTE,
        widget=forms.Textarea(attrs={"rows": 8, "dir": "auto"}),
        error_messages={"required": gettext_lazy("Write something first.")},
    )


class WriteNote(EvenhandForm, forms.Form):
    submit_label = gettext_lazy("Save this note")

    text = _text_field()

    def __init__(self, *arguments: Any, other: str, **names: Any) -> None:
        super().__init__(*arguments, **names)
        name = {"name": other}
        self.fields["of_both"] = OneOf(
            label=_("Who can read it?"),
            choices=[("both", _("You two")), ("me", _("Only you"))],
            choice_hints={
                "both": _("You and %(name)s read it, and each of you can change it.") % name,
                "me": _("To think before you meet. %(name)s does not learn that it is there. You can open it to both later.") % name,
            },
            coerce=lambda value: value == "both",
            error_messages={"required": _("Choose who can read it.")},
        )
        self.order_fields(["of_both", "text"])
        self.seen_by("text", _("as you choose above: you and %(name)s, or only you. Coordinators and admins don’t.") % name, icon="lock")


class EditNote(EvenhandForm, forms.Form):
    submit_label = gettext_lazy("Save this note")

    text = _text_field()
    version = forms.IntegerField(min_value=1, max_value=2**31 - 1, widget=forms.HiddenInput)

    def __init__(self, *arguments: Any, note: Note, other: str, **names: Any) -> None:
        super().__init__(*arguments, **names)
        self.fields["text"].label = _("The note of you two") if note.is_of_both else _("Your note")
        if note.is_of_both:
            words = _("you and %(name)s. Coordinators and admins don’t.")
        else:
            words = _("only you. Neither %(name)s nor coordinators nor admins do.")
        self.seen_by("text", words % {"name": other}, icon="lock")
