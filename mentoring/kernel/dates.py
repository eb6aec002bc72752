"""How days and times are written for people, in one place, so that a translator gives each its form: `j. F` in German, `F j` in American.

The letters are those of Django's `date` filter. What machines read (the name of a file, a column of a spreadsheet) is no matter of
language, and stands where it is made.
"""

from datetime import date, datetime, time
from functools import lru_cache

from django.utils import dateformat
from django.utils.translation import get_language, pgettext_lazy

FORMATS = {
    "weekday_alone": pgettext_lazy("date format", "l"),
    "day": pgettext_lazy("date format", "j F"),
    "full_day": pgettext_lazy("date format", "j F Y"),
    "short_day": pgettext_lazy("date format", "j M"),
    "short_full_day": pgettext_lazy("date format", "j M Y"),
    "weekday": pgettext_lazy("date format", "l j F"),
    "full_weekday": pgettext_lazy("date format", "l j F Y"),
    "month_alone": pgettext_lazy("date format", "M"),
    "short_month": pgettext_lazy("date format", "M Y"),
    "month": pgettext_lazy("date format", "F Y"),
    "clock": pgettext_lazy("date format", "H:i"),
    "day_and_clock": pgettext_lazy("date format", "j F, H:i"),
    "full_day_and_clock": pgettext_lazy("date format", "j F Y, H:i"),
    "weekday_and_clock": pgettext_lazy("date format", "l j F, H:i"),
    "full_weekday_and_clock": pgettext_lazy("date format", "l j F Y, H:i"),
    "short_day_and_clock": pgettext_lazy("date format", "j M, H:i"),
    "short_day_and_seconds": pgettext_lazy("date format", "j M, H:i:s"),
    "short_full_day_and_seconds": pgettext_lazy("date format", "j M Y, H:i:s"),
}


# Those that say nothing of the hour.
OF_A_DAY = frozenset(form for form in FORMATS if not form.endswith(("clock", "seconds")))


def written(value: date | datetime | time, form: str) -> str:
    """`written(session.starts_at, "weekday_and_clock")`. A moment is told by the clock of the zone that it is in: localise it first."""
    if form in OF_A_DAY and isinstance(value, date):
        day = value.date() if isinstance(value, datetime) else value
        return _day(day, form, get_language())
    return dateformat.format(value, str(FORMATS[form]))


# A list names the same few days again and again. The form, and the words for months and weekdays, are those of the language.
@lru_cache(maxsize=1000)
def _day(day: date, form: str, language: str | None) -> str:
    return dateformat.format(day, str(FORMATS[form]))
