"""Who was erased, by number, in a file that no backup of the database holds: after a restore it says who has to be erased again."""

import fcntl
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings

from programs.people.models import User


@dataclass(frozen=True)
class Tombstone:
    """The number alone would not do: a restored database may have given it to somebody else, who joined at another moment."""

    user_id: int
    joined_at: datetime
    erased_at: datetime

    def __str__(self) -> str:
        return f"{self.user_id} {self.joined_at.isoformat()} {self.erased_at.isoformat()}"


def keep(user: User, now: datetime) -> None:
    """Add a line, on the disk before this returns. What a crash left of one at the end of the file is taken away first."""
    path: Path = settings.TOMBSTONES
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        file.truncate(file.read().rfind(b"\n") + 1)
        file.write(f"{Tombstone(user.pk, user.joined_at, now)}\n".encode("ascii"))
        file.flush()
        os.fsync(file.fileno())


def read(path: Path) -> Iterator[Tombstone]:
    """Raises `ValueError` for a line that is none; a line that was cut off at the end of the file never counted."""
    lines = path.read_text(encoding="ascii").splitlines(keepends=True)
    for line in lines:
        if not line.endswith("\n"):
            return
        user_id, joined_at, erased_at = line.split()
        yield Tombstone(int(user_id), datetime.fromisoformat(joined_at), datetime.fromisoformat(erased_at))
