from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import django_filters
from crispy_forms.layout import Layout
from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mentoring.kernel import times
from mentoring.kernel.dates import written
from mentoring.kernel.forms import ClockInput, DayInput, EvenhandForm, Together
from mentoring.kernel.lists.filters import ListFilter
from mentoring.kernel.outbox import kinds
from mentoring.kernel.outbox.models import OutboxMessage
from mentoring.kernel.wishes.services import LONGEST_SNOOZE, Wishes
from programs.mail import log

if TYPE_CHECKING:
    from mentoring.kernel.outbox.models import OutboxMessageQuerySet


class MailChoices(EvenhandForm, forms.Form):
    """Which mail a person wants, and when."""

    submit_label = gettext_lazy("Save")

    categories = forms.MultipleChoiceField(
        label=gettext_lazy("Which mail do you want?"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=gettext_lazy("What you switch off stops at once. You still find all of it here."),
    )
    gathers = forms.BooleanField(
        label=gettext_lazy("Put it together: one mail a day, in the morning"),
        required=False,
        help_text=gettext_lazy("Else a mail comes when there is something, and still at most one a day."),
    )
    quiet_from = forms.TimeField(label=gettext_lazy("From"), widget=ClockInput)
    quiet_until = forms.TimeField(label=gettext_lazy("Until"), widget=ClockInput)

    def __init__(self, *arguments: Any, wishes: Wishes, **names: Any) -> None:
        offered = kinds.categories()
        initial = {
            "categories": [category.name for category in offered if wishes.wants(category.name)],
            "gathers": wishes.gathers,
            "quiet_from": wishes.quiet_from,
            "quiet_until": wishes.quiet_until,
        }
        super().__init__(*arguments, initial=initial, **names)
        field: Any = self.fields["categories"]
        field.choices = [(category.name, category.label) for category in offered]
        field.choice_hints = {category.name: category.about for category in offered}
        field.optional_goes_unsaid = True
        self.fields["gathers"].optional_goes_unsaid = True  # type: ignore[attr-defined]
        hint = _("By your clock (%(place)s). The same time twice means: no quiet hours.") % {
            "place": times.place_of(timezone.get_current_timezone_name())
        }
        self.helper.layout = Layout(
            "categories", "gathers", Together("quiet_from", "quiet_until", legend=_("When should no mail come?"), hint=hint)
        )


class Pause(EvenhandForm, forms.Form):
    """Until when nothing comes that can wait: one of three buttons, or a day."""

    DAYS = {"tomorrow": 1, "week": 7, "fortnight": 14}

    submit_label = gettext_lazy("Pause until this day")

    day = forms.DateField(label=gettext_lazy("Another day"), widget=DayInput, required=False)

    def __init__(self, *arguments: Any, today: date, **names: Any) -> None:
        super().__init__(*arguments, **names)
        self.today = today
        self.fields["day"].optional_goes_unsaid = True  # type: ignore[attr-defined]
        self.fields["day"].help_text = _("At most 90 days from now.")

    @property
    def offered(self) -> list[tuple[str, str]]:
        """What each of the buttons sends, and what stands on it."""
        words = {
            "tomorrow": _("Not before tomorrow"),
            "week": _("In a week: %(day)s"),
            "fortnight": _("In two weeks: %(day)s"),
        }
        return [(name, words[name] % {"day": written(self.today + timedelta(days=ahead), "day")}) for name, ahead in self.DAYS.items()]

    def clean_day(self) -> date:
        ahead = self.DAYS.get(self.data.get("until", ""))
        day: date | None = self.today + timedelta(days=ahead) if ahead else self.cleaned_data["day"]
        if day is None:
            raise forms.ValidationError(_("Choose a day."))
        if not self.today < day <= self.today + LONGEST_SNOOZE:
            raise forms.ValidationError(_("Choose a day between tomorrow and 90 days from now."))
        return day

    def until(self) -> datetime:
        """When that day begins, by the person's clock."""
        return times.start_of(self.cleaned_data["day"], timezone.get_current_timezone_name())


class LogFilter(ListFilter):
    q = django_filters.CharFilter(label=gettext_lazy("Name"), method="by_name")
    what = django_filters.ChoiceFilter(label=gettext_lazy("About"), empty_label=gettext_lazy("Everything"), field_name="kind")
    became = django_filters.ChoiceFilter(
        label=gettext_lazy("What became of it"),
        choices=[(name, outcome.label) for name, outcome in log.OUTCOMES.items()],
        empty_label=gettext_lazy("Whatever"),
        method="by_outcome",
    )

    class Meta:
        model = OutboxMessage
        fields: list[str] = []

    def __init__(self, *arguments: Any, **names: Any) -> None:
        super().__init__(*arguments, **names)
        # Apps declare their kinds when they are loaded.
        self.filters["what"].extra["choices"] = sorted(log.kinds_in_words().items(), key=lambda kind: kind[1])

    def by_name(self, mails: "OutboxMessageQuerySet", name: str, words: str) -> "OutboxMessageQuerySet":
        return log.to_people_called_like(mails, words)

    def by_outcome(self, mails: "OutboxMessageQuerySet", name: str, outcome: str) -> "OutboxMessageQuerySet":
        return mails.filter(log.OUTCOMES[outcome].condition)
