"""What is written to the log: what happened, when, and ids. Never a name, an address, a token or anything that somebody typed.

Decided: what may pass is listed, rather than what may not, since nobody can list everything that is private. Numbers and uuids pass by any
name; text passes by a few names only. What was left out is named, so that whoever misses it finds this page.
"""

import logging
import sys
import time
import traceback
import uuid
from pathlib import Path
from types import TracebackType
from typing import Any

import structlog
from django.dispatch import receiver
from django.http import HttpRequest
from django_structlog import signals
from django_structlog.celery.signals import modify_context_before_task_publish
from django_structlog.middlewares import RequestMiddleware
from structlog.typing import EventDict, Processor, WrappedLogger

TEXTS = {
    *("event", "level", "logger", "timestamp", "request_id", "request"),
    *("task", "task_id", "kind", "reason", "error"),
}
# Added by structlog, taken out again or written without words.
ITS_OWN = {"_record", "_from_structlog", "exc_info", "exception"}
OURS = ("mentoring", "programs", "matching", "guidelines", "checkins")
FRAMES_AT_MOST = 40
CAUSES_AT_MOST = 5
CODE = Path(__file__).resolve().parent.parent


class LogRequest(RequestMiddleware):
    """One line a request, with the pattern of its address instead of the address, which may hold a token or what somebody searched for."""

    def prepare(self, request: HttpRequest) -> None:
        request.began_at = time.perf_counter()  # type: ignore[attr-defined]
        super().prepare(request)

    @staticmethod
    def format_request(request: HttpRequest) -> str:
        return f"{request.method} /{request.resolver_match.route}" if request.resolver_match else f"{request.method} no such page"


@receiver([signals.bind_extra_request_finished_metadata, signals.bind_extra_request_failed_metadata])
def _say_who_and_how_long(request: HttpRequest, log_kwargs: dict[str, Any], **_: object) -> None:
    # Only who is known by now: a line in the log is not worth a query.
    user = getattr(request, "_cached_user", None)
    log_kwargs["user_id"] = getattr(user, "pk", None)
    log_kwargs["milliseconds"] = round(1000 * (time.perf_counter() - request.began_at))  # type: ignore[attr-defined]


@receiver(modify_context_before_task_publish)
def _tell_the_broker_nothing(context: dict[str, Any], **_: object) -> None:
    context.clear()


def ids_only(logger: WrappedLogger, name: str, event: EventDict) -> EventDict:
    left_out = [key for key, value in event.items() if key not in ITS_OWN and not _may_pass(key, value)]
    for key in left_out:
        del event[key]
    if left_out:
        event["left_out"] = sorted(left_out)
    return event


def _may_pass(key: str, value: object) -> bool:
    return isinstance(value, int | float | uuid.UUID | None) or (key in TEXTS and isinstance(value, str))


def quote_nobody(logger: WrappedLogger, name: str, event: EventDict) -> EventDict:
    """Django's sentences about what it refused quote the visitor: the host they asked for, the cookie they sent."""
    record: logging.LogRecord = event["_record"]
    if record.name.startswith("django.security"):
        event["event"], event["reason"] = "refused", record.name.rpartition(".")[2]
    return event


def exception_without_words(logger: WrappedLogger, name: str, event: EventDict) -> EventDict:
    """Say what kind of error it was and where, not its message: PostgreSQL's quote the row, ours may quote a person."""
    info = event.pop("exc_info", None)
    if info is True:
        info = sys.exc_info()
    error = info[1] if isinstance(info, tuple) else info or event.pop("exception", None)
    if isinstance(error, BaseException):
        # django-structlog says the words of a failed task's error beside it.
        event.pop("error", None)
        event["exception"] = _told(error)
    return event


def _told(error: BaseException | None) -> list[dict[str, Any]]:
    causes: list[dict[str, Any]] = []
    while error is not None and len(causes) < CAUSES_AT_MOST:
        kind = type(error)
        causes.append({"type": f"{kind.__module__}.{kind.__qualname__}", "at": _places(error.__traceback__)})
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return causes


def _places(trace: TracebackType | None) -> list[str]:
    frames = [(frame.f_code, line) for frame, line in traceback.walk_tb(trace)]
    return [f"{_short(code.co_filename)}:{line} {code.co_name}" for code, line in frames[-FRAMES_AT_MOST:]]


def _short(filename: str) -> str:
    return filename.removeprefix(f"{CODE}/").rpartition("site-packages/")[2]


# What is known of every event, whoever logs it.
COMMON: list[Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]


def configuration(*, readable: bool) -> dict[str, Any]:
    """Django's LOGGING. `readable` is for whoever develops: lines, whole tracebacks, and what libraries put into their sentences."""
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *COMMON, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )
    of_libraries: list[Processor] = [*COMMON, structlog.stdlib.ExtraAdder()]
    clean = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    if readable:
        written: list[Processor] = [
            ids_only,
            clean,
            structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback),
        ]
    else:
        of_libraries.append(quote_nobody)
        written = [exception_without_words, ids_only, clean, structlog.processors.JSONRenderer(default=str)]
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "ours": {
                "()": structlog.stdlib.ProcessorFormatter,
                "processors": written,
                "foreign_pre_chain": of_libraries,
                # The sentence of a library without what it puts into it: "Connected to %s", not where.
                "use_get_message": readable,
            }
        },
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "ours"}},
        "root": {"handlers": ["console"], "level": "WARNING"},
        "loggers": {
            **{name: {"level": "INFO"} for name in (*OURS, "django_structlog", "celery")},
            # Each of these would say a second time, and with words, what our own line says.
            "django": {"level": "WARNING", "handlers": [], "propagate": True},
            "django.request": {"level": "CRITICAL"},
            "celery.app.trace": {"level": "CRITICAL"},
            "celery.worker.strategy": {"level": "WARNING"},
            "celery.beat": {"level": "WARNING"},
            # gunicorn has a handler of its own, which would print the address of a page that broke.
            "gunicorn.error": {"level": "INFO", "handlers": [], "propagate": True},
        },
    }
