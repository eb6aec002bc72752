"""One file for every machine. What differs between machines comes from the environment; see `.env.example`."""

import logging
from pathlib import Path
from urllib.parse import urljoin

import environ
import fontpkg_atkinson_hyperlegible
import kombu
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from mentoring import embedded, logs
from mentoring.kernel.queues import Queue

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

DEBUG = env.bool("DEBUG", default=True)
SECRET_KEY = env.str("SECRET_KEY", default="development only") if DEBUG else env.str("SECRET_KEY")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["*"] if DEBUG else [])
# Where a link in a mail leads.
BASE_URL = env.str("BASE_URL", default="http://localhost:8000" if DEBUG else f"https://{(ALLOWED_HOSTS or ['localhost'])[0]}")
# Keys of encrypted text, newest first: "id:base64 of 32 bytes,…". They live outside the database and outside its backups.
FIELD_KEYS = env.str("FIELD_KEYS", default="dev:ZXZlbmhhbmQtZGV2ZWxvcG1lbnQta2V5LTMyLWJ5dGU=") if DEBUG else env.str("FIELD_KEYS")
# Outside checks count queries; never on in real use.
EVENHAND_PROBE = env.bool("EVENHAND_PROBE", default=False)
# Where a test lets workers die; see kernel/outbox/failpoints.py.
EVENHAND_FAILPOINT = env.str("EVENHAND_FAILPOINT", default="") if DEBUG else ""
# Threads with one SMTP connection each, a worker process.
EMAIL_CONNECTIONS = env.int("EMAIL_CONNECTIONS", default=4)
EVENHAND_DATA = embedded.data_folder()
# Who was erased, by number: kept where no backup of the database is, and read by `manage.py erase_again` after a restore.
TOMBSTONES = Path(env.str("TOMBSTONES", default=str(EVENHAND_DATA / "erased.txt")))
# Where "Leave this page" leads: a place that tells nothing of what was open.
LEAVE_URL = env.str("LEAVE_URL", default="https://www.bbc.co.uk/weather")

INSTALLED_APPS = [
    "mentoring",
    "mentoring.kernel",
    "programs",
    "matching",
    "guidelines",
    "checkins",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.usersessions",
    "crispy_forms",
    "django_htmx",
    "django_filters",
    "csp",
    "django_structlog",
]

MIDDLEWARE = [
    # Around everything: what it gives, it gives to all that is called within.
    "mentoring.middleware.make_room",
    *(["mentoring.middleware.count_queries"] if EVENHAND_PROBE else []),
    # First what goes on every answer, however early it is given.
    "csp.middleware.CSPMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    # Its random padding keeps a guesser from reading a page's secrets off its length.
    "django.middleware.gzip.GZipMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "mentoring.middleware.keep_nothing",
    "mentoring.logs.LogRequest",
    "mentoring.middleware.SignedSessions",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "mentoring.middleware.end_after_a_while",
    "mentoring.middleware.leave_nothing_behind",
    "mentoring.middleware.say_where_mail_comes_back",
    "mentoring.middleware.wait_without_limits",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "mentoring.middleware.in_the_persons_words",
]

ROOT_URLCONF = "mentoring.urls"
WSGI_APPLICATION = "mentoring.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
            "builtins": ["django.templatetags.i18n", "mentoring.kernel.templatetags.components"],
        },
    },
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
CRISPY_ALLOWED_TEMPLATE_PACKS = CRISPY_TEMPLATE_PACK = "evenhand"

# --- data ---
DATABASES = {"default": env.db("DATABASE_URL", default=embedded.database_url())}
DATABASES["default"]["CONN_MAX_AGE"] = 60
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
REDIS_URL = env.str("REDIS_URL", default=embedded.redis_url())
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": env.str("CACHE_URL", default=embedded.cache_url_beside(REDIS_URL)),
    }
}

# --- people ---
AUTH_USER_MODEL = "programs.User"
# Addresses are unique, in whatever case: by a constraint that this check does not see.
SILENCED_SYSTEM_CHECKS = ["auth.W004"]
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "programs.people.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = True
ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED = True
# One length for every mailed code: the forms and the mails say "15 minutes".
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = ACCOUNT_PASSWORD_RESET_BY_CODE_TIMEOUT = ACCOUNT_EMAIL_VERIFICATION_BY_CODE_TIMEOUT = 15 * 60
ACCOUNT_LOGIN_TIMEOUT = 20 * 60
ALLAUTH_USER_CODE_FORMAT = {"numeric": True, "length": 6, "dashed": False}
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_FORMS = {
    "login": "programs.people.forms.SignIn",
    "request_login_code": "programs.people.forms.AskForCode",
    "confirm_login_code": "programs.people.forms.ConfirmSignInCode",
    "confirm_email_verification_code": "programs.people.forms.ConfirmAddress",
    "confirm_password_reset_code": "programs.people.forms.ConfirmResetCode",
    "reset_password": "programs.people.forms.AskForReset",
    "reset_password_from_key": "programs.people.forms.ChooseNewPassword",
    "set_password": "programs.people.forms.SetPassword",
    "change_password": "programs.people.forms.ChangePassword",
    "add_email": "programs.people.forms.ChangeAddress",
    "reauthenticate": "programs.people.forms.ShowItIsYou",
}
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = DEBUG
MFA_ADAPTER = "programs.people.adapter.MfaAdapter"
MFA_TOTP_ISSUER = "Evenhand"
# A code that was current while somebody typed it: the step before counts too.
MFA_TOTP_TOLERANCE = 1
MFA_FORMS = {
    "authenticate": "programs.people.forms.SecondStep",
    "reauthenticate": "programs.people.forms.ShowItIsYouByCode",
    "activate_totp": "programs.people.forms.AddApp",
    "add_webauthn": "programs.people.forms.AddPasskey",
    "authenticate_webauthn": "programs.people.forms.SecondStepByPasskey",
    "login_webauthn": "programs.people.forms.SignInByPasskey",
    "reauthenticate_webauthn": "programs.people.forms.ShowItIsYouByPasskey",
    "edit_webauthn": "programs.people.forms.RenamePasskey",
}
SOCIALACCOUNT_ADAPTER = "programs.people.adapter.SocialAccountAdapter"
SOCIALACCOUNT_PROVIDERS: dict[str, object] = {}
# An organisation's own sign-in (OpenID Connect), if there is one. It opens the account whose address it vouches for.
OIDC_SERVER_URL = env.str("OIDC_SERVER_URL", default="")
if OIDC_SERVER_URL:
    SOCIALACCOUNT_PROVIDERS["openid_connect"] = {
        "EMAIL_AUTHENTICATION": True,
        "EMAIL_AUTHENTICATION_AUTO_CONNECT": True,
        "APPS": [
            {
                "provider_id": "organisation",
                "name": env.str("OIDC_NAME", default="your organisation"),
                "client_id": env.str("OIDC_CLIENT_ID"),
                "secret": env.str("OIDC_CLIENT_SECRET"),
                "settings": {"server_url": OIDC_SERVER_URL},
            }
        ],
    }
# A code has six digits and three tries: twelve codes an hour keep guessing hopeless.
ACCOUNT_RATE_LIMITS = {"login_failed": "10/m/ip,5/5m/key", "request_login_code": "20/m/ip,3/m/key,12/h/key"}
SESSION_COOKIE_AGE = 14 * 24 * 3600
SESSION_SAVE_EVERY_REQUEST = False

# --- queues ---
CELERY_BROKER_URL = REDIS_URL
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# A page never waits for the broker: a wake-up that cannot be sent is dropped, and beat comes by.
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "socket_timeout": 5,
    "socket_connect_timeout": 1,
    "max_retries": 1,
    "interval_start": 0,
    "connect_retries_timeout": 0.01,
}
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_DEFAULT_QUEUE = Queue.WORK.value
# A worker started without a choice of queues takes them all.
CELERY_TASK_QUEUES = [kombu.Queue(queue.value) for queue in Queue]
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 4
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"
# Beat writes down each thing it sends: the age of its file shows whether it lives.
CELERY_BEAT_SYNC_EVERY = 1
# `expires` keeps ticks from piling up while no worker runs.
CELERY_BEAT_SCHEDULE: dict[str, dict[str, object]] = {
    "drain outbox": {"task": "kernel.drain_outbox", "schedule": 30, "options": {"expires": 30, "queue": Queue.MAIL.value}},
    "reap outbox": {"task": "kernel.reap_outbox", "schedule": 30, "options": {"expires": 30, "queue": Queue.MAIL.value}},
    "retire outbox": {"task": "kernel.retire_outbox", "schedule": 3600, "options": {"expires": 600, "queue": Queue.WORK.value}},
    "settle check-ins": {"task": "checkins.settle_check_ins", "schedule": 60, "options": {"expires": 60, "queue": Queue.MAIL.value}},
    "settle endings": {"task": "matching.settle_endings", "schedule": 600, "options": {"expires": 600, "queue": Queue.WORK.value}},
    "lapse introductions": {
        "task": "matching.lapse_introductions",
        "schedule": 600,
        "options": {"expires": 600, "queue": Queue.WORK.value},
    },
    "find signals": {"task": "checkins.find_signals", "schedule": 3600, "options": {"expires": 3600, "queue": Queue.WORK.value}},
    "look over signals": {
        "task": "checkins.look_over_signals",
        "schedule": 24 * 3600,
        "options": {"expires": 3600, "queue": Queue.WORK.value},
    },
    "note pulse": {"task": "kernel.note_pulse", "schedule": 30, "options": {"expires": 30, "queue": Queue.MAIL.value}},
    "run due jobs": {"task": "kernel.run_due_jobs", "schedule": 30, "options": {"expires": 30, "queue": Queue.WORK.value}},
    "purge once keys": {"task": "kernel.purge_once_keys", "schedule": 24 * 3600, "options": {"expires": 3600, "queue": Queue.WORK.value}},
    "purge limit counts": {
        "task": "kernel.purge_limit_counts",
        "schedule": 24 * 3600,
        "options": {"expires": 3600, "queue": Queue.WORK.value},
    },
    "purge copies": {"task": "programs.purge_copies", "schedule": 3600, "options": {"expires": 600, "queue": Queue.WORK.value}},
    "purge bounce events": {
        "task": "kernel.purge_bounce_events",
        "schedule": 24 * 3600,
        "options": {"expires": 3600, "queue": Queue.WORK.value},
    },
    "forget answer links": {
        "task": "checkins.forget_answer_links",
        "schedule": 24 * 3600,
        "options": {"expires": 3600, "queue": Queue.WORK.value},
    },
    "forget review answers": {
        "task": "checkins.forget_review_answers",
        "schedule": 24 * 3600,
        "options": {"expires": 3600, "queue": Queue.WORK.value},
    },
    "remind readers": {"task": "checkins.remind_readers", "schedule": 600, "options": {"expires": 600, "queue": Queue.MAIL.value}},
    "forget runs": {"task": "matching.forget_runs", "schedule": 24 * 3600, "options": {"expires": 3600, "queue": Queue.WORK.value}},
    "owe digests": {"task": "checkins.owe_digests", "schedule": 300, "options": {"expires": 300, "queue": Queue.MAIL.value}},
    "nudge": {"task": "checkins.nudge", "schedule": 24 * 3600, "options": {"expires": 3600, "queue": Queue.WORK.value}},
    "offer courses": {
        "task": "guidelines.offer_courses",
        "schedule": 24 * 3600,
        "options": {"expires": 3600, "queue": Queue.WORK.value},
    },
    "let go": {"task": "programs.let_go", "schedule": 24 * 3600, "options": {"expires": 3600, "queue": Queue.WORK.value}},
    "purge sheets": {"task": "programs.purge_sheets", "schedule": 24 * 3600, "options": {"expires": 3600, "queue": Queue.WORK.value}},
}

# --- mail ---
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="Evenhand <evenhand@localhost>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
EMAIL_TIMEOUT = 30
if "EMAIL_URL" in env.ENVIRON:
    vars().update(env.email_url("EMAIL_URL"))
else:
    # Without a mail server each mail becomes a file, and the development mailbox shows it.
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_FILE_PATH = EVENHAND_DATA / "mailbox"
# The service that carries our mail and tells us at /mail/events/ what came back: "mailgun", "postal" or "sendgrid", and the key by which
# it signs. Empty: there is no such page.
MAIL_EVENTS_FROM = env.str("MAIL_EVENTS_FROM", default="")
MAIL_EVENTS_KEY = env.str("MAIL_EVENTS_KEY", default="")

# --- log ---
LOGGING = logs.configuration(readable=DEBUG)
# One line a request, when it is answered. Nobody's address on the net, and who it was without asking the database.
DJANGO_STRUCTLOG_IP_LOGGING_ENABLED = False
DJANGO_STRUCTLOG_USER_ID_FIELD = ""
DJANGO_STRUCTLOG_STATUS_START_LOG_LEVEL = DJANGO_STRUCTLOG_CELERY_TASK_START_LOG_LEVEL = logging.DEBUG
DJANGO_STRUCTLOG_CELERY_TASK_SUCCESS_LOG_LEVEL = logging.DEBUG
DJANGO_STRUCTLOG_CELERY_TASK_FAILURE_LOG_LEVEL = logging.ERROR

# --- words and times ---
USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = True
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]

# --- static files ---
STATIC_URL = "/static/"
STATIC_ROOT = Path(env.str("STATIC_ROOT", default=str(EVENHAND_DATA / "static")))
STATICFILES_DIRS = [
    BASE_DIR / "static",
    ("fonts", Path(fontpkg_atkinson_hyperlegible.__file__).parent / "files"),
]
# What is said after a form is said once, even where two clicks make two answers and the browser drops the first.
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = DEBUG
MEDIA_ROOT = EVENHAND_DATA / "media"
# What a form takes stays in memory until it is encrypted: no file of a concern lies readable in a folder, even for a moment. What is larger
# is refused, and lies in the folder for temporary files until it has come in.
FILE_UPLOAD_MAX_MEMORY_SIZE = 27 * 1024 * 1024

# --- what a browser may do ---
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        # Chrome follows the redirect of a posted form too: the organisation's sign-in has to be named.
        "form-action": [SELF, *([urljoin(OIDC_SERVER_URL, "/").rstrip("/")] if OIDC_SERVER_URL else [])],
    }
}
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "mentoring.views.csrf_failure"
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
if not DEBUG:
    # __Host- binds a cookie to this host and to https.
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-sessionid", "__Host-csrftoken"
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=True)
    SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    # Whom limits are counted for: the address that the last of so many proxies saw.
    ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXIES", default=1)
    SECURE_HSTS_SECONDS = 365 * 24 * 3600
    SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = True
