"""Threads for slow work, one of them with a SQLite connection of its own, so that the event loop never waits.

A connection is opened in its thread, and again whenever it was lost or the file was replaced.
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from sqlite_utils import Database

from bot.errors import StoreError
from bot.questions.migrations import migrations

T = TypeVar("T")
_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
_STILL_GOOD = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_CONSTRAINT, sqlite3.SQLITE_FULL)


def primary_code(error: sqlite3.Error) -> int:
    """Return SQLite's primary result code (its extended codes carry it in the low byte)."""
    code: int = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
    return code & 0xFF


def is_damage(error: BaseException) -> bool:
    """Say whether an error means that the file itself is broken, not merely out of reach."""
    return isinstance(error, sqlite3.Error) and primary_code(error) in _DAMAGED


def open_writer(path: Path, busy_ms: int, create: bool = True) -> Database:
    """Open the log for writing, make it where it is missing, check it and bring its tables up to date."""
    if create:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Made by hand because SQLite would let others read it; -wal and -shm copy its mode.
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
    db = _connect(path, busy_ms)
    try:
        for pragma in ("journal_mode = WAL", "synchronous = FULL", "secure_delete = ON"):
            db.execute(f"PRAGMA {pragma}").fetchall()
        check(db)
        _refuse_newer(db, path)
        if migrations.pending(db):
            with immediate(db):
                migrations.apply(db)
    except BaseException:
        db.close()
        raise
    return db


def check(db: Database) -> None:
    """Read through the whole file and raise SQLite's own error for damage if a page is broken."""
    if db.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok":
        broken = sqlite3.DatabaseError("quick_check found a broken page")
        broken.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
        raise broken


def open_reader(path: Path, busy_ms: int) -> Database:
    """Open the log so that nothing can be written through the connection."""
    db = _connect(path, busy_ms)
    db.execute("PRAGMA query_only = ON").fetchall()
    return db


def _connect(path: Path, busy_ms: int) -> Database:
    if not path.exists():
        raise StoreError(f"There is no question log at {path}. It is made when the bot first runs.")
    uri = f"{path.absolute().as_uri()}?mode=rw"
    return Database(sqlite3.connect(uri, timeout=busy_ms / 1000, uri=True))


def _refuse_newer(db: Database, path: Path) -> None:
    known = {step.name for step in migrations._migrations}
    unknown = [step.name for step in migrations.applied(db) if step.name not in known]
    if unknown:
        raise StoreError(
            f"The question log {path} was made by a newer Signpost ({unknown[-1]}). Install that version."
        )


def unreachable(path: Path, error: BaseException) -> StoreError:
    """Return the error that tells a person what is wrong with the log and what to do."""
    if isinstance(error, StoreError):
        return error
    if isinstance(error, TimeoutError):
        return StoreError(f"The question log {path} did not answer in time.")
    if is_damage(error):
        return StoreError(
            f"The question log {path} is damaged ({error}). Start the bot: it sets the file aside "
            "and keeps what can be read."
        )
    if isinstance(error, sqlite3.Error):
        name = getattr(error, "sqlite_errorname", None) or f"code {primary_code(error)}"
        return StoreError(f"The question log {path} cannot be used: {error} ({name}).")
    return StoreError(f"The question log {path} cannot be used: {error}.")


@contextmanager
def immediate(db: Database) -> Iterator[Database]:
    """Run a block in one transaction that holds the write lock from its start.

    A deferred transaction that reads first and then writes fails at once, without waiting, when
    another process wrote in between.
    """
    db.conn.execute("BEGIN IMMEDIATE")
    try:
        yield db
        db.conn.execute("COMMIT")
    except BaseException:
        if db.conn.in_transaction:
            db.conn.execute("ROLLBACK")
        raise


class Worker:
    """One thread that does one thing after the other."""

    def __init__(self, name: str) -> None:
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix=name)
        self._closed = False

    async def call(self, work: Callable[[], T], timeout_s: float | None = None) -> T:
        """Return what `work` returns; raises `TimeoutError` when that takes too long.

        Work that waits is dropped then; work that has begun goes on and may still take effect.
        """
        loop = asyncio.get_running_loop()
        return await asyncio.wait_for(loop.run_in_executor(self._thread, work), timeout_s)

    async def close(self) -> None:
        """Finish all work that waits and end the thread; a second call does nothing."""
        if not self._closed:
            self._closed = True
            await self.call(self._finish)
            self._thread.shutdown(wait=True)

    def _finish(self) -> None:
        """Clean up, as the last work of the thread."""


class Lane(Worker):
    """A worker with an open database."""

    def __init__(self, path: Path, opener: Callable[[], Database], name: str) -> None:
        super().__init__(name)
        self._path = path
        self._opener = opener
        self._db: Database | None = None
        self._inode: tuple[int, int] | None = None

    async def run(self, work: Callable[[Database], T], timeout_s: float | None = None) -> T:
        """Call work with the open database."""
        return await self.call(lambda: self.with_database(work), timeout_s)

    def with_database(self, work: Callable[[Database], T]) -> T:
        """Run work with the open database; only for use on this lane's own thread."""
        db = self._database()
        try:
            return work(db)
        except sqlite3.Error as error:
            if primary_code(error) not in _STILL_GOOD:
                self.drop()
            raise

    def drop(self) -> None:
        """Close the connection; the next work opens it anew. Only for use on this lane's own thread."""
        db, self._db = self._db, None
        if db is not None:
            db.close()

    def _finish(self) -> None:
        self.drop()

    def _database(self) -> Database:
        if self._db is not None and self._identity() != self._inode:
            # Moved or deleted under us: writing on would go to a file that nobody can find again.
            self.drop()
        if self._db is None:
            self._db = self._opener()
            self._inode = self._identity()
        return self._db

    def _identity(self) -> tuple[int, int] | None:
        try:
            found = self._path.stat()
        except OSError:
            return None
        return found.st_dev, found.st_ino
