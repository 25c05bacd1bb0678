"""What goes into the pipeline and what comes out of it: `Message` and `Decision`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType

from bot.resources.schema import Entry, Referral
from guardrails import Danger, Reason, Route, Surface, Turn


@dataclass(frozen=True, slots=True)
class Message:
    """One message of one person, as the shell saw it.

    `source_id` and `revision` identify it (an edit raises the revision). `author_key` is a salted
    hash, never an id. `context` holds at most five earlier turns, the oldest first.
    `addressed` is true when the person spoke to the bot. `region` is ISO 3166-1 alpha-2 or None
    when it is not known; unknown never means any one country.
    """

    source_id: str
    text: str
    channel_id: str
    author_key: str
    created_at: datetime
    guild_id: str | None = None
    revision: int = 0
    surface: Surface = Surface.MENTION
    addressed: bool = True
    region: str | None = None
    locale: str = "en"
    context: tuple[Turn, ...] = ()


def _no_scores() -> Mapping[str, float]:
    return MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Decision:
    """What Signpost will do about one message, and why.

    `entries` are spoken in order (usually one). `choices` are two to four entries that are offered
    by title and never spoken. `referrals` are the help lines in the order shown,
    `check_in_lines` the one of the quiet check-in line. `log` says that
    the question belongs into the moderators' log. `why_id` names the wording that tells the member
    why the bot spoke.
    """

    route: Route
    dangers: tuple[Danger, ...] = ()
    entries: tuple[Entry, ...] = ()
    choices: tuple[Entry, ...] = ()
    referrals: tuple[Referral, ...] = ()
    check_in: bool = False
    check_in_lines: tuple[Referral, ...] = ()
    reasons: tuple[Reason, ...] = ()
    scores: Mapping[str, float] = field(default_factory=_no_scores)
    nearest: tuple[tuple[str, float], ...] = ()
    degraded: bool = False
    silent: bool = False
    log: bool = False
    region: str | None = None
    language: str | None = None
    failed: tuple[str, ...] = ()
