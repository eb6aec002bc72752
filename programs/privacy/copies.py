"""What a person's copy says, read from the registry, and the file it is packed into."""

import io
import json
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from mentoring.kernel.dates import written
from mentoring.kernel.holdings.registry import Holding, holdings, is_person
from programs.people.models import User

JSON_NAME, PAGE_NAME = "what-is-held.json", "what-is-held.html"


@dataclass(frozen=True)
class Line:
    """One column of a row: its name in the table, what a person calls it, and what it says. A key only leads programs to other rows."""

    name: str
    label: str
    value: Any
    is_key: bool = False

    @property
    def words(self) -> str:
        """What it says, for a person to read; empty where it says nothing."""
        return "" if self.is_key else _in_words(self.value)


@dataclass(frozen=True)
class Section:
    """All rows of one kind."""

    name: str
    what: str
    why: str
    kept: str
    rows: list[list[Line]] = field(default_factory=list)


def sections(user: User, *, after_each: Callable[[int], None] = lambda done: None) -> list[Section]:
    """Everything, in the order of the registry. `after_each` hears how many kinds are read."""
    found = []
    for done, holding in enumerate(holdings(), start=1):
        rows = [list(_lines(holding, row, user.pk)) for row in holding.rows(user.pk)]
        found.append(Section(holding.model._meta.label, str(holding.what), str(holding.why), str(holding.kept), rows))
        after_each(done)
    return found


def pack(user: User, found: list[Section], *, now: datetime) -> bytes:
    """One page to read and one file for other programs, as a zip."""
    as_json = {
        "made_at": now,
        "about": user.email,
        "held": [
            {
                "table": section.name,
                "what": section.what,
                "why": section.why,
                "kept": section.kept,
                "rows": [{line.name: line.value for line in row} for row in section.rows],
            }
            for section in found
        ],
    }
    page = render_to_string(
        "programs/privacy/copy.html",
        {"person": user, "made_at": now, "sections": [s for s in found if s.rows], "empty": [s for s in found if not s.rows]},
    )
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(PAGE_NAME, page)
        archive.writestr(JSON_NAME, json.dumps(as_json, cls=DjangoJSONEncoder, ensure_ascii=False, indent=1))
    return packed.getvalue()


def _lines(holding: Holding, row: models.Model, user_id: int) -> Iterator[Line]:
    side = _side_of(holding, row, user_id) if holding.halved else ""
    for column in holding.model._meta.concrete_fields:
        name, label = column.name, str(holding.labels.get(column.name) or capfirst(str(column.verbose_name)))
        if name in holding.excused:
            continue
        is_key = False
        if tell := holding.told.get(name):
            value = _plain(tell(row, user_id))
        elif name in holding.exported:
            display = getattr(row, f"get_{name}_display", None)
            value = _plain(display() if display is not None else getattr(row, name))
        elif column.primary_key or (column.is_relation and not is_person(column)):
            value, is_key = _plain(getattr(row, column.attname)), True
        elif column.is_relation:
            value = _whom(row, column, user_id)
        elif name.partition("_")[0] == side:
            name = name.partition("_")[2]
            label, value = capfirst(name.replace("_", " ")), _plain(getattr(row, column.name))
        else:
            continue
        yield Line(name, label, value, is_key)


def _side_of(holding: Holding, row: models.Model, user_id: int) -> str:
    pairing: Any = getattr(row, holding.pairing) if holding.pairing else row
    return "first" if pairing.first.user_id == user_id else "second"


def _whom(row: models.Model, column: Any, user_id: int) -> str | None:
    """You or somebody else: who the other is, is told once, with the pairing."""
    person: Any = getattr(row, column.name)
    if person is None:
        return None
    return _("you") if getattr(person, "user_id", person.pk) == user_id else _("somebody else")


def _in_words(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, datetime):
        return written(timezone.localtime(value), "full_day_and_clock")
    if isinstance(value, date):
        return written(value, "full_day")
    if isinstance(value, list):
        return ", ".join(map(_in_words, value))
    if isinstance(value, dict):
        return "\n".join(f"{name}: {_in_words(part)}" for name, part in value.items())
    return str(value)


def _plain(value: Any) -> Any:
    """As JSON has it; a text that repeats itself as stars is a text again."""
    if isinstance(value, str):
        return str.__str__(value)
    return value if isinstance(value, bool | int | float | date | list | dict) or value is None else str(value)
