"""Contents page: each subject's declaration of what it holds about people, made when it is imported. In the order of a copy."""

from checkins.absences import personal as absences
from checkins.accounts import personal as accounts
from checkins.actions import personal as actions
from checkins.agendas import personal as agendas
from checkins.answers import personal as answers
from checkins.care import personal as care
from checkins.cases import personal as cases
from checkins.concerns import personal as concerns
from checkins.decisions import personal as decisions
from checkins.digests import personal as digests
from checkins.goals import personal as goals
from checkins.imbalance import personal as imbalance
from checkins.notes import personal as notes
from checkins.plans import personal as plans
from checkins.reviews import personal as reviews
from checkins.sessions import personal as sessions
from checkins.threads import personal as threads

__all__ = [
    "absences",
    "accounts",
    "actions",
    "agendas",
    "answers",
    "care",
    "cases",
    "concerns",
    "decisions",
    "digests",
    "goals",
    "imbalance",
    "notes",
    "plans",
    "reviews",
    "sessions",
    "threads",
]
