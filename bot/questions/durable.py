"""Writes that are on the disk when they return, and the reserve that a full disk leaves to write in."""

from __future__ import annotations

import errno
import os
from pathlib import Path

RESERVE_BYTES = 256 * 1024
_EMPTY = b"\n"


def open_private(path: Path, flags: int) -> int:
    """Open a file that only its owner can read, never through a link that somebody laid there."""
    return os.open(path, flags | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)


def append(path: Path, data: bytes) -> None:
    """Add whole lines to a file; either all of them are there afterwards, or none."""
    handle = open_private(path, os.O_RDWR | os.O_APPEND)
    try:
        end = os.fstat(handle).st_size
        if end and os.pread(handle, 1, end - 1) != b"\n":
            data = b"\n" + data  # the line before was cut short by a crash
        try:
            _write_all(handle, data)
            os.fsync(handle)
        except OSError:
            os.ftruncate(handle, end)
            raise
    finally:
        os.close(handle)
    if end == 0:
        _sync_folder(path.parent)


def replace(path: Path, data: bytes) -> None:
    """Put a file's new content in place in one step."""
    fresh = path.with_name(f"{path.name}.new")
    handle = open_private(fresh, os.O_WRONLY | os.O_TRUNC)
    try:
        _write_all(handle, data)
        os.fsync(handle)
    finally:
        os.close(handle)
    fresh.replace(path)
    _sync_folder(path.parent)


def size(path: Path) -> int:
    """Return a file's size, 0 when it cannot be seen."""
    try:
        return path.stat().st_size
    except OSError:
        return 0


def make_reserve(path: Path) -> None:
    """Take up room on the disk now, as a file of empty lines, unless that was done before."""
    if size(path) < RESERVE_BYTES:
        replace(path, read(path).ljust(RESERVE_BYTES, _EMPTY))


def append_to_reserve(path: Path, data: bytes) -> None:
    """Write lines over the empty ones; that needs no new room. Raises ENOSPC when they do not fit."""
    used = len(read(path).rstrip(_EMPTY))
    start = used + 1 if used else 0
    if start + len(data) > size(path):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    _overwrite(path, start, data)


def refill_reserve(path: Path, data: bytes = b"") -> None:
    """Make the reserve hold these lines and nothing else, without needing new room."""
    used = len(read(path).rstrip(_EMPTY))
    _overwrite(path, 0, data.ljust(used, _EMPTY))


def reserve_in_use(path: Path) -> bool:
    """Say whether lines stand in the reserve."""
    return size(path) > 0 and read(path, 1) != _EMPTY


def read(path: Path, length: int = -1) -> bytes:
    """Return a file's content (or its beginning), nothing when there is no such file."""
    try:
        with path.open("rb") as file:
            return file.read(length)
    except FileNotFoundError:
        return b""


def _overwrite(path: Path, start: int, data: bytes) -> None:
    handle = open_private(path, os.O_RDWR)
    try:
        while data:
            written = os.pwrite(handle, data, start)
            start, data = start + written, data[written:]
        os.fsync(handle)
    finally:
        os.close(handle)


def _write_all(handle: int, data: bytes) -> None:
    while data:
        data = data[os.write(handle, data) :]


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
