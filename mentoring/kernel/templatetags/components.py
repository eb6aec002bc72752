"""The pieces of a page. Built into every template, so that none has to load them.

What takes content is a block tag (`{% card %}…{% endcard %}`), what needs reckoning or stands in every row of a list is a tag, everything
else is a file in `templates/components/` to include. The names of the classes are those of `static/css/components.css`.
"""

import re
import unicodedata
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from django import forms
from django.contrib.staticfiles import finders
from django.forms.boundfield import BoundField
from django.forms.formsets import BaseFormSet
from django.http import QueryDict
from django.template import Context, Library, TemplateSyntaxError
from django.template.loader import render_to_string
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from mentoring.kernel.dates import written
from mentoring.kernel.names import without_titles

register = Library()


# --- Days and figures ---

MINUTES_AN_HOUR = 60


@register.filter("written", expects_localtime=True)
def _written(value: date | datetime | time | None, form: str) -> str:
    """A day or a time in one of the forms of `mentoring.kernel.dates`: `{{ session.starts_at|written:"weekday_and_clock" }}`."""
    return written(value, form) if value else ""


@register.filter
def length_of(minutes: int) -> str:
    """A number of minutes as people say it: `95` -> `1 h 35 min`."""
    hours, rest = divmod(minutes, MINUTES_AN_HOUR)
    if not hours:
        return _("%(minutes)s min") % {"minutes": rest}
    return (_("%(hours)s h %(minutes)s min") if rest else _("%(hours)s h")) % {"hours": hours, "minutes": rest}


# --- Icons and people ---

# They point somewhere, so they turn round where reading goes from right to left.
TURNING_ICONS = frozenset({"arrow", "back", "next", "exit"})

NOTICE_ICONS = {"": "info", "ok": "done", "warn": "alert", "stop": "forbid"}


@cache
def _drawings() -> Mapping[str, str]:
    """The inside of every symbol in `static/img/icons.svg`, by name."""
    source = Path(str(finders.find("img/icons.svg"))).read_text(encoding="utf-8")
    return dict(re.findall(r'<symbol id="([a-z]+)"[^>]*>(.*?)</symbol>', source))


def icon_names() -> list[str]:
    return list(_drawings())


@register.simple_tag
@cache
def icon(name: str, label: str = "") -> SafeString:
    """Draw an icon. It is decoration beside a word; `label` is for one that stands alone."""
    try:
        drawing = _drawings()[name]
    except KeyError:
        raise TemplateSyntaxError(f'There is no icon named "{name}" in static/img/icons.svg.') from None
    return format_html(
        '<svg class="icon{}" viewBox="0 0 24 24" {} focusable="false">{}</svg>',
        " icon--turn" if name in TURNING_ICONS else "",
        format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"'),
        mark_safe(drawing),  # noqa: S308 - our own file
    )


@register.filter
def initials(person: Any) -> str:
    """`Dr Amara Okoye` -> `AO`. Takes a name, a login, or somebody's place in a program."""
    person = getattr(person, "user", person)
    name = unicodedata.normalize("NFC", str(getattr(person, "full_name", person)))
    words = [word.lstrip("“\"'(") for word in without_titles(name) or name.split()]
    letters = [word[0] for word in words if word]
    return "".join(letters[:1] + letters[1:][-1:]).upper()


@register.simple_tag
def avatar(person: Any, side: str = "", size: str = "") -> SafeString:
    """The initials of somebody whose name stands beside. `side` is "one" or "two" in a pairing, and nowhere else."""
    return _avatar(initials(person), side, size)


# Of so few letters many people have the same.
@lru_cache(maxsize=1000)
def _avatar(letters: str, side: str, size: str) -> SafeString:
    return format_html(
        '<span class="avatar{}{}" aria-hidden="true">{}</span>',
        f" avatar--{side}" if side else "",
        f" avatar--{size}" if size else "",
        letters,
    )


@register.simple_tag
def pair(first: Any, second: Any, size: str = "") -> SafeString:
    """Two people on one level beam, first the circle and then the square, whoever looks."""
    return format_html('<span class="pair" aria-hidden="true">{}{}</span>', avatar(first, "one", size), avatar(second, "two", size))


# --- A state ---


@register.simple_tag
def tag(text: Any, kind: str = "", icon_name: str = "") -> SafeString:
    """A state, never a link. `kind`: "act", "ok", "warn", "stop", or nothing."""
    return format_html("{}{}</span>", _beginning_of_tag(kind, icon_name), text)


# A list has one in every row, and of few kinds.
@cache
def _beginning_of_tag(kind: str, icon_name: str) -> SafeString:
    return format_html('<span class="tag{}">{}', f" tag--{kind}" if kind else "", icon(icon_name) if icon_name else "")


# --- Pieces that take content ---


@register.simple_block_tag
def card(content: str, heading: str = "", kind: str = "", level: int = 2, id: str = "") -> SafeString:
    """A panel. `kind`: "call" for the task of the screen (one at most), "flat" for something beside it. `id` makes it a named region."""
    return render_to_string(
        "components/card.html",
        {"content": content, "heading": heading, "kind": kind, "level": level, "id": id},
    )


@register.simple_block_tag
def notice(content: str, kind: str = "", role: str = "") -> SafeString:
    """Something to know. `kind`: "ok", "warn", "stop", or nothing. `role`: "status" or "alert" for what has just happened."""
    return render_to_string("components/notice.html", {"content": content, "kind": kind, "role": role, "icon_name": NOTICE_ICONS[kind]})


@register.simple_block_tag
def empty_state(content: str, heading: str, drawing: str = "", level: int = 3) -> SafeString:
    """Nothing here yet: what it is, why it is empty, the first step. `drawing`: "place", "level", or nothing."""
    return render_to_string("components/empty.html", {"content": content, "heading": heading, "drawing": drawing, "level": level})


@register.simple_block_tag
def fold(content: str, summary: str, open: bool = False) -> SafeString:
    """Something one may open. Works without script."""
    return render_to_string("components/fold.html", {"content": content, "summary": summary, "open": open})


@register.simple_tag
def seen(words: str, icon: str = "eye", id: str = "") -> SafeString:
    """Who can read what is written here. `icon="lock"` for what is encrypted or private to one person."""
    return render_to_string("components/seen.html", {"words": words, "icon_name": icon, "id": id})


# --- Numbers ---


# Half of the drawing, and the least number that fills it: a few facts do not look like many.
HALF_WIDTH = 100
LEAST_SCALE = 12


@register.simple_tag
def balance(rows: Sequence[Mapping[str, Any]], one: str, two: str) -> SafeString:
    """Bars that grow from one middle, all on one scale. Side one is always at the start.

    A row: `label`, the numbers `one` and `two`, and the words under the bars, `one_text` and `two_text`.
    """
    scale = max([LEAST_SCALE, *(row["one"] for row in rows), *(row["two"] for row in rows)])
    bars = [
        {
            "row": row,
            # Strings, since a number in a template would be written in the language of the reader.
            "start": f"{HALF_WIDTH + 1 - HALF_WIDTH * row['one'] / scale:.1f}",
            "one_width": f"{HALF_WIDTH * row['one'] / scale:.1f}",
            "two_width": f"{HALF_WIDTH * row['two'] / scale:.1f}",
        }
        for row in rows
    ]
    return render_to_string("components/balance.html", {"bars": bars, "one": one, "two": two})


@register.simple_tag
def bar(value: float, most: float) -> SafeString:
    """A bar in a cell of a table that also holds the number."""
    return render_to_string("components/bar.html", {"width": f"{100 * value / most if most else 0:.1f}"})


# --- Finding one's way ---


@register.simple_tag(takes_context=True)
def menu_link(context: Context, view: str, icon_name: str, text: str, within: str = "") -> SafeString:
    """A link of the program's menu. `within` lists, with spaces, how the names of further views begin that belong to this place."""
    request = context["request"]
    try:
        address = reverse(view, args=[request.membership.program.slug])
    except NoReverseMatch:
        # A part that an installation has left out has no place in the menu either.
        return SafeString("")
    here = request.resolver_match.view_name if request.resolver_match else ""
    current = ""
    if here == view:
        current = mark_safe(' aria-current="page"')
    elif within and here.startswith(tuple(within.split())):
        current = mark_safe(' aria-current="true"')
    return format_html('<a href="{}"{}>{}{}</a>', address, current, icon(icon_name), text)


@register.simple_tag(takes_context=True)
def sort_heading(context: Context, name: str, text: str, parameter: str = "sort", number: bool = False) -> SafeString:
    """The head of a column that sorts by `?sort=name`, and the other way round when it already does."""
    asked: QueryDict = context["request"].GET.copy()
    now = asked.get(parameter, "")
    direction = {name: "ascending", f"-{name}": "descending"}.get(now, "")
    asked[parameter] = f"-{name}" if now == name else name
    asked.pop("page", None)
    return render_to_string(
        "components/sort_heading.html", {"text": text, "direction": direction, "query": asked.urlencode(), "number": number}
    )


# --- Forms ---

GROUPS = (forms.RadioSelect, forms.CheckboxSelectMultiple)
DRAWN_AS_THEMSELVES = (forms.CheckboxInput, *GROUPS)


@register.simple_tag
def once() -> SafeString:
    """A key for this one form, so that sending it twice does the thing once."""
    # Off, or some browsers give a page that is loaded again the key that was used.
    return format_html('<input type="hidden" name="once" value="{}" autocomplete="off">', uuid.uuid4())


@register.filter
def drawn_as(field: BoundField) -> str:
    """Which part of `evenhand/field.html` draws this field: "hidden", "group", "check" or "input"."""
    widget = field.field.widget
    if widget.is_hidden:
        return "hidden"
    if isinstance(widget, GROUPS):
        return "group"
    return "check" if isinstance(widget, forms.CheckboxInput) else "input"


@register.filter
def described_by(field: BoundField) -> str:
    """The ids of what is said about a field, in the order in which it is read."""
    there = {"hint": field.help_text, "error": field.errors, "seen": getattr(field.field, "audience", "")}
    return " ".join(f"{field.auto_id}_{name}" for name, words in there.items() if words)


@register.filter
def control(field: BoundField) -> SafeString:
    """The input itself, with our class and with what describes it."""
    widget = field.field.widget
    attributes: dict[str, Any] = {
        # The browser would cut off what people type without a word; the server says the limit.
        "maxlength": False,
        "minlength": False,
    }
    if not isinstance(widget, DRAWN_AS_THEMSELVES):
        attributes["class"] = f"input {widget.attrs.get('class', '')}".strip()
    if isinstance(widget, forms.Textarea) or getattr(widget, "input_type", "") == "text":
        # Who writes in a script that runs the other way sees it run that way.
        attributes["dir"] = "auto"
    if isinstance(widget, forms.Textarea):
        # Django's own size. A size that the form asked for stays.
        attributes |= {name: False for name, size in (("cols", "40"), ("rows", "10")) if widget.attrs.get(name) == size}
    if words := described_by(field):
        attributes["aria-describedby"] = words
    return field.as_widget(attrs=attributes)


@register.filter
def options(field: BoundField) -> list[dict[str, Any]]:
    """The choices of a group, each with its input, its words and, from the field's `choice_hints`, its hint."""
    hints = {str(value): words for value, words in getattr(field.field, "choice_hints", {}).items()}
    return [
        {"tag": option.tag, "label": option.choice_label, "hint": hints.get(str(option.data["value"]), "")} for option in field.subwidgets
    ]


@dataclass(frozen=True)
class Wrong:
    """One thing to put right: the words, and where to go for it (nowhere when it is about the whole form)."""

    words: str
    href: str


def _forms_in(context: Context) -> Iterator[forms.BaseForm]:
    """Every bound form that the view gave to the page, by whatever name."""
    met: set[int] = set()
    values = list(context.flatten().values())
    while values:
        value = values.pop(0)
        # By type: asking a lazy value whether it is a form would fetch the user, or make a CSRF cookie.
        kind = type(value)
        if issubclass(kind, list | tuple):
            values[:0] = [item for item in value if issubclass(type(item), forms.BaseForm | BaseFormSet)]
        elif issubclass(kind, BaseFormSet):
            values[:0] = value.forms
        elif issubclass(kind, forms.BaseForm) and value.is_bound and id(value) not in met:
            met.add(id(value))
            yield value


def _wrongs(form: forms.BaseForm) -> Iterator[Wrong]:
    for words in form.non_field_errors():
        yield Wrong(str(words), "")
    for field in form:
        # A group has no id of its own: go to its first choice.
        target = f"{field.auto_id}_0" if isinstance(field.field.widget, GROUPS) else field.id_for_label
        for words in field.errors:
            yield Wrong(str(words), "" if field.is_hidden else f"#{target}")


def _summary(wrong_forms: list[forms.BaseForm]) -> SafeString:
    """All that is wrong, said once. A form remembers that it was said, so that it does not say it again."""
    unsaid: list[Any] = [form for form in wrong_forms if not getattr(form, "errors_are_said", False)]
    wrongs = [wrong for form in unsaid for wrong in _wrongs(form)]
    for form in unsaid:
        form.errors_are_said = True
    if not wrongs:
        return SafeString("")
    return render_to_string("components/errors.html", {"wrongs": wrongs, "answers": sum(bool(wrong.href) for wrong in wrongs)})


@register.simple_tag(takes_context=True)
def error_summary(context: Context) -> SafeString:
    """First in <main>: what to put right in all forms of the page, each with a link to its place."""
    return _summary([form for form in _forms_in(context) if form.errors])


@register.filter
def errors_of(form: forms.BaseForm) -> SafeString:
    """The same for one form, where a part of a page is drawn without its <main>."""
    return _summary([form] if form.errors else [])


@register.simple_tag(takes_context=True)
def error_prefix(context: Context) -> str:
    """Before the page's title, so that who listens hears first that something is wrong."""
    return _("Error: ") if context.get("has_errors") or any(form.errors for form in _forms_in(context)) else ""
