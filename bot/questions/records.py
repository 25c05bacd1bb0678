"""The values of the question log: what goes in, what comes out, and how two wordings count as the same.

Nothing here touches a file or a database.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from guardrails import Route

MAX_TEXT = 4000
"""Discord's own limit for one message; longer pastes are cut here, with a mark."""

_ID_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_INVISIBLE = {"Cf", "Cc"}
_SPACE = re.compile(r"\s+")


class QuestionStatus(StrEnum):
    """Where a question stands: open, claimed by a moderator, or closed in one of three ways."""

    OPEN = "open"
    CLAIMED = "claimed"
    ANSWERED = "answered"
    LINKED = "linked"
    DISMISSED = "dismissed"


class Saved(StrEnum):
    """Where a question lies now: in the store itself, or in the journal that is read back later."""

    STORE = "store"
    SPILL = "spill"


@dataclass(frozen=True, slots=True)
class NewQuestion:
    """A question that nobody could answer, as the shell hands it over.

    `message_id` and `revision` make logging idempotent and are never stored as they are. `text` is
    redacted by the store. `nearest` holds (entry id, score), the best first.
    """

    message_id: str
    text: str
    asked_at: datetime
    guild_id: str | None = None
    channel_id: str | None = None
    revision: int = 0
    route: Route = Route.UNANSWERED
    nearest: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class PreparedQuestion:
    """A question after redaction: the only form that may be written anywhere.

    `id` is the row's id if the question turns out to be new. `key` is the keyed hash of the
    message's id.
    """

    id: str
    key: str
    revision: int
    text: str
    text_key: str
    asked_at: datetime
    guild_id: str | None
    channel_id: str | None
    route: Route
    nearest: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class Logged:
    """What became of a question: where it lies, its id, and how often it was asked.

    For a spilled question `count` is 1: how often it was asked before is not known until the store
    can be read again, and `id` changes if the same wording is already there.
    """

    saved: Saved
    id: str
    count: int


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One act of a moderator (or of Signpost itself) on one question."""

    question_id: str
    at: datetime
    by: str
    action: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """One row of the log, as moderators see it."""

    id: str
    text: str
    status: QuestionStatus
    count: int
    asked_at: datetime
    last_asked_at: datetime
    guild_id: str | None
    channel_id: str | None
    route: Route
    nearest: tuple[tuple[str, float], ...]
    entry_id: str | None
    note: str
    audit: tuple[AuditEntry, ...] = ()


@dataclass(frozen=True, slots=True)
class GuardedCount:
    """How often a rule of the guard spoke on one day; nothing else is kept of such messages."""

    day: str
    rule: str
    count: int


@dataclass(frozen=True, slots=True)
class Purged:
    """How much a purge removed."""

    questions: int
    keys: int
    spilled: int
    files: int


def new_id() -> str:
    """Return a new random id: ten letters and digits that cannot be misread aloud."""
    return "".join(secrets.choice(_ID_ALPHABET) for _ in range(10))


def same_wording_key(text: str) -> str:
    """Return a digest that two texts share only when they differ in case, spaces and end marks alone."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    kept = "".join(c for c in folded if c.isspace() or unicodedata.category(c) not in _INVISIBLE)
    normal = _SPACE.sub(" ", kept).strip().rstrip("?!.… ")
    return hashlib.sha256((normal or text).encode()).hexdigest()


def cut(text: str) -> str:
    """Return the text, cut to `MAX_TEXT` characters with a visible mark where it was longer."""
    return text if len(text) <= MAX_TEXT else text[: MAX_TEXT - 1] + "…"


def stamp(moment: datetime) -> str:
    """Return a moment as UTC ISO text to the second, which sorts by time."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def moment(text: str) -> datetime:
    """Return the moment that `stamp` wrote."""
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
