"""A signal in words, made from what was seen when it was found, in the language of whoever reads. Counts, and never a verdict.

Decided: the words say "seems", name what was counted, and always end with a reading in which nothing is wrong, because a count knows
nothing of two people. How sure it is, is told as how often chance alone does the same; a probability would be read as one of guilt.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from checkins.imbalance import seen
from checkins.imbalance.explanation import Explanation, Ground, Part, Reading
from checkins.imbalance.models import Signal
from checkins.imbalance.playbook import ACTS
from mentoring.kernel.dates import written

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise

Kind = Signal.Kind
# Between 1 and 5.
STEPS = 4
LOWEST = 1
# Of a step: nearer than that nobody would say that answers differ.
ALIKE = 0.05

HEADINGS: dict[str, "_StrOrPromise"] = {
    Kind.TOGETHER: gettext_lazy("%(name)s seems to take part less in the pairing with %(other)s"),
    Kind.TOPICS: gettext_lazy("Fewer topics seem to come from %(name)s in the pairing with %(other)s"),
    Kind.DECISIONS: gettext_lazy("Fewer decisions seem to come from %(name)s in the pairing with %(other)s"),
    Kind.SCHEDULING: gettext_lazy("Fewer times seem to come from %(name)s in the pairing with %(other)s"),
    Kind.ANSWERS: gettext_lazy("%(name)s seems to be less content in the pairing with %(other)s"),
    Kind.GAP: gettext_lazy("%(name)s and %(other)s seem to see their pairing more differently"),
    Kind.FROM_START: gettext_lazy("%(name)s seems to have had a small part from the start in the pairing with %(other)s"),
    Kind.SILENCE: gettext_lazy("Fewer check-ins of %(name)s are answered in the pairing with %(other)s"),
}

IN_SHORT: dict[str, "_StrOrPromise"] = {
    Kind.TOGETHER: gettext_lazy("Since about the week of %(since)s: less is done by %(name)s, and their answers are lower."),
    Kind.TOPICS: gettext_lazy("Since about the week of %(since)s: fewer of the topics are theirs."),
    Kind.DECISIONS: gettext_lazy("Since about the week of %(since)s: fewer of the decisions that stand were proposed by them."),
    Kind.SCHEDULING: gettext_lazy("Since about the week of %(since)s: fewer of the times for meetings are suggested or moved by them."),
    Kind.ANSWERS: gettext_lazy("Since about the week of %(since)s: their answers in check-ins are lower."),
    Kind.GAP: gettext_lazy("Since about the week of %(since)s: the answers of the two lie further apart."),
    Kind.FROM_START: gettext_lazy("Since the beginning: less is done by %(name)s, and their answers are low."),
    Kind.SILENCE: gettext_lazy("Since about the week of %(since)s. It may mean nothing more than full weeks."),
}

# By stream: what was counted since, and what before.
COUNTED: dict[str, tuple["_StrOrPromise", "_StrOrPromise", "_StrOrPromise"]] = {
    "topics": (
        gettext_lazy("Topics: %(own)s of %(both)s were added by %(name)s."),
        gettext_lazy("Topics: %(own)s of %(both)s were added by %(name)s; before, %(own_before)s of %(both_before)s."),
        gettext_lazy("Topics: since then there are not enough yet to compare."),
    ),
    "decisions": (
        gettext_lazy("Decisions that stand: %(own)s of %(both)s were proposed by %(name)s."),
        gettext_lazy("Decisions that stand: %(own)s of %(both)s were proposed by %(name)s; before, %(own_before)s of %(both_before)s."),
        gettext_lazy("Decisions: since then there are not enough yet to compare."),
    ),
    "scheduling": (
        gettext_lazy("Times for meetings: %(own)s of %(both)s were suggested or moved by %(name)s."),
        gettext_lazy(
            "Times for meetings: %(own)s of %(both)s were suggested or moved by %(name)s; before, %(own_before)s of %(both_before)s."
        ),
        gettext_lazy("Times for meetings: since then there are not enough yet to compare."),
    ),
    "acts": (
        gettext_lazy("Topics, decisions and times together: %(own)s of %(both)s came from %(name)s."),
        gettext_lazy(
            "Topics, decisions and times together: %(own)s of %(both)s came from %(name)s; before, %(own_before)s of %(both_before)s."
        ),
        gettext_lazy("Topics, decisions and times together: since then there are not enough yet to compare."),
    ),
    "answers": (
        gettext_lazy("Answers of %(name)s: %(own)s on average, from 1 to 5 where 5 is best."),
        gettext_lazy("Answers of %(name)s: %(own)s on average, from 1 to 5 where 5 is best; before, %(own_before)s."),
        gettext_lazy("Answers of %(name)s: since then there are not enough yet to compare."),
    ),
    "gap": (
        gettext_lazy("Answers of %(name)s, from 1 to 5 where 5 is best: on average %(own)s."),
        gettext_lazy("Answers of %(name)s, from 1 to 5 where 5 is best: on average %(own)s; before, %(own_before)s."),
        gettext_lazy("Answers of both: since then there are not enough yet to compare."),
    ),
    "replies": (
        gettext_lazy("Check-ins: %(name)s answered %(own)s of %(both)s."),
        gettext_lazy("Check-ins: %(name)s answered %(own)s of %(both)s; before, %(own_before)s of %(both_before)s."),
        gettext_lazy("Check-ins: since then there were not enough yet to compare."),
    ),
}

READINGS: dict[Reading, "_StrOrPromise"] = {
    Reading.ABSENCES: gettext_lazy("%(name)s has cancelled or missed meetings in this time. Somebody may be ill, or have a lot to do."),
    Reading.PAUSE: gettext_lazy("Weeks are missing in between: the pairing rested, or there were holidays."),
    Reading.FIRST_WEEKS: gettext_lazy("These are their first weeks. Many pairs need some time to find their way."),
    Reading.BOTH_FELL: gettext_lazy("The answers of both went down. It may be a hard time for both, and nothing between the two."),
    Reading.FEW_RECORDS: gettext_lazy("Little was written down in this time. They may meet and simply not write it down."),
}


@dataclass(frozen=True)
class Words:
    """A signal as it is read. `say`: to each of the two, in the same words."""

    heading: str
    since: str
    seen: list[str]
    how_sure: str
    readings: list[str]
    missing: list[str]
    clears: str
    first: str
    then: str
    say: str


def heading(signal: Signal) -> str:
    """The signal must come `with_people`."""
    return str(HEADINGS[signal.kind]) % _names(signal)


def in_short(signal: Signal) -> str:
    """One sentence, without counts. The signal must come `with_people`."""
    return str(IN_SHORT[signal.kind]) % (_names(signal) | {"since": written(signal.since, "day")})


def told(signal: Signal) -> Words:
    """All there is to say. The signal must come `with_people`."""
    explanation, names, act = seen.from_text(str(signal.seen)), _names(signal), ACTS[signal.kind]
    return Words(
        heading=heading(signal),
        since=_since(signal),
        seen=list(_seen(explanation, names)),
        how_sure=_how_sure(explanation),
        readings=[*(str(READINGS[reading]) % names for reading in explanation.readings), _("And the two may like it this way.")],
        missing=list(_missing(signal, explanation, names)),
        clears=_clears(signal, explanation),
        first=str(act.first),
        then=str(act.then),
        say=str(act.say),
    )


def _names(signal: Signal) -> dict[str, str]:
    return {"name": signal.about.user.short_name, "other": signal.pairing.other_half(signal.about).user.short_name}


def _since(signal: Signal) -> str:
    days = {"since": written(signal.since, "day"), "week": written(signal.week, "day")}
    if signal.kind == Kind.FROM_START:
        return _("Since the beginning, in the week of %(since)s. Seen when the week of %(week)s had ended.") % days
    return _("Since about the week of %(since)s. Seen when the week of %(week)s had ended.") % days


def _seen(explanation: Explanation, names: dict[str, str]) -> Iterator[str]:
    for ground in explanation.grounds:
        since, compared, too_little = COUNTED[ground.stream]
        if not ground.since.is_enough:
            yield str(too_little) % names
            continue
        numbers = names | _numbers(ground, ground.since, names["other"], "")
        if ground.before.is_enough:
            sentence = str(compared) % (numbers | _numbers(ground, ground.before, names["other"], "_before"))
        else:
            sentence = str(since) % numbers
        yield f"{sentence} {_usual(ground, names['other'])}"
    if not explanation.grounds:
        yield _("No single count stands out. Together they add up.")


def _numbers(ground: Ground, part: Part, other: str, when: str) -> dict[str, str]:
    if ground.stream == "answers":
        return {f"own{when}": _answer(part.own / part.both)}
    if ground.stream == "gap":
        return {f"own{when}": _apart(part.own / part.both, other)}
    return {f"own{when}": number_format(round(part.own)), f"both{when}": number_format(round(part.both))}


def _usual(ground: Ground, other: str) -> str:
    low, high = ground.usual
    if ground.stream == "gap":
        return _("Usual here: from %(low)s to %(high)s.") % {"low": _apart(low, other), "high": _apart(high, other)}
    if ground.stream == "answers":
        return _("Usual here: %(low)s to %(high)s.") % {"low": _answer(low), "high": _answer(high)}
    numbers = {"low": number_format(round(100 * low)), "high": number_format(round(100 * high))}
    return _("Usual here: %(low)s to %(high)s of 100.") % numbers


def _answer(level: float) -> str:
    return number_format(round(LOWEST + STEPS * level, 1), decimal_pos=1)


def _apart(part: float, other: str) -> str:
    """Half of the scale is where both agree."""
    steps = STEPS * (2 * part - 1)
    if abs(steps) < ALIKE:
        return _("the same as those of %(other)s") % {"other": other}
    words = _("%(steps)s below those of %(other)s") if steps < 0 else _("%(steps)s above those of %(other)s")
    return words % {"steps": number_format(round(abs(steps), 1), decimal_pos=1), "other": other}


def _how_sure(explanation: Explanation) -> str:
    if explanation.once_in is None:
        return _("We don’t know yet what is usual in this program. So nobody can say how often this comes by chance.")
    by_chance = _("A finding this strong comes by chance about once in %(months)s healthy months of a pair.")
    untested = _("This was reckoned with invented pairs; it has not been tried with people.")
    return f"{by_chance % {'months': number_format(explanation.once_in)}} {untested}"


def _missing(signal: Signal, explanation: Explanation, names: dict[str, str]) -> Iterator[str]:
    if signal.kind != Kind.SILENCE and explanation.answered < explanation.asked:
        numbers = names | {"answered": number_format(explanation.answered), "asked": number_format(explanation.asked)}
        yield (
            ngettext(
                "%(answered)s of %(asked)s check-in of %(name)s was answered in this time.",
                "%(answered)s of %(asked)s check-ins of %(name)s were answered in this time.",
                explanation.asked,
            )
            % numbers
        )
    if not explanation.asked:
        yield _("No check-in of %(name)s fell due in this time.") % names
    if explanation.is_one_sided:
        yield _("What is written down comes from one side only.")


def _clears(signal: Signal, explanation: Explanation) -> str:
    if signal.kind == Signal.Kind.SILENCE:
        return _("It goes away by itself with the next check-in that is answered.")
    weeks = explanation.weeks_to_clear
    if weeks is None:
        return _("By counts alone it would take more than a year of weeks like those before. What clears it sooner is a talk.")
    if not weeks:
        return _("The weeks since then no longer speak for it.")
    return ngettext(
        "About %(weeks)s more week like those before would clear it.", "About %(weeks)s more weeks like those before would clear it.", weeks
    ) % {"weeks": number_format(weeks)}
