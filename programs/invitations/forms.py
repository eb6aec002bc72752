from datetime import datetime
from typing import TYPE_CHECKING, Any

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mentoring.kernel.forms import EvenhandForm
from mentoring.kernel.lists.filters import ListFilter
from programs.invitations import addresses
from programs.invitations.models import Invitation
from programs.invitations.services import InvitationDraft
from programs.memberships.models import Cohort, Membership

if TYPE_CHECKING:
    from programs.invitations.models import InvitationQuerySet

MOST_AT_ONCE = 200


class InviteForm(EvenhandForm, forms.Form):
    submit_label = gettext_lazy("Send the invitations")

    people = forms.CharField(
        label=gettext_lazy("Whom do you want to invite?"),
        help_text=gettext_lazy("One address a line. You can put the name before it: Amara Okoye <amara@example.org>"),
        widget=forms.Textarea(attrs={"rows": 5, "autocomplete": "off"}),
    )
    roles = forms.MultipleChoiceField(
        label=gettext_lazy("What will they do?"), widget=forms.CheckboxSelectMultiple, initial=["is_participant"]
    )
    cohort = forms.ModelChoiceField(
        label=gettext_lazy("Which cohort do they join?"), queryset=Cohort.objects.none(), required=False, empty_label=gettext_lazy("None")
    )

    audiences = {"people": gettext_lazy("coordinators and admins of this program.")}

    def __init__(self, *arguments: Any, by: Membership, **names: Any) -> None:
        super().__init__(*arguments, **names)
        offered = ["is_participant", "is_coordinator", *(["is_admin"] if by.is_admin else [])]
        roles: Any = self.fields["roles"]
        roles.choices = [(role, Membership.ROLES[role]) for role in offered]
        cohort: Any = self.fields["cohort"]
        cohort.queryset = Cohort.objects.filter(program=by.program_id).order_by("-starts_on", "name")

    def clean_people(self) -> list[tuple[str, str]]:
        """(name, address) of each line, each address once."""
        written = addresses.entries_of(self.cleaned_data["people"])
        if len(written) > MOST_AT_ONCE:
            raise ValidationError(_("This is for up to %(most)d people at once. Import a sheet for more.") % {"most": MOST_AT_ONCE})
        found: dict[str, tuple[str, str]] = {}
        wrong = []
        for entry in written:
            name, address = addresses.name_and_address(entry)
            if addresses.is_an_address(address):
                found.setdefault(address.lower(), (name[:150], address))
            else:
                wrong.append(entry)
        if wrong:
            raise ValidationError(
                [_("“%(line)s” is not an email address. Write it like name@example.org.") % {"line": entry} for entry in wrong]
            )
        return list(found.values())

    def drafts(self) -> list[InvitationDraft]:
        chosen = self.cleaned_data["roles"]
        return [
            InvitationDraft(
                email=email,
                name=name,
                is_participant="is_participant" in chosen,
                is_coordinator="is_coordinator" in chosen,
                is_admin="is_admin" in chosen,
            )
            for name, email in self.cleaned_data["people"]
        ]


class InvitationFilter(ListFilter):
    """`now` is when the list is looked at: it says who has run out."""

    q = django_filters.CharFilter(label=gettext_lazy("Name or address"), method="by_words")
    state = django_filters.ChoiceFilter(
        label=gettext_lazy("State"),
        choices=[
            ("open", gettext_lazy("Waiting for an answer")),
            ("run_out", gettext_lazy("Has run out")),
            ("accepted", gettext_lazy("Has joined")),
            ("withdrawn", gettext_lazy("Taken back")),
        ],
        empty_label=gettext_lazy("All of them"),
        method="by_state",
    )

    class Meta:
        model = Invitation
        fields: list[str] = []

    def __init__(self, *arguments: Any, now: datetime, **names: Any) -> None:
        super().__init__(*arguments, **names)
        self.now = now

    def by_words(self, invitations: "InvitationQuerySet", name: str, words: str) -> "InvitationQuerySet":
        return invitations.for_whom_like(words)

    def by_state(self, invitations: "InvitationQuerySet", name: str, state: str) -> "InvitationQuerySet":
        wished = {
            "open": invitations.open_at(self.now),
            "run_out": invitations.run_out_at(self.now),
            "accepted": invitations.accepted(),
            "withdrawn": invitations.withdrawn(),
        }
        return wished[state]
