import re
from dataclasses import replace

import pytest
from django.utils import translation

from checkins.imbalance import seen, wording
from checkins.imbalance.explanation import Ground, Part, Reading
from checkins.imbalance.models import Signal
from checkins.imbalance.playbook import ACTS
from checkins.imbalance.settings import KINDS, STREAMS
from tests.factories.checkins import SEEN, SignalFactory

pytestmark = pytest.mark.django_db

Kind = Signal.Kind
ENOUGH, BEFORE, TOO_LITTLE = Part(6, 41, True), Part(40, 84, True), Part(1, 4, False)


def signal_of(kind=Kind.TOGETHER, **changes):
    signal = SignalFactory(kind=kind, seen=seen.to_text(replace(SEEN, **changes)))
    signal.about.user.called = "Mateo"
    signal.pairing.second.user.called = "Dmitri"
    return signal


def told(kind=Kind.TOGETHER, **changes):
    return wording.told(signal_of(kind, **changes))


def ground(stream, since=ENOUGH, before=BEFORE, usual=(0.31, 0.65)):
    return Ground(stream, 2.0, since=since, before=before, usual=usual)


def test_counts_are_told_since_and_before_and_beside_what_is_usual():
    assert told().seen[0] == (
        "Topics, decisions and times together: 6 of 41 came from Mateo; before, 40 of 84. Usual here: 31 to 65 of 100."
    )


def test_answers_are_told_on_the_scale_on_which_they_were_given():
    assert told().seen[1] == "Answers of Mateo: 2.8 on average, from 1 to 5 where 5 is best; before, 4.0. Usual here: 3.1 to 4.8."


@pytest.mark.parametrize(
    ("part", "words"), [(0.25, "2.0 below those of Dmitri"), (0.75, "2.0 above"), (0.5, "the same as those of Dmitri")]
)
def test_a_gap_is_told_in_steps(part, words):
    assert words in told(Kind.GAP, grounds=(ground("gap", since=Part(16 * part, 16, True)),)).seen[0].split(";")[0]


def test_of_too_little_no_share_is_told():
    few = told(grounds=(ground("topics", since=TOO_LITTLE),)).seen
    none_before = told(grounds=(ground("topics", before=TOO_LITTLE),)).seen

    assert few == ["Topics: since then there are not enough yet to compare."]
    assert none_before == ["Topics: 6 of 41 were added by Mateo. Usual here: 31 to 65 of 100."]


def test_silence_ends_with_an_answer_and_not_after_so_many_weeks():
    assert told(Kind.SILENCE, weeks_to_clear=39).clears == "It goes away by itself with the next check-in that is answered."
    assert told(Kind.TOPICS, weeks_to_clear=39).clears.startswith("About 39 more weeks")


def test_how_sure_is_how_seldom_chance_does_it_and_provisional_is_said():
    assert "about once in 111 healthy months of a pair" in told().how_sure
    assert "We don’t know yet what is usual" in told(once_in=None).how_sure


def test_every_other_reading_is_told_and_the_last_is_that_nothing_is_wrong():
    readings = told(readings=tuple(Reading)).readings

    assert len(readings) == len(set(readings)) == len(Reading) + 1
    assert readings[-1] == told(readings=()).readings[0] == "And the two may like it this way."


def test_what_is_missing_is_told():
    assert told().missing == ["2 of 3 check-ins of Mateo were answered in this time."]
    assert told(answered=0, asked=1).missing == ["0 of 1 check-in of Mateo was answered in this time."]
    assert told(answered=3).missing == []
    assert told(answered=0, asked=0, is_one_sided=True).missing == [
        "No check-in of Mateo fell due in this time.",
        "What is written down comes from one side only.",
    ]
    assert told(Kind.SILENCE).missing == []


@pytest.mark.parametrize(
    ("weeks", "words"), [(6, "About 6 more weeks"), (1, "About 1 more week like"), (0, "no longer speak"), (None, "more than a year")]
)
def test_what_would_clear_it_is_told(weeks, words):
    assert words in told(weeks_to_clear=weeks).clears


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_has_a_heading_a_line_and_acts_and_blames_nobody(kind):
    signal = signal_of(kind)
    words = wording.told(signal)

    assert "Mateo" in words.heading == wording.heading(signal)
    assert wording.in_short(signal).startswith("Since")
    assert "both" in words.first.lower()
    everything = " ".join([words.heading, words.since, wording.in_short(signal), *words.seen, words.how_sure, *words.readings, words.first])
    assert not re.search(r"probab|likel|score|fault|blame|dominat|%\(|mentor|mentee", everything, re.IGNORECASE)


@pytest.mark.parametrize("kind", Kind)
def test_what_one_can_say_reveals_nothing(kind):
    say = str(ACTS[kind].say)

    assert say.startswith("“")
    assert not re.search(r"signal|count|answer(?!\.)|check-in|notic|seen|less|fewer|%\(", say, re.IGNORECASE)


@pytest.mark.parametrize("stream", STREAMS)
def test_every_stream_has_its_words(stream):
    kind = next(kind for kind in KINDS if stream in ("acts", "answers") or kind == stream or (stream, kind) == ("replies", "silence"))

    assert "%(" not in told(Kind(kind), grounds=(ground(stream),)).seen[0]


def test_numbers_are_written_as_the_reader_writes_them():
    with translation.override("de"):
        assert "2,8" in told().seen[1]


def test_what_adds_up_without_a_count_that_stands_out_is_said():
    assert told(grounds=()).seen == ["No single count stands out. Together they add up."]
