"""Why these two, why not another, why nobody: in words for those who run the program."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from matching import solver
from matching.criteria.models import Criterion
from matching.runs.exact import Exact
from matching.runs.memory import memory_of
from matching.runs.models import Proposal, Run, Unmatched
from matching.scoring import encoding

# A reason speaks for a pair from here on, of 100.
HALF = 50
# The solver's word for the two who are never put together.
APART = "#forbidden"


@dataclass(frozen=True)
class Other:
    """Somebody else for one of a pair.

    `shown`: of 100; None where nothing but rules counts. `loss`: what all pairs together would lose at least, of 100; None where nobody
    can say. `leaves_out`: somebody would be left without a match. `is_weaker`: with them, the match would be weaker than any of the run.
    `of`: the membership that they would be with.
    """

    name: str
    shown: int | None
    change: int
    loss: int | None
    has_room: bool
    membership: int
    of: int
    leaves_out: bool = False
    is_weaker: bool = False

    @property
    def sentence(self) -> str:
        said = {"name": self.name, "shown": self.shown}
        who = _("%(name)s.") % said if self.shown is None else _("%(name)s, %(shown)d of 100.") % said
        return f"{who} {self._what_it_does}".strip()

    @property
    def _what_it_does(self) -> str:
        if self.leaves_out:
            return _("Somebody else would be left without a match by it.")
        if self.is_weaker:
            return _("That would be the weakest pair.")
        if self.loss is None:
            return ""
        if not self.loss:
            return _("All pairs together might lose nothing by it.") if self.has_room else _("They have no free place.")
        words = ngettext(
            "All pairs together would lose at least %(loss)d point by it.",
            "All pairs together would lose at least %(loss)d points by it.",
            self.loss,
        )
        return words % {"loss": self.loss}


@dataclass(frozen=True)
class Explained:
    """`those_for` and `those_against`: sentences, what is most unlike other pairs first. `not_known`: what one of them left open,
    which neither helps nor hurts."""

    proposal: Proposal
    those_for: list[str]
    those_against: list[str]
    not_known: list[str]
    others: list[Other]


class Words:
    """The words for the rows of one page, from what the run saw: all people on it come in two queries."""

    def __init__(self, run: Run, people: Iterable[int]) -> None:
        self.run = run
        remembered = memory_of(run, people)
        self.criteria, self.people, self.full_names = remembered.criteria, remembered.people, remembered.full_names

    def explained(self, proposal: Proposal) -> Explained:
        mentee, mentor = self.people[proposal.mentee_id], self.people[proposal.mentor_id]
        averages = self.run.statistics.get("averages", {})
        those_for: list[str] = []
        those_against: list[str] = []
        not_known: list[str] = []
        for key, weight, quality, unknown, _points, *is_back in sorted(
            proposal.parts, key=lambda part: -part[1] * abs(part[2] - averages.get(part[0], HALF))
        ):
            if not weight:
                continue
            one, other = (mentor, mentee) if is_back else (mentee, mentor)
            words = encoding.in_words(self.criteria[key], quality, unknown, one, other)
            (not_known if unknown else those_for if quality >= HALF else those_against).append(words)
        if proposal.score < 0:
            those_against.insert(0, _("A rule speaks against them. They are together because you locked them."))
        return Explained(
            proposal,
            those_for,
            those_against,
            not_known,
            [self._other(proposal, *other) for other in proposal.alternatives if other[0] in self.people],
        )

    def _other(
        self,
        proposal: Proposal,
        membership: int,
        score: int,
        cost: int | None,
        has_room: bool,
        leaves_out: bool = False,
        of: int | None = None,
    ) -> Other:
        return Other(
            name=self.full_names[membership],
            shown=of_hundred(score, self.run.maximum) if self.run.maximum else None,
            change=of_hundred(score, self.run.maximum) - of_hundred(proposal.score, self.run.maximum),
            loss=None if cost is None else of_hundred(cost, self.run.maximum),
            has_room=has_room,
            membership=membership,
            of=of or proposal.mentee_id,
            is_weaker=self.run.floor is not None and score < self.run.floor,
            leaves_out=leaves_out,
        )

    def why_nobody(self, unmatched: Unmatched) -> list[str]:
        """Sentences: what stands between somebody and a match, and what would help."""
        found = unmatched.found
        if not found:
            return [_("More people seek mentoring than there are free places that fit them. Those who have waited longest came first.")]
        return self._nobody_possible(found) if not found["allowed"] else [*self._narrowed(found), *_too_few(found)]

    def _narrowed(self, found: Mapping[str, Any]) -> list[str]:
        rule = self._blocking(found)
        if not rule:
            return []
        return [self._left_out(rule, found["excluded"][rule])]

    def _left_out(self, rule: str, number: int) -> str:
        told = {"rule": self.called(rule), "number": number, "all": self.run.mentors}
        if number == self.run.mentors:
            return _("The rule “%(rule)s” leaves out everybody who offers mentoring.") % told
        return _("The rule “%(rule)s” leaves out %(number)d of the %(all)d who offer mentoring.") % told

    def _nobody_possible(self, found: Mapping[str, Any]) -> list[str]:
        # Who is kept apart may be so by a private choice: then it would be known whose.
        alone = sorted(((rule, number) for rule, number in found["only"].items() if rule != APART), key=lambda of: (-of[1], of[0]))
        opened = [self._opened(rule, number) for rule, number in alone]
        # Where no rule keeps somebody away alone, at least the one that keeps the most.
        return [_("Nobody is possible at present."), *(opened or self._narrowed(found))]

    def _opened(self, rule: str, number: int) -> str:
        told = {"rule": self.called(rule), "number": number}
        if rule == "#minimum":
            return (
                ngettext(
                    "With a lower limit for a match, %(number)d person would be possible.",
                    "With a lower limit for a match, %(number)d people would be possible.",
                    number,
                )
                % told
            )
        if rule == "#no_place":
            return (
                ngettext(
                    "%(number)d person would fit, but has no free place left beside locked people.",
                    "%(number)d people would fit, but have no free place left beside locked people.",
                    number,
                )
                % told
            )
        return (
            ngettext(
                "Without the rule “%(rule)s”, %(number)d person would be possible.",
                "Without the rule “%(rule)s”, %(number)d people would be possible.",
                number,
            )
            % told
        )

    def called(self, rule: str) -> str:
        return self.criteria[rule].question.text

    def what_would_help(self, unmatched: Iterable[Unmatched]) -> list[str]:
        """What mentors the program would need, for all of these together: "Three more mentors who speak Arabic would help"."""
        by_answer: dict[str, Counter[str]] = defaultdict(Counter)
        places = 0
        for one in unmatched:
            if needed := self._blocking(one.found):
                for label in self._said(one.membership_id, needed):
                    by_answer[needed][label] += 1
            elif not one.found or one.found.get("allowed"):
                places += 1
        helps = [self._more(rule, label, number) for rule, counted in by_answer.items() for label, number in counted.most_common(2)]
        return [*helps, self._more_places(places)] if places else helps

    def _more_places(self, number: int) -> str:
        said = ngettext("%(number)d more place would help.", "%(number)d more places would help.", number)
        return said % {"number": number}

    def _blocking(self, found: Mapping[str, Any]) -> str:
        """The criterion that excludes the most mentors, if that is half of them at least."""
        excluded = found.get("excluded", {})
        of_criteria = {rule: number for rule, number in excluded.items() if rule in self.criteria and 2 * number >= self.run.mentors}
        return max(of_criteria, key=lambda rule: (of_criteria[rule], rule)) if of_criteria else ""

    def _said(self, membership: int, rule: str) -> list[str]:
        person = self.people.get(membership)
        said = person.answers.get(self.criteria[rule].question_id, []) if person else []
        return [said] if isinstance(said, str) else list(said)

    def _more(self, rule: str, label: str, number: int) -> str:
        criterion = self.criteria[rule]
        told = {"number": number, "label": label, "question": criterion.question.text}
        if criterion.kind == Criterion.Kind.LANGUAGE:
            return (
                ngettext(
                    "%(number)d more place with somebody who speaks %(label)s would help.",
                    "%(number)d more places with people who speak %(label)s would help.",
                    number,
                )
                % told
            )
        if criterion.kind == Criterion.Kind.MUST_DIFFER:
            return (
                ngettext(
                    "%(number)d more place with somebody who does not say “%(label)s” to “%(question)s” would help.",
                    "%(number)d more places with people who do not say “%(label)s” to “%(question)s” would help.",
                    number,
                )
                % told
            )
        return (
            ngettext(
                "%(number)d more place with somebody who says “%(label)s” to “%(question)s” would help.",
                "%(number)d more places with people who say “%(label)s” to “%(question)s” would help.",
                number,
            )
            % told
        )


def change_in_words(before: Exact, after: Exact, maximum: int) -> list[str]:
    """What it would do to all: who has a match, the weakest, all together. In sentences."""
    said = []
    if fewer := before.matched - after.matched:
        if fewer > 0:
            words = ngettext("%(number)d person fewer would have a match.", "%(number)d people fewer would have a match.", fewer)
        else:
            words = ngettext("%(number)d person more would have a match.", "%(number)d people more would have a match.", -fewer)
        said.append(words % {"number": abs(fewer)})
    if not maximum:
        return said or [_("As many people would have a match as now.")]
    then, now = of_hundred(before.lowest, maximum), of_hundred(after.lowest, maximum)
    if then == now:
        said.append(_("The weakest match would be as strong as now, %(now)d of 100.") % {"now": now})
    else:
        said.append(_("The weakest match would be %(now)d of 100, instead of %(before)d.") % {"now": now, "before": then})
    return [*said, _change_of_all(before.total - after.total, maximum)]


def of_free_pairs(run: Run) -> Exact:
    """As the run found it. Pairs that were locked are not counted."""
    return Exact(run.matched or 0, run.statistics.get("lowest") or 0, run.total or 0)


def _change_of_all(loss: int, maximum: int) -> str:
    points = of_hundred(abs(loss), maximum)
    if not loss:
        return _("All pairs together would be as good as now.")
    if not points:
        return _("All pairs together would lose less than a point.") if loss > 0 else _("All pairs together would gain less than a point.")
    if loss > 0:
        words = ngettext("All pairs together would lose %(number)d point.", "All pairs together would lose %(number)d points.", points)
    else:
        words = ngettext("All pairs together would gain %(number)d point.", "All pairs together would gain %(number)d points.", points)
    return words % {"number": points}


def of_hundred(score: int, maximum: int) -> int:
    return solver.shown(max(score, 0), maximum) or 0


def _too_few(found: Mapping[str, Any]) -> list[str]:
    mentors = ngettext("this %(number)d person", "these %(number)d people", found["mentors"]) % {"number": found["mentors"]}
    places = ngettext("%(number)d place", "%(number)d places", found["places"]) % {"number": found["places"]}
    return [
        _("%(people)d people can only be matched with %(mentors)s, with %(places)s in all.")
        % {"people": found["rivals"], "mentors": mentors, "places": places},
        _who_came_first(found["longer"], found["rivals"] - 1),
    ]


def _who_came_first(longer: int, others: int) -> str:
    """Of the others, so many have waited longer."""
    if longer == others:
        return _("Whoever has one of them has waited longer.")
    if not longer:
        return _("They have all waited equally long, so what fits best decided.")
    return ngettext(
        "%(number)d of the others has waited longer. Among those who waited equally long, what fits best decided.",
        "%(number)d of the others have waited longer. Among those who waited equally long, what fits best decided.",
        longer,
    ) % {"number": longer}
