from collections.abc import Sequence
from typing import Any

from django import forms
from django.template.defaultfilters import truncatechars
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from checkins.concerns import policies, queries, services
from checkins.concerns.models import Concern
from checkins.concerns.services import LONGEST_LINE, LONGEST_TEXT, About, Given
from checkins.threads.models import Message
from mentoring.kernel.dates import written
from mentoring.kernel.errors import Refused
from mentoring.kernel.forms import AnyOf, EvenhandForm, OneOf
from programs.memberships.models import Membership

MYSELF = "me"
YES, NO = "yes", "no"
# What somebody has to know before it is sent: who reads it where not those do whom they chose; that those read it whom it may be about.
DEPUTY, NOBODY, UNTICKED = "deputy", "nobody", "unticked"
LONGEST_EXCERPT = 90
# No browser keeps or offers what was typed here.
UNKEPT = {"autocomplete": "off"}


class _ManyFilesInput(forms.FileInput):
    allow_multiple_selected = True


class ManyFiles(forms.FileField):
    """Some files, each looked at from outside: what it is, and how large."""

    widget = _ManyFilesInput(attrs={**UNKEPT})

    def clean(self, data: Any, initial: Any = None) -> list[Given]:
        chosen = [file for file in (data if isinstance(data, list | tuple) else [data]) if file]
        if len(chosen) > services.MOST_FILES:
            raise forms.ValidationError(_("Add at most %(most)s files at once.") % {"most": services.MOST_FILES})
        given = []
        for file in chosen:
            # One byte more than it may have shows that it is too large; the rest is not read.
            one = Given(name=str(file.name or "?")[:LONGEST_LINE].replace("\0", ""), content=file.read(services.MOST_BYTES + 1))
            try:
                services.recognised(one)
            except Refused as refused:
                raise forms.ValidationError(str(refused)) from refused
            given.append(one)
        return given


def _ask_for_files_again(form: forms.Form) -> None:
    """A page that comes back because of something else has lost them: no browser gives a file twice by itself."""
    if form.errors and "given" not in form.errors and form.files.getlist("given"):
        form.add_error("given", _("Choose your files again. They were not kept, since something else was missing."))


def _files(label: Any) -> ManyFiles:
    return ManyFiles(
        label=label,
        required=False,
        help_text=gettext_lazy("Pictures, recordings, letters or plain text. Five at most, each up to 5 MB."),
    )


class RaiseConcern(EvenhandForm, forms.Form):
    """Short at first; what fewer people need stands at the end. Nothing is chosen in advance."""

    submit_label = gettext_lazy("Send it")
    # What the page folds away.
    FOLDED = ("telephone", "about_staff", "who_else", "urgency", "given", "shown")

    about = AnyOf(label=gettext_lazy("Whom is it about?"), required=False)
    audience = OneOf(
        label=gettext_lazy("Who should read this?"),
        choices=Concern.Audience.choices,
        error_messages={"required": gettext_lazy("Choose who should read this.")},
    )
    words = forms.CharField(
        label=gettext_lazy("What happened?"),
        help_text=gettext_lazy("Your own words are fine. One sentence is enough."),
        max_length=LONGEST_TEXT,
        required=False,
        widget=forms.Textarea(attrs={"rows": 5, **UNKEPT}),
    )
    named = OneOf(
        label=gettext_lazy("May they see that it is you?"),
        choices=[(YES, gettext_lazy("Yes, with my name")), (NO, gettext_lazy("No, without my name"))],
        choice_hints={
            NO: gettext_lazy(
                "They can answer you here all the same. What you write, the messages you show or whom it is about may tell who you are; "
                "and whoever looks after the computer that runs this could find out."
            )
        },
        error_messages={"required": gettext_lazy("Choose whether they may see that it is you.")},
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("What is it about?"),
        choices=[("", gettext_lazy("Choose if you like")), *Concern.Kind.choices],
        required=False,
        widget=forms.Select(attrs=UNKEPT),
    )
    reach = OneOf(
        label=gettext_lazy("How may they reach you?"),
        help_text=gettext_lazy("An email says only that something is there for you. To be called you need not write a word."),
        choices=Concern.Reach.choices,
        required=False,
        in_a_row=True,
    )
    telephone = forms.CharField(
        label=gettext_lazy("To be called: under which number, and when?"),
        max_length=LONGEST_LINE,
        required=False,
        widget=forms.TextInput(attrs=UNKEPT),
    )
    about_staff = AnyOf(label=gettext_lazy("Is it about somebody who runs the program?"), required=False)
    who_else = forms.CharField(
        label=gettext_lazy("Is it about somebody else?"),
        help_text=gettext_lazy(
            "Whole names, with commas between them. Somebody of the program whose whole name you write is left out of those who read this."
        ),
        max_length=LONGEST_LINE,
        required=False,
        widget=forms.TextInput(attrs=UNKEPT),
    )
    urgency = OneOf(
        label=gettext_lazy("How soon do you need somebody?"),
        choices=Concern.Urgency.choices,
        coerce=int,
        empty_value=None,
        required=False,
    )
    given = _files(gettext_lazy("Would you like to add files?"))
    shown = AnyOf(
        label=gettext_lazy("Would you like to show messages of your pairing?"),
        help_text=gettext_lazy("They read what you tick, as it is today, and nothing else of what you two wrote."),
        required=False,
    )
    # That the person has read what they have to know.
    knows = forms.CharField(required=False, widget=forms.HiddenInput(attrs=UNKEPT))

    def __init__(
        self,
        *arguments: Any,
        by: Membership,
        may_receive: Sequence[Membership],
        partners: Sequence[queries.Partner],
        offered: Sequence[Message],
        **names: Any,
    ) -> None:
        super().__init__(*arguments, **names)
        self.by, self.may_receive = by, may_receive
        self.abouts = {str(partner.other.pk): About(partner.other, partner.pairing) for partner in partners}
        self.staff = {str(person.pk): About(person) for person in may_receive if person.pk != by.pk and str(person.pk) not in self.abouts}
        self.messages = {str(message.pk): message for message in offered}
        fields: Any = self.fields
        people = [(key, about.membership.user.full_name) for key, about in self.abouts.items()]
        fields["about"].choices = [*people, (MYSELF, _("Myself"))]
        fields["about"].help_text = _("Whoever you tick can neither read it nor see that it exists, whatever role they have.")
        fields["about_staff"].choices = [
            (key, f"{about.membership.user.full_name} ({', '.join(about.membership.role_names())})") for key, about in self.staff.items()
        ]
        fields["shown"].choices = [(key, _told(message)) for key, message in self.messages.items()]
        fields["audience"].choice_hints = self._who_reads()
        if policies.may_receive(by):
            missing = _("Those who read it see each other’s names, and that yours is missing: they can guess from it.")
            fields["named"].choice_hints = {NO: f"{fields['named'].choice_hints[NO]} {missing}"}
        for name, empty in (("about_staff", not self.staff), ("shown", not self.messages)):
            if empty:
                del fields[name]
        reads = _(
            "only those you choose above, never anyone you say it is about. It is stored encrypted, and every look at it is written down."
        )
        for name in ("words", "telephone", "who_else", "given"):
            self.seen_by(name, reads if name == "words" else _("the same people."), icon="lock")
        fields["words"].optional_goes_unsaid = True
        self.must_know, self.instead = "", ""

    def _who_reads(self) -> dict[str, str]:
        admins = [person for person in self.may_receive if person.is_admin and person.pk != self.by.pk]
        coordinators = [person for person in self.may_receive if person.is_coordinator and not person.is_admin and person.pk != self.by.pk]
        nobody = _("Nobody so far.")
        both = queries.names_of([*coordinators, *admins])
        return {
            Concern.Audience.ADMINS: _("%s. Coordinators do not learn of it.") % queries.names_of(admins) if admins else nobody,
            Concern.Audience.COORDINATORS: f"{both}." if both else nobody,
        }

    @property
    def has_folded_errors(self) -> bool:
        return any(name in self.errors for name in self.FOLDED)

    @property
    def first_fields(self) -> list[forms.BoundField]:
        return [field for field in self if field.name not in self.FOLDED]

    @property
    def folded_fields(self) -> list[forms.BoundField]:
        return [field for field in self if field.name in self.FOLDED]

    @property
    def more_is_filled_in(self) -> bool:
        return self.must_know == UNTICKED or (self.is_bound and any(self.data.get(name) for name in self.FOLDED))

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        calls = cleaned.get("reach") == Concern.Reach.CALL
        if not cleaned.get("words") and not calls and "words" not in self.errors:
            self.add_error("words", _("Write a few words, or choose to be called."))
        if calls and cleaned.get("named") == NO:
            self.add_error("named", _("To be called, they need to see who you are. Choose another way, or give your name."))
        if not self.errors:
            self._say_what_to_know(cleaned)
        _ask_for_files_again(self)
        return cleaned

    def _say_what_to_know(self, cleaned: dict[str, Any]) -> None:
        """Before it is sent: that it goes to the deputy, that nobody could read it now, or that it may be about those who read it."""
        about = self.told_about(cleaned)
        out = {half.pk for one in about if one.pairing for half in one.pairing.halves} | {one.membership.pk for one in about}
        out |= {person.pk for person in services.called(cleaned.get("who_else", ""), self.by.program)}
        readers = policies.readers(self.may_receive, audience=cleaned["audience"], raised_by_id=self.by.pk, shut_out=out)
        for_coordinators = cleaned["audience"] == Concern.Audience.COORDINATORS
        has_usual = any(reader.is_admin or (reader.is_coordinator and for_coordinators) for reader in readers)
        names_staff = any(person.pk in out for person in self.may_receive)
        situation = "" if has_usual else (DEPUTY if readers else NOBODY)
        if has_usual and cleaned.get("kind") == Concern.Kind.STAFF and not names_staff:
            situation = UNTICKED
        if situation and cleaned.get("knows") != situation:
            self.must_know, self.instead = situation, queries.names_of(readers)
            sent: Any = self.data
            self.data = sent = sent.copy()
            sent["knows"] = situation
            self.add_error(None, _("Please read first who gets this. Then send it once more."))

    def told_about(self, cleaned: dict[str, Any]) -> list[About]:
        chosen = [*cleaned.get("about", []), *cleaned.get("about_staff", [])]
        known = self.abouts | self.staff | {MYSELF: About(self.by)}
        return [known[key] for key in chosen]

    def told(self) -> dict[str, Any]:
        """What the service takes."""
        cleaned = self.cleaned_data
        return {
            "audience": cleaned["audience"],
            "is_named": cleaned["named"] == YES,
            "words": cleaned["words"],
            "kind": cleaned["kind"] or Concern.Kind.OTHER,
            "urgency": cleaned["urgency"],
            "about": self.told_about(cleaned),
            "who_else": cleaned["who_else"],
            "reach": cleaned["reach"] or Concern.Reach.HERE,
            "telephone": cleaned["telephone"],
            "given": cleaned["given"],
            "shown": [self.messages[key] for key in cleaned.get("shown", [])],
        }


class AddToConcern(EvenhandForm, forms.Form):
    submit_label = gettext_lazy("Send it")
    audiences = {"text": gettext_lazy("those who may read what you told, and nobody else. It is stored encrypted.")}

    text = forms.CharField(
        label=gettext_lazy("Write to them"),
        help_text=gettext_lazy("An answer, a question, or something that has happened since."),
        max_length=LONGEST_TEXT,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, **UNKEPT}),
    )
    given = _files(gettext_lazy("Files"))

    def __init__(self, *arguments: Any, **names: Any) -> None:
        super().__init__(*arguments, **names)
        text: Any = self.fields["text"]
        text.optional_goes_unsaid = True

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if not self.errors and not cleaned.get("text") and not cleaned.get("given"):
            self.add_error("text", _("Write a few words first."))
        _ask_for_files_again(self)
        return cleaned


def _told(message: Message) -> str:
    """By whom, when and how it begins, for one of the two, who has read it already."""
    about = {"name": message.author.user.short_name, "when": written(localtime(message.sent_at), "short_day_and_clock")}
    if message.removed_at is not None:
        return _("%(name)s, %(when)s: taken back since. They read what it said.") % about
    return _("%(name)s, %(when)s: %(beginning)s") % {**about, "beginning": truncatechars(message.text, LONGEST_EXCERPT)}
