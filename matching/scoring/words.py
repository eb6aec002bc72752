"""What a comparison found, as one would say it aloud to the two. Never a number: those are for the people who run the program."""

from collections.abc import Iterable, Sequence

from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from matching.criteria.models import Criterion
from matching.scoring.labels import plain
from matching.scoring.people import Candidate
from programs.profiles.models import ProfileQuestion

Kind, OfAnswer = Criterion.Kind, ProfileQuestion.Kind
WHOLE = 100


def shares(criterion: Criterion, quality: int, unknown: bool = False) -> bool:
    """Whether the two have this in common, as an anchor. What one of them left open is not."""
    if criterion.part != Criterion.Part.ANCHOR or unknown:
        return False
    # A step next to the other's is in common as long as the ladder is not too short for that.
    return 2 * quality >= WHOLE if criterion.question.kind == OfAnswer.ONE else quality > 0


def differs(criterion: Criterion, quality: int, unknown: bool = False) -> bool:
    """Whether the two differ in this, as a difference that they can learn from."""
    return criterion.part == Criterion.Part.DIFFERENCE and not unknown and quality > 0


def in_words(criterion: Criterion, quality: int, unknown: bool, mentee: Candidate, mentor: Candidate) -> str:
    """One or two short sentences about the two, with their names. `quality` and `unknown` are what the solver says of them."""
    sought, offered = _said(mentee, criterion.question), _said(mentor, criterion.of_mentor)
    if unknown or not sought or not offered:
        return _left_open(criterion, mentee if not sought else None, mentor if not offered else None)
    if criterion.kind == Kind.OFFERS:
        return _offers(sought, offered, mentee, mentor)
    match criterion.question.kind:
        case OfAnswer.TIMES:
            return _times(quality, sought, offered, mentee, mentor)
        case OfAnswer.LANGUAGES:
            return _languages(sought, offered, mentee, mentor)
        case _:
            return _of_a_list(criterion, quality, sought, offered, mentee, mentor)


def _left_open(criterion: Criterion, mentee: Candidate | None, mentor: Candidate | None) -> str:
    about = {"question": criterion.question.text}
    if mentee and mentor:
        return _("“%(question)s” Both left this open.") % about
    silent, question = (mentee, criterion.question) if mentee else (mentor, criterion.of_mentor)
    if silent is None:
        return _("“%(question)s” This was left open.") % about
    return _("“%(question)s” %(name)s left this open.") % {"question": question.text, "name": silent.name}


def _offers(sought: list[str], offered: list[str], mentee: Candidate, mentor: Candidate) -> str:
    said = {"mentee": mentee.name, "mentor": mentor.name, "sought": _and(sought)}
    if both := _in_both(sought, offered):
        if len(both) == len(sought):
            return _("%(mentee)s looks for %(sought)s, and %(mentor)s offers it.") % said
        return _("%(mentee)s looks for %(sought)s. %(mentor)s offers %(offered)s.") % {**said, "offered": _and(both)}
    return _("%(mentee)s looks for %(sought)s, which %(mentor)s does not offer.") % said


def _times(quality: int, sought: list[str], offered: list[str], mentee: Candidate, mentor: Candidate) -> str:
    names = {"mentee": mentee.name, "mentor": mentor.name}
    if not quality:
        return _("%(mentee)s and %(mentor)s have no free time in common.") % names
    both = _in_both(sought, offered)
    if mentee.zone == mentor.zone and both:
        return _("Both are free %(times)s.") % {"times": _and(both)}
    if mentee.zone == mentor.zone:
        return _("Both are free at some of the same hours.")
    return _("Both are free at some of the same hours, each by their own clock.")


def _languages(sought: list[str], offered: list[str], mentee: Candidate, mentor: Candidate) -> str:
    if both := _in_both(sought, offered):
        return _("Both speak %(languages)s.") % {"languages": _and(both)}
    return _("%(mentee)s speaks %(sought)s, %(mentor)s speaks %(offered)s.") % {
        "mentee": mentee.name,
        "mentor": mentor.name,
        "sought": _and(sought),
        "offered": _and(offered),
    }


def _of_a_list(criterion: Criterion, quality: int, sought: list[str], offered: list[str], mentee: Candidate, mentor: Candidate) -> str:
    said = {"question": criterion.question.text, "mentee": mentee.name, "mentor": mentor.name}
    both = _in_both(sought, offered)
    wants_difference = criterion.kind in (Kind.DIFFERENT, Kind.MUST_DIFFER)
    only_sought = [label for label in sought if label not in both]
    if both and not (wants_difference and only_sought):
        return _("“%(question)s” Both said %(answers)s.") % {**said, "answers": _and(both)}
    if criterion.kind == Kind.SIMILAR and 2 * quality >= WHOLE and not both:
        return _("“%(question)s” Both said nearly the same.") % said
    only_offered = [label for label in offered if plain(label) not in map(plain, both)]
    if both and not only_offered:
        return _("“%(question)s” %(mentee)s said %(sought)s, %(mentor)s did not.") % {**said, "sought": _and(only_sought)}
    return _("“%(question)s” %(mentee)s said %(sought)s, %(mentor)s said %(offered)s.") % {
        **said,
        "sought": _and(only_sought or sought),
        "offered": _and(only_offered or offered),
    }


def _said(person: Candidate, question: ProfileQuestion) -> list[str]:
    """In the order of the question's list, where it has one."""
    said = person.answers.get(question.pk, [])
    labels = [said] if isinstance(said, str) else list(said)
    order = {choice: number for number, choice in enumerate(question.choices)}
    return sorted((label for label in labels if label), key=lambda label: order.get(label, len(order)))


def _in_both(one: Sequence[str], other: Iterable[str]) -> list[str]:
    of_other = {plain(label) for label in other}
    return [label for label in one if plain(label) in of_other]


def _and(labels: Sequence[str]) -> str:
    return str(get_text_list(list(labels), _("and")))
