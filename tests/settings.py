"""The site's settings with what is slow switched off. Nothing is faked: tests use a real database, broker and cache."""

import os

os.environ |= {"DEBUG": "true", "SECRET_KEY": "tests only"}
for name in ("EMAIL_URL", "CACHE_URL", "FIELD_KEYS", "EVENHAND_PROBE", "EVENHAND_FAILPOINT", "ALLOWED_HOSTS"):
    os.environ.pop(name, None)

from mentoring import embedded
from mentoring.settings import *  # noqa: F403
from mentoring.settings import CACHES, LOGGING, REDIS_URL, STORAGES

# Each xdist worker has two logical databases to itself: the broker's and the cache's.
WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
REDIS_URL = CELERY_BROKER_URL = embedded.redis_url_with(REDIS_URL, database=2 * WORKER)
CACHES = {"default": CACHES["default"] | {"LOCATION": embedded.cache_url_beside(REDIS_URL)}}

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# Each browser of a test would look for all static files anew; those that need one have it from a server of their own.
WHITENOISE_USE_FINDERS = False
STORAGES = STORAGES | {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
# A line for each page is for who runs a site; what it says is tested with the level that a site has.
LOGGING["loggers"]["django_structlog"] = {"level": "ERROR"}
