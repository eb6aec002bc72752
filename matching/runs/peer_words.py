"""What is said of a run among equal peers, where there is neither a mentor nor a mentee."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from matching.criteria.models import Criterion
from matching.runs.explanation import Words
from matching.runs.models import Run, Unmatched


class PeerWords(Words):
    def why_nobody(self, unmatched: Unmatched) -> list[str]:
        found = unmatched.found
        if not found:
            return [_("The rules and earlier pairs leave too few pairs for everybody.")]
        if "by_hand" in found:
            return [_("Their pair was changed by hand, and they have nobody since.")]
        if not found["allowed"]:
            return self._nobody_possible(found)
        return [*self._narrowed(found), self._needed_elsewhere(found)]

    def _needed_elsewhere(self, found: dict[str, Any]) -> str:
        if found["alone"] == 1 and self.run.people % 2:
            return _("An odd number of people takes part, so that one of them stays over.")
        return ngettext(
            "%(number)d person would be possible, and without them somebody else would have nobody.",
            "%(number)d people would be possible, and without any of them somebody else would have nobody.",
            found["allowed"],
        ) % {"number": found["allowed"]}

    def _left_out(self, rule: str, number: int) -> str:
        told = {"rule": self.called(rule), "number": number, "all": self.run.people - 1}
        if number == self.run.people - 1:
            return _("The rule “%(rule)s” leaves out everybody else.") % told
        return _("The rule “%(rule)s” leaves out %(number)d of %(all)d people.") % told

    def _more_places(self, number: int) -> str:
        return ngettext("%(number)d more person would help.", "%(number)d more people would help.", number) % {"number": number}

    def _more(self, rule: str, label: str, number: int) -> str:
        criterion = self.criteria[rule]
        told = {"number": number, "label": label, "question": criterion.question.text}
        if criterion.kind == Criterion.Kind.LANGUAGE:
            return (
                ngettext(
                    "%(number)d more person who speaks %(label)s would help.",
                    "%(number)d more people who speak %(label)s would help.",
                    number,
                )
                % told
            )
        if criterion.kind == Criterion.Kind.MUST_DIFFER:
            return (
                ngettext(
                    "%(number)d more person who does not say “%(label)s” to “%(question)s” would help.",
                    "%(number)d more people who do not say “%(label)s” to “%(question)s” would help.",
                    number,
                )
                % told
            )
        return (
            ngettext(
                "%(number)d more person who says “%(label)s” to “%(question)s” would help.",
                "%(number)d more people who say “%(label)s” to “%(question)s” would help.",
                number,
            )
            % told
        )


def words_of(run: Run) -> type[Words]:
    return PeerWords if run.is_among_peers else Words
