"""A mail server for tests: takes everything, remembers it, and misbehaves when told to.

As a program (`python -m tests.kernel.outbox.sink DELAY`) it is one of a process of its own, so that its work is not counted as ours: it
prints its port; and for each number on its input, once so many mails have come, what it has seen so far.
"""

import asyncio
import email
import json
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import default
from typing import Self

Rule = Callable[[str, str], str | None]
HANG_UP = "hang up"
SAY_NOTHING = "say nothing"
LONGEST = 900


@dataclass(frozen=True)
class Received:
    recipient: str
    content: bytes
    at: float

    @property
    def message(self) -> EmailMessage:
        return email.message_from_bytes(self.content, policy=default)  # type: ignore[return-value]

    @property
    def message_id(self) -> str:
        head = self.content.split(b"\r\n\r\n", 1)[0].decode(errors="replace")
        return next(line.partition(":")[2].strip() for line in head.splitlines() if line.lower().startswith("message-id:"))


@dataclass
class Sink:
    """`rule(stage, recipient)` answers for it: a reply, `HANG_UP` or `SAY_NOTHING`; None is the usual. Stages: connect, MAIL, RCPT, DATA,
    text, taken (the text is kept, and only then comes the reply)."""

    delay: float = 0.0
    rule: Rule = lambda stage, recipient: None
    mails: list[Received] = field(default_factory=list)
    begun: list[tuple[str, float]] = field(default_factory=list)
    connections: int = 0
    commands: Counter[str] = field(default_factory=Counter)
    arrived: threading.Condition = field(default_factory=threading.Condition)
    port: int = 0

    def __enter__(self) -> Self:
        started = threading.Event()
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self._run, args=(started,), daemon=True)
        self.thread.start()
        assert started.wait(10)
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        if self.loop.is_closed():
            return
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(10)

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    def to(self, recipient: str) -> list[Received]:
        return [mail for mail in self.mails if mail.recipient == recipient]

    def has_come(self, number: int, *, seconds: float = 60) -> bool:
        """True as soon as so many mails have come; False if they have not by then."""
        with self.arrived:
            return self.arrived.wait_for(lambda: len(self.mails) >= number, timeout=seconds)

    def copies(self) -> int:
        """How many more mails came than there are people who got one."""
        return len(self.mails) - len({mail.recipient for mail in self.mails})

    def _run(self, started: threading.Event) -> None:
        asyncio.set_event_loop(self.loop)
        server = self.loop.run_until_complete(asyncio.start_server(self._converse, "127.0.0.1", 0))
        self.port = server.sockets[0].getsockname()[1]
        started.set()
        self.loop.run_forever()
        server.close()
        for task in asyncio.all_tasks(self.loop):
            task.cancel()
        self.loop.run_until_complete(asyncio.sleep(0))
        self.loop.close()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        recipient = ""
        try:
            await self._answer(writer, "connect", "", "220 sink")
            while line := (await reader.readline()).decode(errors="replace").strip():
                command = line[:4].upper()
                self.commands[command] += 1
                if command == "RCPT":
                    recipient = line.partition("<")[2].partition(">")[0]
                    self.begun.append((recipient, time.monotonic()))
                if command == "DATA":
                    if await self._answer(writer, "DATA", recipient, "354 go on"):
                        await self._take(reader, writer, recipient)
                elif command in ("EHLO", "HELO"):
                    await self._answer(writer, command, "", "250-sink\r\n250 8BITMIME")
                elif command == "QUIT":
                    await self._answer(writer, command, "", "221 bye")
                    return
                else:
                    await self._answer(writer, command, recipient, "250 2.0.0 fine")
        except (ConnectionError, asyncio.CancelledError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, recipient: str) -> None:
        content = (await reader.readuntil(b"\r\n.\r\n"))[:-3]
        if await self._answer(writer, "text", recipient, ""):
            with self.arrived:
                self.mails.append(Received(recipient, content, time.monotonic()))
                self.arrived.notify_all()
            await self._answer(writer, "taken", recipient, "250 2.0.0 taken")

    async def _answer(self, writer: asyncio.StreamWriter, stage: str, recipient: str, usual: str) -> bool:
        """True when it went the usual way."""
        said = self.rule(stage, recipient)
        if said == HANG_UP:
            raise ConnectionError
        if said == SAY_NOTHING:
            await asyncio.sleep(3600)
        if self.delay and (said or usual):
            await asyncio.sleep(self.delay)
        if said or usual:
            writer.write(f"{said or usual}\r\n".encode())
            await writer.drain()
        return said is None


def serve() -> None:
    with Sink(delay=float(sys.argv[1])) as sink:
        sys.stdout.write(f"{sink.port}\n")
        sys.stdout.flush()
        for number in sys.stdin:
            sink.has_come(int(number), seconds=LONGEST)
            mails = list(sink.mails)
            seen = {"mails": len(mails), "people": len({mail.recipient for mail in mails}), "connections": sink.connections}
            sys.stdout.write(json.dumps(seen) + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    serve()
