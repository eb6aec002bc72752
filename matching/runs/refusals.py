"""What the solver says no to, in words for those who run the program."""

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from mentoring.kernel.errors import Refused

if TYPE_CHECKING:
    from matching import solver
    from matching.solver.errors import Code

# What nobody can have done on a page: the run was put together wrongly.
OURS = _(
    "What was read for this run does not fit together, so nothing was matched. Start it again. If this comes back, tell "
    "whoever looks after your installation: “%(code)s”."
)
WORDS: "dict[Code, object]" = {
    "too_large": _("These are too many people for one run. Match one cohort after the other."),
    "range": _("All that counts weighs more together than can be counted. Take a criterion out, or let some weigh less."),
    "lock_forbidden": _("Two people are locked together who are also kept apart. Take the lock or the “never” away."),
    "lock_twice": _("Somebody is locked to two people. Take a lock away."),
    "lock_capacity": _("More people are locked to somebody than they have free places. Take a lock away."),
    "lock_self": _("Somebody is locked to themselves. Take the lock away."),
    "unknown_person": _("Somebody who was to take part is not there any more. Start a new run."),
    "shape": OURS,
    "capacity": OURS,
    "nan": OURS,
    "not_integer": OURS,
    "kind": OURS,
    "weight": OURS,
    "span": OURS,
    "missing": OURS,
    "dtype": OURS,
    "duplicate_key": OURS,
    "fairness": OURS,
    "load_step": OURS,
    "unmatched": OURS,
}


def refused(wrong: "solver.MatchError") -> Refused:
    return Refused(str(WORDS[wrong.code]) % {"code": wrong.code})
