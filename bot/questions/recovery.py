"""Sets a broken database aside and reads out of it whatever can still be read.

The broken file itself is never changed: all reading is done on a scratch copy.
"""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlite_utils import Database

_TABLES = ("questions", "message_keys", "audit", "guarded_counts", "spill_imports")
_SIDE_FILES = ("-wal", "-shm", "")
_HEADER = 100
_MAGIC = b"SQLite format 3\x00"
_PROBES_PAST_DAMAGE = 5_000
_MARK = ".damaged-"
_STAMP = "%Y%m%dT%H%M%SZ"


@dataclass(frozen=True, slots=True)
class Salvage:
    """What a broken database gave back: rows by table, and whether all of it could be read."""

    rows: dict[str, int]
    complete: bool


def quarantine(path: Path, now: datetime) -> Path:
    """Move a broken database and its side files aside and return its new path."""
    aside = path.with_name(f"{path.name}{_MARK}{now.astimezone(UTC):{_STAMP}}")
    number = 1
    while aside.exists():
        number += 1
        aside = path.with_name(f"{path.name}{_MARK}{now.astimezone(UTC):{_STAMP}}.{number}")
    for suffix in _SIDE_FILES:
        source = path.with_name(path.name + suffix)
        if source.exists():
            source.rename(aside.with_name(aside.name + suffix))
    return aside


def drop_quarantined(path: Path, before: datetime) -> int:
    """Delete the files that were set aside before a moment and return how many."""
    dropped = 0
    for aside in path.parent.glob(f"{path.name}{_MARK}*"):
        written = aside.name.removeprefix(path.name + _MARK)[:16]
        if written < f"{before.astimezone(UTC):{_STAMP}}":
            aside.unlink(missing_ok=True)
            dropped += 1
    return dropped


def salvage(broken: Path, into: Database) -> Salvage:
    """Copy every readable row of a broken log into an open, empty one. Expects a transaction."""
    rows: dict[str, int] = {}
    complete = True
    with tempfile.TemporaryDirectory(prefix=".salvage-", dir=broken.parent) as folder:
        copy = Path(folder) / "copy.db"
        for suffix in _SIDE_FILES:
            source = broken.with_name(broken.name + suffix)
            if source.exists() and suffix != "-shm":
                shutil.copyfile(source, copy.with_name(copy.name + suffix))
        _mend_header(copy)
        source_db = sqlite3.connect(copy)
        try:
            source_db.row_factory = sqlite3.Row
            for table in _TABLES:
                rows[table], whole = _copy_table(source_db, table, into)
                complete = complete and whole
        finally:
            source_db.close()
    return Salvage(rows, complete)


def _mend_header(copy: Path) -> None:
    """Write a sound file header where it was overwritten; tables that start on page 1 may then be read."""
    with copy.open("r+b") as file:
        if file.read(len(_MAGIC)) == _MAGIC:
            return
        size = copy.stat().st_size
        template = _fresh_header(copy.with_name("template.db"))
        page_size = int.from_bytes(template[16:18], "big")
        header = bytearray(template)
        header[28:32] = (size // page_size).to_bytes(4, "big")
        header[32:40] = bytes(8)  # no free list: its place is not known
        file.seek(0)
        file.write(header)


def _fresh_header(path: Path) -> bytes:
    made = sqlite3.connect(path)
    try:
        made.execute("CREATE TABLE t (x)")
        made.commit()
    finally:
        made.close()
    return path.read_bytes()[:_HEADER]


def _copy_table(source: sqlite3.Connection, table: str, into: Database) -> tuple[int, bool]:
    copied, whole = 0, True
    reader = _Rows(source, table)
    for row in reader:
        names = ", ".join(row)
        marks = ", ".join("?" for _ in row)
        try:
            cursor = into.execute(
                f"INSERT OR IGNORE INTO {table} ({names}) VALUES ({marks})", list(row.values())
            )
        except sqlite3.Error:
            whole = False  # damaged inside: it no longer fits its own table
            continue
        copied += cursor.rowcount
    return copied, whole and reader.whole


class _Rows:
    """Goes through a damaged table by rowid, steps over what cannot be read, and notes that it did."""

    def __init__(self, source: sqlite3.Connection, table: str) -> None:
        self._source = source
        self._table = table
        self.whole = True

    def __iter__(self) -> Iterator[dict[str, Any]]:
        last = 0
        try:
            for row in self._source.execute(f"SELECT rowid, * FROM {self._table} NOT INDEXED ORDER BY rowid"):
                last = row[0]
                yield self._values(row)
        except sqlite3.Error as error:
            self.whole = False
            if getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT) & 0xFF != sqlite3.SQLITE_CORRUPT:
                return  # not a database, or no such table: there are no rows to look for one by one
        else:
            return
        yield from self._past_damage(last + 1)

    def _past_damage(self, start: int) -> Iterator[dict[str, Any]]:
        for rowid in range(start, self._highest(start) + 1):
            try:
                found = self._source.execute(
                    f"SELECT rowid, * FROM {self._table} NOT INDEXED WHERE rowid = ?", [rowid]
                ).fetchone()
            except sqlite3.Error:
                continue  # this row lies on a broken page; the next may not
            if found is not None:
                yield self._values(found)

    def _highest(self, start: int) -> int:
        try:
            found = self._source.execute(f"SELECT max(rowid) FROM {self._table} NOT INDEXED").fetchone()
        except sqlite3.Error:
            return start + _PROBES_PAST_DAMAGE
        return int(found[0] or 0)

    @staticmethod
    def _values(row: sqlite3.Row) -> dict[str, Any]:
        # Column 0 is the rowid that was asked for; a table's own INTEGER key comes again by its name.
        names = row.keys()
        return {names[i]: row[i] for i in range(1, len(names))}
