"""What this subject holds about people."""

from mentoring.kernel.holdings.registry import PROGRAMS_RECORD, holds_nothing_of_people
from programs.retention.models import RetentionRule

holds_nothing_of_people(RetentionRule, PROGRAMS_RECORD)
