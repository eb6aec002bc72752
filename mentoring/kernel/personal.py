"""Contents page: each subject's declaration of what it holds about people, made when it is imported. In the order of a copy."""

from mentoring.kernel.audit import personal as audit
from mentoring.kernel.bounces import personal as bounces
from mentoring.kernel.jobs import personal as jobs
from mentoring.kernel.limits import personal as limits
from mentoring.kernel.once import personal as once
from mentoring.kernel.outbox import personal as outbox
from mentoring.kernel.wishes import personal as wishes

__all__ = [
    "audit",
    "bounces",
    "jobs",
    "limits",
    "once",
    "outbox",
    "wishes",
]
