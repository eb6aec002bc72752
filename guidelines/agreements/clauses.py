"""What an agreement is about, in order. The words of the questions belong to the page; what two write is kept by the key."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise


@dataclass(frozen=True)
class Subject:
    """`title` stands above the joint text, `question` above the field in which each answers alone."""

    key: str
    title: "_StrOrPromise"
    question: "_StrOrPromise"
    hint: "_StrOrPromise" = ""
    is_asked_apart: bool = True


LIMITS, REVIEW = "limits", "review"
SUBJECTS = (
    Subject("who", _("Who we are, and why we do this"), _("Why are you here? What should the other person know about you?")),
    Subject(
        "learn", _("What each of us hopes to learn"), _("What do you hope to learn?"), _("Both of you learn, whoever is called the mentor.")
    ),
    Subject("rhythm", _("How often, where, how long"), _("How often would you like to meet, where or by what means, and for how long?")),
    Subject("agenda", _("Who begins the agenda"), _("Who begins the agenda, and how do you take turns?")),
    Subject(
        "decide",
        _("How we decide, and open a decision again"),
        _("How do you want to decide things together? When may one of you open a decision again?"),
    ),
    Subject("offer", _("What each of us offers, and does not"), _("What do you offer? What do you not offer?")),
    Subject(
        LIMITS,
        _("Our limits"),
        _("What do you two want to say about limits?"),
        _("What holds for you both stands on the page of your limits. Nobody has to say here what they have set."),
        is_asked_apart=False,
    ),
    Subject("private", _("What stays between us"), _("What should stay between you two, beyond what the program says?")),
    Subject("feedback", _("How we tell each other what to change"), _("How would you like to hear it if something should change?")),
    Subject("disagree", _("If we disagree"), _("If you two disagree: how do you talk about it first, and whom do you ask next?")),
    Subject("missed", _("Meetings that do not happen"), _("What happens when one of you cannot come?")),
    Subject("pause", _("If one of us needs a pause"), _("What should be possible when one of you needs a pause?")),
    Subject(
        REVIEW, _("When we look at this again, and the end"), _("When do you want to look at this again? When should your pairing end?")
    ),
    Subject(
        "after",
        _("How we end"),
        _("How would you like to say goodbye?"),
        _("Whether you stay in touch is asked of each of you alone at the end."),
    ),
    Subject("well", _("What “it went well” would look like"), _("How would you notice, at the end, that it went well?")),
)
BY_KEY = {subject.key: subject for subject in SUBJECTS}
APART = tuple(subject for subject in SUBJECTS if subject.is_asked_apart)


def digest_of(texts: Mapping[str, str], review_on: date) -> str:
    """Of exactly this text. `texts` by the key of each clause."""
    said = [f"{subject.key}\n{texts.get(subject.key, '')}" for subject in SUBJECTS]
    return sha256("\n\n".join([*said, review_on.isoformat()]).encode()).hexdigest()


def is_alike(answers: Iterable[str]) -> bool:
    """They say the same, apart from case and spaces."""
    return len({" ".join(answer.casefold().split()) for answer in answers}) == 1
