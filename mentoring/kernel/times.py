"""Days and times as a person's own clock shows them. Knows no Django.

A moment is aware and in UTC; a `day` and a time of day are local and naive; a zone is a name such as "Europe/London".
"""

from datetime import UTC, date, datetime, time
from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo, available_timezones

# Groups of the list for forms are the parts of the world before the slash, and this for what has none.
EVERYWHERE = "UTC"
AS_UTC = {
    *("UTC", "UCT", "GMT", "GMT0", "GMT+0", "GMT-0", "Greenwich", "Universal", "Zulu"),
    *("Etc/UTC", "Etc/UCT", "Etc/GMT", "Etc/GMT0", "Etc/GMT+0", "Etc/GMT-0", "Etc/Greenwich", "Etc/Universal", "Etc/Zulu"),
}
# Letters that mean different clocks to different people: EST is not what Toronto has in summer.
ABBREVIATIONS = {"CET", "EET", "EST", "HST", "MET", "MST", "WET"}


def at_local(day: date, at: time, zone: str) -> datetime:
    """The moment at which a clock in the zone shows this time on this day, as RFC 5545 (3.3.5) has it.

    A time that is left out when clocks go forward is taken by the offset before: 02:30 is when the clock shows 03:30. A time that comes
    twice when clocks go back is the first of the two.
    """
    return datetime.combine(day, at.replace(fold=0), ZoneInfo(zone)).astimezone(UTC)


def is_left_out(day: date, at: time, zone: str) -> bool:
    """Whether no clock of the zone shows this time on this day, because clocks go forward over it."""
    return local(at_local(day, at, zone), zone).replace(tzinfo=None) != datetime.combine(day, at)


def start_of(day: date, zone: str) -> datetime:
    """The moment at which the day begins, which is not everywhere and always midnight."""
    return at_local(day, time.min, zone)


def local(moment: datetime, zone: str) -> datetime:
    return moment.astimezone(ZoneInfo(zone))


def local_day(moment: datetime, zone: str) -> date:
    return local(moment, zone).date()


@cache
def zone_names() -> frozenset[str]:
    """All that name a zone, older names too. Kept, since Python looks through the folders of the machine for them each time."""
    return frozenset(available_timezones())


@cache
def is_zone(name: str) -> bool:
    """Whether there is such a zone. Governments take some away, and data that name it stay."""
    try:
        ZoneInfo(name)
    except (LookupError, ValueError, OSError):
        return False
    return True


def place_of(zone: str) -> str:
    """What people call a zone: "America/Argentina/Salta" is Salta, "Europe/London" London."""
    return zone.rpartition("/")[2].replace("_", " ")


def zone_named(typed: str) -> str | None:
    """The current name of the zone that somebody typed or a file holds, whatever its spaces, its case and its age.

    None for what is no zone, and for what is no place's: abbreviations ("EST"), offsets ("Etc/GMT+5").
    """
    return _names().get(_plain(typed))


def zones() -> list[tuple[str, list[tuple[str, str]]]]:
    """Every current zone, for a form's choices: [("Africa", [("Africa/Abidjan", "Abidjan"), …]), …]. UTC is a group of its own."""
    groups: dict[str, list[tuple[str, str]]] = {EVERYWHERE: [("UTC", "UTC")]}
    for name in sorted(_current()):
        region, _, place = name.partition("/")
        groups.setdefault(region, []).append((name, place.replace("/", ": ").replace("_", " ")))
    return list(groups.items())


@cache
def _current() -> frozenset[str]:
    """The name that each country uses for its own clocks, from the list that the time zone data bring along."""
    lines = files("tzdata.zoneinfo").joinpath("zone.tab").read_text(encoding="utf-8").splitlines()
    listed = {line.split("\t")[2] for line in lines if line and not line.startswith("#")}
    return frozenset(listed & zone_names())


@cache
def _names() -> dict[str, str]:
    """What may be typed -> the current name. The data call an old name a link: "L America/New_York US/Eastern"."""
    lines = files("tzdata.zoneinfo").joinpath("tzdata.zi").read_text(encoding="utf-8").splitlines()
    links = {link: target for _, target, link in (line.split() for line in lines if line.startswith("L "))}
    names = {_plain(old): target for old, target in links.items() if target in _current() and old not in ABBREVIATIONS}
    names |= {_plain(name): name for name in _current()}
    return names | {_plain(name): "UTC" for name in AS_UTC}


def _plain(typed: str) -> str:
    return "_".join(typed.split()).lower()
