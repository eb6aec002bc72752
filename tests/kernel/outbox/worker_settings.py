"""The site's settings for a worker of its own process, with an app that owes mail."""

from mentoring.settings import *  # noqa: F403
from mentoring.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "tests.kernel.outbox.probe"]
