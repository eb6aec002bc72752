"""Settings as in a real installation, apart from what needs a certificate, and with static files that are named but not compressed."""

import base64
import os

os.environ |= {
    "DEBUG": "false",
    "SECRET_KEY": "of a benchmark, which is gone when it ends",
    "FIELD_KEYS": "1:" + base64.b64encode(bytes(32)).decode(),
    "ALLOWED_HOSTS": "127.0.0.1,testserver",
    "EMAIL_URL": "dummymail://",
}

from mentoring.settings import *  # noqa: F403
from mentoring.settings import STORAGES

SECURE_SSL_REDIRECT = SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = False
STORAGES = STORAGES | {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"}}
