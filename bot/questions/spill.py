"""The spill journal: where questions wait while the database cannot take them.

JSON Lines, append-only, fsynced before anybody is told "saved", readable by its owner alone. Text
in it is redacted already. A line cut short by a crash is kept aside and never stops the others.
Beside the journal lies a reserve of empty lines, so that a full disk still takes some questions.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import json
import os
import stat
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import structlog

from bot.errors import StoreError
from bot.questions import durable

_log = structlog.get_logger(__name__)

JOURNAL = "spill.jsonl"
REJECTED = "spill.rejected.jsonl"
RESERVE = "spill.reserve"
_LOCK = "spill.lock"
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)

Line = dict[str, Any]


def fallback_folder(state_dir: Path) -> Path:
    """Return the folder that takes lines when the state folder cannot: one for each user and bot."""
    bot = hashlib.sha256(os.fsencode(state_dir.absolute())).hexdigest()[:12]
    return Path("/var/tmp") / f"signpost-{os.geteuid()}-{bot}"


class SpillJournal:
    """A journal in the first of several folders that takes it."""

    def __init__(self, folders: Sequence[Path]) -> None:
        self._folders = tuple(folders)

    def prepare(self) -> None:
        """Make the first folder, its lock and its reserve, if possible; the others are made when needed."""
        for folder in self._folders[:1]:
            with suppress(OSError):
                _own_folder(folder)
                with _locked(folder):
                    durable.make_reserve(folder / RESERVE)

    def append(self, line: Line) -> Path:
        """Write one line durably and return the folder it went to; `StoreError` if none took it."""
        data = _dump([line])
        failures = []
        for folder in self._folders:
            try:
                _own_folder(folder)
                with _locked(folder):
                    _append(folder, data)
            except OSError as error:
                failures.append(f"{folder}: {error.strerror or error}")
                continue
            return folder
        raise StoreError(f"The spill journal cannot be written ({'; '.join(failures)}).")

    def waiting(self) -> bool:
        """Say whether any folder holds lines."""
        return any(_holds_lines(folder) for folder in self._folders)

    def drain(self, take: Callable[[Sequence[Line]], Sequence[Line]]) -> int:
        """Hand all lines to `take` and clear the journals; returns how many lines it accepted.

        `take` returns the lines that make no sense to it; they are kept aside. If it raises, the
        journal stays as it is and the error goes on to the caller.
        """
        taken = 0
        for folder in filter(_holds_lines, self._folders):
            with _locked(folder):
                journal, torn = _parse(durable.read(folder / JOURNAL))
                reserve, torn_too = _parse(durable.read(folder / RESERVE))
                refused = take([*journal, *reserve])
                # Set aside before the journal is cleared: a crash between the two repeats a line in
                # the file kept aside, which harms nobody, instead of losing it.
                _set_aside(folder, [*torn, *torn_too, *(_dump([line]) for line in refused)])
                durable.replace(folder / JOURNAL, b"")
                durable.refill_reserve(folder / RESERVE)
            taken += len(journal) + len(reserve) - len(refused)
        return taken

    def remove(self, unwanted: Callable[[Line], bool]) -> int:
        """Take lines out of the journals and return how many."""
        removed = 0
        for folder in filter(_holds_lines, self._folders):
            with _locked(folder):
                for name, write in ((JOURNAL, durable.replace), (RESERVE, durable.refill_reserve)):
                    lines, torn = _parse(durable.read(folder / name))
                    kept = [line for line in lines if not unwanted(line)]
                    if len(kept) < len(lines):
                        _set_aside(folder, torn)
                        write(folder / name, _dump(kept))
                        removed += len(lines) - len(kept)
        return removed

    def drop_rejected(self, before_s: float) -> int:
        """Delete the lines kept aside in files last written before a moment (seconds since 1970)."""
        dropped = 0
        for folder in self._folders:
            path = folder / REJECTED
            with suppress(FileNotFoundError, NotADirectoryError):
                if path.stat().st_mtime < before_s:
                    path.unlink()
                    dropped += 1
        return dropped


def _own_folder(folder: Path) -> None:
    """Make the folder for its owner alone; refuse one that somebody else could have put there."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
        raise PermissionError(errno.EPERM, "belongs to somebody else")


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    handle = durable.open_private(folder / _LOCK, os.O_RDWR)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _append(folder: Path, data: bytes) -> None:
    try:
        durable.append(folder / JOURNAL, data)
    except OSError as error:
        if error.errno not in _FULL:
            raise
        durable.append_to_reserve(folder / RESERVE, data)


def _holds_lines(folder: Path) -> bool:
    return durable.size(folder / JOURNAL) > 0 or durable.reserve_in_use(folder / RESERVE)


def _parse(data: bytes) -> tuple[list[Line], list[bytes]]:
    """Return the lines that can be read, and those that cannot."""
    lines: list[Line] = []
    torn: list[bytes] = []
    for raw in filter(None, data.split(b"\n")):
        try:
            line = json.loads(raw)
        except ValueError:
            line = None
        if isinstance(line, dict):
            lines.append(line)
        else:
            torn.append(raw + b"\n")
    return lines, torn


def _dump(lines: Iterable[Line]) -> bytes:
    texts = (json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n" for line in lines)
    return "".join(texts).encode("utf-8", "surrogatepass")


def _set_aside(folder: Path, lines: Sequence[bytes]) -> None:
    if lines:
        durable.append(folder / REJECTED, b"".join(lines))
        _log.warning("spill_lines_kept_aside", path=str(folder / REJECTED), lines=len(lines))
