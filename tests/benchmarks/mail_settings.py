"""Settings of workers that know both mail engines."""

from tests.kernel.outbox.worker_settings import *  # noqa: F403
from tests.kernel.outbox.worker_settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "tests.benchmarks.naive"]
