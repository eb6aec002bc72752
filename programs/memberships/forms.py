from typing import TYPE_CHECKING, Any

import django_filters
from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from mentoring.kernel.forms import AnyOf, EvenhandForm
from mentoring.kernel.lists.filters import ListFilter
from programs.memberships.models import STILL_TO_DO, Membership

if TYPE_CHECKING:
    from programs.memberships.models import MembershipQuerySet

ROLE_HINTS = {
    "is_participant": _("Can be paired with somebody, and answers check-ins."),
    "is_coordinator": _("Invites and pairs people, and sees how pairs are doing."),
    "is_admin": _("Looks after safety: also says who is an admin, and who reads answers."),
    "is_deputy": _("Is told of a concern when everybody else who could read it has a part in it. One person."),
}
# Who sees what a coordinator must not is for admins to say.
FOR_ADMINS = ("is_admin", "is_deputy")


class PeopleFilter(ListFilter):
    q = django_filters.CharFilter(label=_("Name or address"), method="by_words")
    role = django_filters.ChoiceFilter(
        label=_("Role"), choices=list(Membership.ROLES.items()), empty_label=_("Every role"), method="by_role"
    )
    ready = django_filters.ChoiceFilter(
        label=_("Ready"),
        choices=[
            ("ready", _("Ready")),
            ("open", _("Something still to do")),
            *((key, format_lazy(_("Still to do: {what}"), what=words)) for key, words in STILL_TO_DO.items()),
        ],
        empty_label=_("Either way"),
        method="by_readiness",
    )
    state = django_filters.ChoiceFilter(
        label=_("State"), choices=[("left", _("Have left")), ("all", _("Everyone"))], empty_label=_("In the program"), method="by_state"
    )

    class Meta:
        model = Membership
        fields: list[str] = []

    @property
    def qs(self) -> "MembershipQuerySet":
        """Those who are in the program now, unless the list asks for others."""
        asked = self.form.cleaned_data.get("state") if self.is_valid() else ""
        people: MembershipQuerySet = super().qs
        return people if asked else people.filter(left_at=None)

    def by_words(self, people: "MembershipQuerySet", name: str, words: str) -> "MembershipQuerySet":
        return people.called_like(words)

    def by_role(self, people: "MembershipQuerySet", name: str, role: str) -> "MembershipQuerySet":
        return people.filter(**{role: True})

    def by_readiness(self, people: "MembershipQuerySet", name: str, wished: str) -> "MembershipQuerySet":
        if wished == "ready":
            return people.participants().exclude(ready_at=None)
        if wished == "open":
            return people.participants().filter(ready_at=None)
        return people.participants().filter(requirements__key=wished, requirements__done_at=None)

    def by_state(self, people: "MembershipQuerySet", name: str, state: str) -> "MembershipQuerySet":
        return people.exclude(left_at=None) if state == "left" else people


class RolesForm(EvenhandForm, forms.Form):
    """The roles of one person. To who is no admin it offers those alone that are theirs to give."""

    submit_label = _("Save the roles")

    def __init__(self, *arguments: Any, membership: Membership, by: Membership, **names: Any) -> None:
        super().__init__(*arguments, **names)
        self.membership = membership
        self.offered = [role for role in Membership.ROLES if by.is_admin or role not in FOR_ADMINS]
        roles: Any = AnyOf(
            label=_("What are they here?"),
            choices=[(role, Membership.ROLES[role]) for role in self.offered],
            choice_hints=ROLE_HINTS,
            initial=[role for role in self.offered if getattr(membership, role)],
            required=False,
            help_text=_("They see their new pages at once."),
        )
        roles.optional_goes_unsaid = True
        self.fields["roles"] = roles

    def wished(self) -> dict[str, bool]:
        """Every role: as ticked where it was offered, as it is where it was not."""
        ticked = self.cleaned_data["roles"]
        return {role: role in ticked if role in self.offered else getattr(self.membership, role) for role in Membership.ROLES}
