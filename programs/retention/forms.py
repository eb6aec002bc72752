from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from mentoring.kernel.forms import EvenhandForm
from programs.retention.models import FEWEST_MONTHS, MOST_MONTHS
from programs.retention.services import Foreseen


class MonthsForm(EvenhandForm, forms.Form):
    """A number of months for each kind that a program keeps."""

    submit_label = _("Keep things this long")

    def __init__(self, *arguments: Any, foreseen: list[Foreseen], **names: Any) -> None:
        super().__init__(*arguments, **names)
        for one in foreseen:
            self.fields[one.kind.name] = forms.IntegerField(
                label=one.kind.label,
                help_text=one.kind.hint,
                min_value=FEWEST_MONTHS,
                max_value=MOST_MONTHS,
                initial=one.months,
            )
