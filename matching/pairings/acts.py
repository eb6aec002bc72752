"""Every pair act, declared once. The parity test reads this, and so does whoever asks what a half may do.

Decided: an act says in which states of a pairing it may be done, and by whom only as far as both halves are meant alike. There is no place
in it for a mentor or a mentee, so that no act can be given to one side. A later app declares its own in `AppConfig.ready()`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from matching.pairings import states
from matching.pairings.models import Pairing
from programs.memberships.models import Membership

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise

NAME = re.compile(r"[a-z][a-z_-]*\.[a-z][a-z_-]*")

State = Pairing.State
WHILE_ACTIVE = frozenset({State.ACTIVE})
ALSO_WHILE_PAUSED = WHILE_ACTIVE | {State.PAUSED}


class Who(Enum):
    """Whom an act is open to. Both words mean either half."""

    EITHER = "either of the two"
    ITS_AUTHOR = "whichever of the two did what it is about"


@dataclass(frozen=True, kw_only=True)
class Act:
    """One thing a half can do. `route` is the name of the page that does it.

    `staff_too`: those who run the program can do it as well, never in a pairing of their own. See `policies.may_do`.
    """

    name: str
    words: "_StrOrPromise"
    route: str
    states: frozenset[str]
    who: Who
    staff_too: bool

    def is_open_to(self, membership: Membership, pairing: Pairing) -> bool:
        """May this person do it now? Of `ITS_AUTHOR` the act's own policy asks, besides, who that was."""
        return pairing.includes(membership) and pairing.state in self.states


_acts: dict[str, Act] = {}


def declare(
    name: str,
    words: "_StrOrPromise",
    route: str,
    *,
    who: Who = Who.EITHER,
    states: frozenset[str] = WHILE_ACTIVE,
    staff_too: bool = False,
) -> Act:
    """For the policies of the act's subject: once, while the site starts."""
    if not NAME.fullmatch(name):
        raise ValueError(f"{name!r} is no name for an act: subject.verb, in lower case.")
    if name in _acts:
        raise ValueError(f"The act {name!r} is declared twice.")
    if not states:
        raise ValueError(f"The act {name!r} can never be done.")
    _acts[name] = Act(name=name, words=words, route=route, states=states, who=who, staff_too=staff_too)
    return _acts[name]


def every() -> Iterator[Act]:
    return iter(_acts.values())


ACCEPT = declare("pairing.accept", _("Say yes to an introduction"), "matching:accept", states=states.AGREE.starts_from)
# Until it has begun, a yes can be taken back.
DECLINE = declare("pairing.decline", _("Say “not this time” to an introduction"), "matching:decline", states=states.DECLINE.starts_from)
WISH_FOR_SOMEBODY = declare(
    "pairing.wish",
    _("Say that one would like to meet somebody else"),
    "matching:wish",
    states=frozenset({State.ACTIVE, State.PAUSED, State.CLOSED}),
)
TAKE_WISH_BACK = declare(
    "pairing.take_wish_back",
    _("Take back that one would like to meet somebody else"),
    "matching:wish-take-back",
    states=WISH_FOR_SOMEBODY.states,
)
