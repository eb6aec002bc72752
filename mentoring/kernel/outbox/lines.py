"""A line to the mail server: opened once, used for many mails, and honest about what happened when it breaks.

Mail goes through whatever backend `EMAIL_URL` names; where that is SMTP, the conversation is watched, because only from inside can one
tell whether the text of a mail had left when the line broke.
"""

import smtplib
import time
from contextlib import suppress

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends import smtp
from django.core.mail.backends.base import BaseEmailBackend

from mentoring.kernel.outbox import replies
from mentoring.kernel.outbox.replies import Outcome, Reply

MAILS_A_LINE = 100
# For a whole conversation, and less than the lease has left when it begins.
CONVERSATION_SECONDS = 30
GO_ON = 354


class ServerAway(Exception):
    """The server cannot be reached, or will not let us in, or takes nothing from us: no mail is to blame."""


class Line:
    def __init__(self) -> None:
        self._backend: BaseEmailBackend | None = None
        self._mails = 0

    def make_ready(self) -> None:
        """Open it, or see that it still holds. Raises `ServerAway`."""
        if self._backend is not None and (self._mails >= MAILS_A_LINE or not self._still_holds()):
            self.close()
        if self._backend is None:
            self._backend, self._mails = _new_backend(), 0
            try:
                self._backend.open()
                if conversation := self._conversation():
                    conversation.ehlo_or_helo_if_needed()
            except OSError as wrong:  # what smtplib raises is one too
                self.close()
                raise ServerAway(_named(wrong)) from wrong

    def send(self, mail: EmailMessage) -> Reply:
        """Raises `ServerAway` when the server takes nothing from our address. Needs `make_ready` before."""
        if self._backend is None:
            raise ServerAway("not opened")
        self._mails += 1
        if conversation := self._conversation():
            conversation.deadline = time.monotonic() + CONVERSATION_SECONDS
        try:
            self._backend.send_messages([mail])
        except smtplib.SMTPRecipientsRefused as refused:
            reply = replies.read(*next(iter(refused.recipients.values())), to_recipient=True)
        except smtplib.SMTPSenderRefused as refused:
            # Every mail of ours has the same sender.
            if refused.smtp_code >= 500:
                raise ServerAway(f"{refused.smtp_code} sender refused") from refused
            reply = Reply(Outcome.LOST, f"{refused.smtp_code} sender not now")
        except smtplib.SMTPResponseException as refused:
            reply = replies.read(refused.smtp_code, refused.smtp_error)
        except OSError as broken:
            text_had_left = conversation is not None and conversation.text_has_left
            reply = Reply(Outcome.DOUBTFUL if text_had_left else Outcome.LOST, "no answer" if text_had_left else _named(broken))
        else:
            return replies.TAKEN
        if reply.outcome in (Outcome.LOST, Outcome.DOUBTFUL):
            self.close()
        return reply

    def close(self) -> None:
        backend, self._backend = self._backend, None
        if backend is not None:
            with suppress(OSError):  # it is gone either way
                backend.close()

    def _conversation(self) -> "_Watched | None":
        conversation = getattr(self._backend, "connection", None)
        return conversation if isinstance(conversation, _Watched) else None

    def _still_holds(self) -> bool:
        """Asked before a mail is handed over, so that a line that broke while idle costs no mail an attempt."""
        conversation = self._conversation()
        if conversation is None or not self._mails:
            return True
        conversation.deadline = time.monotonic() + CONVERSATION_SECONDS
        try:
            return conversation.rset()[0] == 250
        except OSError:
            return False


class _Watched(smtplib.SMTP):
    """Knows whether the text of a mail has left, and ends a conversation in time, however slowly the server answers."""

    text_has_left = False
    deadline: float | None = None

    def send(self, s: object) -> None:
        self._hurry()
        super().send(s)  # type: ignore[arg-type]

    def getreply(self) -> tuple[int, bytes]:
        self._hurry()
        code, words = super().getreply()
        # True from the server's "go on" until its answer to the text.
        self.text_has_left = code == GO_ON
        return code, words

    def _hurry(self) -> None:
        if self.deadline is not None and self.sock is not None:
            self.sock.settimeout(max(0.01, self.deadline - time.monotonic()))


class _WatchedSSL(_Watched, smtplib.SMTP_SSL):
    pass


class _WatchedBackend(smtp.EmailBackend):
    @property
    def connection_class(self) -> type[smtplib.SMTP]:
        return _WatchedSSL if self.use_ssl else _Watched


def _new_backend() -> BaseEmailBackend:
    if settings.EMAIL_BACKEND == "django.core.mail.backends.smtp.EmailBackend":
        return _WatchedBackend()
    return get_connection()


def _named(wrong: OSError) -> str:
    code = getattr(wrong, "smtp_code", None)
    return f"{code or ''} {type(wrong).__name__}".strip()
