"""Why these two, told by the program's own criteria: first what it looks for on purpose, then what else goes well together."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import numpy as np
from django.utils import timezone
from django.utils.text import capfirst

from matching.criteria.models import Criterion
from matching.pairings.why import Audiences, Names, Speaker, Two, Why
from matching.scoring.encoding import described, encoded
from matching.scoring.people import Candidate
from matching.scoring.words import WHOLE, differs, in_words, shares
from matching.solver.scores import quality as quality_of
from programs.memberships.models import Membership

Kind, Part = Criterion.Kind, Criterion.Part
# Whose full agreement is worth a word although the program does not look for it as an anchor or a difference.
IN_COMMON = (Kind.MUST_MATCH, Kind.LANGUAGE, Kind.SIMILAR, Kind.OFFERS, Kind.OVERLAP)


def read(pairs: Sequence[Two], audiences: Audiences) -> Speaker:
    """For `matching.pairings.why`. Three queries at most, for one pair as for fifty; none about people where nothing may be told."""
    of_program = defaultdict(list)
    for criterion in Criterion.objects.filter(program__in={two.program for two in pairs}).for_list():
        if {criterion.question.audience, criterion.of_mentor.audience} <= audiences and not criterion.trouble:
            of_program[criterion.program_id].append(criterion)
    people = {person for two in pairs if of_program[two.program] for person in (two.mentee, two.mentor)}
    answers = described(None, Membership.objects.filter(pk__in=people)) if people else {}
    # Whose clocks count, where free times are compared: those of the day on which it is told.
    on = timezone.now().date()

    def say(two: Two, names: Names) -> Why:
        if two.mentee not in answers or two.mentor not in answers:
            return Why()
        mentee, mentor = (replace(answers[person], name=names[person]) for person in (two.mentee, two.mentor))
        found = [told for criterion in of_program[two.program] for told in _told(criterion, two, mentee, mentor, on)]
        shared, different = _on_purpose_first(found, are_different=False), _on_purpose_first(found, are_different=True)
        about = dict.fromkeys(criterion.question.text for criterion, _words in different)
        return Why(tuple(words for _criterion, words in shared), tuple(words for _criterion, words in different), tuple(about))

    return say


def _told(criterion: Criterion, two: Two, mentee: Candidate, mentor: Candidate, on: date) -> list[tuple[Criterion, bool, str]]:
    ways = [(mentee, mentor)]
    if two.are_equal and criterion.kind == Kind.OFFERS:
        ways.append((mentor, mentee))
    said = []
    for one, other in ways:
        [compared] = encoded([criterion], [one], [other], on).criteria
        qualities, unknowns = quality_of(compared, np.array([0]), 1)
        quality, unknown = int(qualities[0, 0]), bool(unknowns[0, 0])
        is_different = differs(criterion, quality, unknown)
        goes_well = criterion.kind in IN_COMMON and not unknown and quality >= WHOLE
        if is_different or shares(criterion, quality, unknown) or goes_well:
            said.append((criterion, is_different, capfirst(in_words(criterion, quality, unknown, one, other))))
    return said


def _on_purpose_first(found: list[tuple[Criterion, bool, str]], *, are_different: bool) -> list[tuple[Criterion, str]]:
    of_kind = [(criterion, words) for criterion, is_different, words in found if is_different == are_different]
    return sorted(of_kind, key=lambda told: told[0].part == Part.NONE)
