"""What is written of courses."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from guidelines.courses import archive
from guidelines.courses.models import Course, CourseVersion
from guidelines.courses.pictures import LONGEST_WORDS, ending_of
from guidelines.courses.pictures import MOST_BYTES as MOST_OF_A_PICTURE
from guidelines.courses.reader import (
    HEAD,
    LONGEST_MODULE,
    LONGEST_SUMMARY,
    LONGEST_TITLE,
    MOST_DAYS,
    MOST_MINUTES,
    Audience,
    Facts,
    read_module,
)
from mentoring.kernel.archives import Unreadable
from mentoring.kernel.forms import EvenhandForm, OneOf

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise

ONCE_PUBLISHED = _("everyone in the program, once you publish it. Until then, those who run the program.")
LONGEST_EXCERPT = 50
NEW = "new"


def _number(label: "_StrOrPromise", help_text: "_StrOrPromise", *, least: int, most: int, required: bool = True) -> forms.IntegerField:
    number = forms.NumberInput(attrs={"class": "input--num", "inputmode": "numeric", "step": "any"})
    return forms.IntegerField(label=label, help_text=help_text, min_value=least, max_value=most, widget=number, required=required)


class CourseFacts(EvenhandForm, forms.Form):
    submit_label = _("Save as a draft")
    audiences = {"title": ONCE_PUBLISHED, "summary": ONCE_PUBLISHED}

    revision = forms.IntegerField(widget=forms.HiddenInput, min_value=0, required=False)
    title = forms.CharField(label=_("What is it called?"), max_length=LONGEST_TITLE)
    summary = forms.CharField(
        label=_("What does somebody learn in it?"),
        help_text=_("Two or three sentences. They stand below the title."),
        max_length=LONGEST_SUMMARY,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    audience = OneOf(
        label=_("Whom is it for?"),
        choices=CourseVersion.Audience.choices,
        help_text=_("Everybody can read every course. This says who is asked to take it."),
    )
    is_required = forms.BooleanField(
        label=_("It comes before a first pairing"),
        help_text=_("Somebody who has it still to finish can say yes to a pairing. It starts when the course is done."),
        required=False,
    )
    valid_days = _number(
        _("For how many days is it valid?"),
        _("Left empty, it is valid for good. If nobody must take it and it is valid for some days, it is a refresher, offered in turn."),
        least=1,
        most=MOST_DAYS,
        required=False,
    )
    live_minutes = _number(
        _("How many minutes do people spend on it together?"),
        _("For example an evening with a trainer. 0 where there is none. You record who was there."),
        least=0,
        most=MOST_MINUTES,
    )

    def facts(self) -> Facts:
        """Of what was typed, when it is valid."""
        told = self.cleaned_data
        return Facts(
            title=told["title"],
            summary=" ".join(told["summary"].split()),
            audience=Audience(told["audience"]),
            is_required=told["is_required"],
            valid_days=told["valid_days"],
            live_minutes=told["live_minutes"],
        )


class WriteModule(EvenhandForm, forms.Form):
    audiences = {"text": ONCE_PUBLISHED}

    # Of what was there when the page was opened, so that nobody writes over what they have not seen.
    read = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)
    text = forms.CharField(
        label=_("The module, as text"),
        widget=forms.Textarea(attrs={"rows": 26, "class": "input--long", "spellcheck": "true"}),
        max_length=LONGEST_MODULE,
        strip=False,
        error_messages={"required": _("Write something first, or leave this module out.")},
    )

    def clean_text(self) -> str:
        text = str(self.cleaned_data["text"]).replace("\r\n", "\n").replace("\r", "\n").strip() + "\n"
        try:
            read_module(text)
        except Unreadable as unreadable:
            lines = text.split("\n")
            raise forms.ValidationError([_with_the_line(str(mistake), lines, mistake.line) for mistake in unreadable.mistakes]) from None
        return text


class AddPicture(EvenhandForm, forms.Form):
    """Beside `WriteModule`, whose text says on which screens it can stand."""

    audiences = {"picture": ONCE_PUBLISHED}

    picture = forms.FileField(
        label=_("Which picture?"),
        help_text=_("PNG, JPEG or WebP, at most 2 MB. A photo may tell where it was taken: the file is shown as you give it."),
        max_length=200,
        widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg,image/webp"}),
        error_messages={"empty": _("This file is empty."), "max_length": _("The name of this file is too long. Give it a shorter one.")},
    )
    shows = forms.CharField(
        label=_("What does it show?"),
        help_text=_("For whoever does not see it: a sentence that says what matters in it."),
        max_length=LONGEST_WORDS,
    )
    below = forms.CharField(
        label=_("What should stand below it?"),
        help_text=_("A line for everybody."),
        max_length=LONGEST_WORDS,
        required=False,
    )
    screen = forms.ChoiceField(label=_("On which screen?"), help_text=_("It comes after the text of the screen, before its choices."))

    def __init__(self, *arguments: Any, text: str, **names: Any) -> None:
        super().__init__(*arguments, **names)
        field: Any = self.fields["screen"]
        heads = [head for line in text.splitlines() if (head := HEAD.fullmatch(line))]
        field.choices = [(head.group(), head["title"]) for head in heads]

    def clean_picture(self) -> UploadedFile:
        file: UploadedFile = self.cleaned_data["picture"]
        if (file.size or 0) > MOST_OF_A_PICTURE:
            raise forms.ValidationError(
                _("This picture is larger than 2 MB. Make it smaller, such as 1600 dots across, and choose it once more.")
            )
        if not ending_of(file.read()):
            raise forms.ValidationError(_("This is no PNG, JPEG or WebP picture, whatever its name says. Choose another file."))
        file.seek(0)
        return file

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if self.errors and "picture" not in self.errors:
            self.choose_again()
        return cleaned

    def told(self) -> dict[str, Any]:
        """What the service takes."""
        cleaned = self.cleaned_data
        file: UploadedFile = cleaned["picture"]
        words = {name: cleaned[name] for name in ("shows", "below", "screen")}
        return {"content": file.read(), "file": file.name or "", **words}

    def choose_again(self) -> None:
        """No browser keeps a file that was chosen."""
        self.add_error("picture", _("Choose the picture once more: your browser has not kept it."))


class PublishCourse(EvenhandForm, forms.Form):
    revision = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    summary = forms.CharField(
        label=_("What changed, in a sentence?"),
        help_text=_("For example: a new situation about messages late at night."),
        max_length=300,
        error_messages={"required": _("Say in a sentence what changed, so that people know what to look for.")},
    )
    audiences = {"summary": _("those who run the program.")}

    def __init__(self, *arguments: Any, is_first: bool, **names: Any) -> None:
        super().__init__(*arguments, **names)
        # Of a first version nothing has changed.
        self.fields["summary"].required = not is_first


class ImportCourse(EvenhandForm, forms.Form):
    submit_label = _("Read it in as a draft")
    audiences = {"file": _("those who run the program, until you publish it. The file itself is not kept.")}

    file = forms.FileField(
        label=_("Which file?"),
        help_text=_("A zip file of a course, as “Save as a file” makes it: course.yaml, a text file for each module, and its pictures."),
        max_length=200,
        widget=forms.FileInput(attrs={"accept": ".zip"}),
        error_messages={
            "required": _("Choose a file."),
            "empty": _("This file is empty."),
            "max_length": _("The name of this file is too long. Give it a shorter one."),
        },
    )
    into = OneOf(label=_("What does it become?"))

    def __init__(self, *arguments: Any, courses: list[tuple[Course, str]], **names: Any) -> None:
        super().__init__(*arguments, **names)
        field: Any = self.fields["into"]
        field.choices = [
            (NEW, _("A new course")),
            *((str(course.pk), _("The next version of “%(title)s”") % {"title": title}) for course, title in courses),
        ]

    def clean_file(self) -> archive.CourseText:
        file: UploadedFile = self.cleaned_data["file"]
        if (file.size or 0) > archive.MOST_OF_A_ZIP:
            raise forms.ValidationError(_("This file is larger than 23 MB. A course with its pictures takes less."))
        try:
            return archive.read_zip(file)
        except Unreadable as unreadable:
            raise forms.ValidationError([str(mistake) for mistake in unreadable.mistakes[:20]]) from None


def _with_the_line(words: str, lines: list[str], number: int) -> str:
    """Nobody counts lines in a box: the line itself stands with what is wrong in it."""
    line = lines[number - 1].strip() if 0 < number <= len(lines) else ""
    if not line:
        return words
    return _("%(words)s It reads: “%(line)s”") % {"words": words, "line": line[:LONGEST_EXCERPT]}
