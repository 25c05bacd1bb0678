"""The text of a moderated file, or why it cannot be had: missing, too large, not text."""

from __future__ import annotations

import hashlib
import stat
from dataclasses import dataclass
from pathlib import Path

from bot.resources.findings import Finding, Severity

MAX_BYTES = 20_000_000
"""Larger files are refused unread; 10,000 long entries need about 15 MB."""

UNREADABLE = frozenset({"schema/unreadable", "schema/too-large", "schema/encoding"})
"""Rules that mean: the text could not be had at all, so nothing else could be looked at."""

_MARKS = (
    (b"\xff\xfe\x00\x00", "UTF-32"),
    (b"\x00\x00\xfe\xff", "UTF-32"),
    (b"\xff\xfe", "UTF-16"),
    (b"\xfe\xff", "UTF-16"),
)
_SAVE_AS = 'Save the file as UTF-8 (in most editors: "Save as", encoding "UTF-8").'


@dataclass(frozen=True, slots=True)
class Source:
    """The text of a file and the digest of its bytes; `finding` says why there is no text."""

    name: str
    text: str
    digest: str
    finding: Finding | None = None


def read_source(path: Path) -> Source:
    """Return the text of a file; never raises for what may be wrong with it."""
    name = str(path)
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            return _refused(name, "schema/unreadable", f"{name} is a folder.", "Name the file inside it.")
        if not stat.S_ISREG(status.st_mode):
            return _refused(name, "schema/unreadable", f"{name} is not a file.", "Name a .yaml file.")
        if status.st_size > MAX_BYTES:
            return _too_large(name, status.st_size)
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        return _refused(
            name, "schema/unreadable", f"There is no file {name}.", "Check the name and the folder."
        )
    except PermissionError:
        return _refused(
            name,
            "schema/unreadable",
            f"{name} may not be read.",
            f"Allow it, for example: chmod a+r '{name}'.",
        )
    except (OSError, ValueError) as exc:
        return _refused(
            name, "schema/unreadable", f"{name} cannot be read ({exc}).", "Check the disk and the name."
        )
    return decode(data, name)


def decode(data: bytes, name: str) -> Source:
    """Return the text of bytes that should be UTF-8; a byte order mark is fine."""
    digest = hashlib.sha256(data).hexdigest()
    if len(data) > MAX_BYTES:
        return _too_large(name, len(data))
    encoding = _other_encoding(data)
    if encoding is not None:
        return _refused(name, "schema/encoding", f"The file is saved as {encoding}.", _SAVE_AS, digest=digest)
    zero = data.find(b"\0")
    if zero >= 0:
        return _refused(
            name,
            "schema/encoding",
            f"A NUL byte stands at byte {zero + 1:,}: this is not a text file, or it is damaged.",
            "Take an older copy of the file.",
            *_place(data, zero),
            digest=digest,
        )
    try:
        return Source(name, data.decode("utf-8-sig"), digest)
    except UnicodeDecodeError as exc:
        # The codec counts from behind the byte order mark it has skipped.
        at = exc.start + (3 if data.startswith(b"\xef\xbb\xbf") else 0)
        return _refused(
            name,
            "schema/encoding",
            f"The file is not UTF-8: byte {at + 1:,} (0x{data[at]:02X}, in line {_place(data, at)[0]}) "
            "is not part of any character.",
            _SAVE_AS,
            *_place(data, at),
            digest=digest,
        )


def _other_encoding(data: bytes) -> str | None:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return encoding
    # ASCII written as UTF-16 without a mark is half NUL bytes.
    head = data[:400]
    return "UTF-16" if len(head) > 3 and head.count(0) * 10 >= len(head) * 4 else None


def _place(data: bytes, at: int) -> tuple[int, int]:
    start = data.rfind(b"\n", 0, at) + 1
    return data.count(b"\n", 0, at) + 1, len(data[start:at].decode("utf-8", "replace")) + 1


def _too_large(name: str, size: int) -> Source:
    return _refused(
        name,
        "schema/too-large",
        f"The file has {size / 1e6:,.1f} MB; at most {MAX_BYTES / 1e6:,.0f} MB are read.",
        "Is it the right file? Otherwise split it: one file for each server.",
    )


def _refused(
    name: str, rule: str, message: str, mend: str, line: int = 1, column: int = 1, *, digest: str = ""
) -> Source:
    return Source(name, "", digest, Finding(rule, Severity.ERROR, name, line, column, None, message, mend))
