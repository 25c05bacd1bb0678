"""What may be said, as types: every piece of text carries the thing it was taken from.

A `Said` can only be made from an entry, a help line, a named wording, or a count. There is no
constructor for a free string, so a reply that is not in a file does not type-check.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from bot.questions.records import Question
from bot.resources.findings import Finding
from bot.resources.schema import Community, Entry, Number, Referral
from bot.resources.wordings import Wording

_MARKUP = re.compile(r"([*_~`|>#\[\]()<@\\-])")


def escape_discord(text: str) -> str:
    """Return a member's words so that they show as plain text: no markup, no mention, no link."""
    return _MARKUP.sub(r"\\\1", text)


class EntryPart(StrEnum):
    """The strings of an entry that a member may see."""

    TITLE = "title"
    ANSWER = "answer"
    REVIEWER = "reviewer"
    REVIEW_DATE = "review_date"


@dataclass(frozen=True, slots=True)
class FromEntry:
    """One string of an entry, verbatim."""

    entry: Entry
    part: EntryPart

    @property
    def text(self) -> str:
        match self.part:
            case EntryPart.TITLE:
                return self.entry.title
            case EntryPart.ANSWER:
                return self.entry.answer
            case EntryPart.REVIEWER:
                return self.entry.reviewed.by if self.entry.reviewed else ""
            case EntryPart.REVIEW_DATE:
                return self.entry.reviewed.date.isoformat() if self.entry.reviewed else ""


class ReferralPart(StrEnum):
    """The strings of a help line that a member may see."""

    NAME = "name"
    CALL = "call"
    FALLBACK = "fallback"
    TEXT_WORD = "text_word"
    TEXT_NUMBER = "text_number"
    HOURS = "hours"
    NOTE = "note"
    URL = "url"


@dataclass(frozen=True, slots=True)
class FromReferral:
    """One string of a help line, verbatim. "START to 88788" has a word and a number."""

    referral: Referral
    part: ReferralPart

    @property
    def text(self) -> str:
        row = self.referral
        match self.part:
            case ReferralPart.NAME:
                return row.name
            case ReferralPart.CALL:
                return row.call or ""
            case ReferralPart.FALLBACK:
                return row.fallback or ""
            case ReferralPart.TEXT_WORD:
                return (row.text or "").rpartition(" to ")[0]
            case ReferralPart.TEXT_NUMBER:
                return (row.text or "").rpartition(" to ")[2]
            case ReferralPart.HOURS:
                return row.hours or ""
            case ReferralPart.NOTE:
                return row.note or ""
            case ReferralPart.URL:
                return row.url or ""


@dataclass(frozen=True, slots=True)
class FromNumber:
    """One of the further numbers of a help line, or its label."""

    number: Number
    label: bool = False

    @property
    def text(self) -> str:
        return self.number.label if self.label else self.number.call


@dataclass(frozen=True, slots=True)
class FromCommunity:
    """The name of the community, from its file."""

    community: Community

    @property
    def text(self) -> str:
        return self.community.name


@dataclass(frozen=True, slots=True)
class Country:
    """The name of a country, from the packaged help lines."""

    name: str

    @property
    def text(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class FromQuestion:
    """The number of a logged question, or its redacted text, for moderators only."""

    question: Question
    text_itself: bool = False

    @property
    def text(self) -> str:
        return escape_discord(self.question.text) if self.text_itself else self.question.id


@dataclass(frozen=True, slots=True)
class FromFinding:
    """What `check` says about a place in the moderated file, for moderators only."""

    finding: Finding

    @property
    def text(self) -> str:
        return escape_discord(self.finding.as_line())


@dataclass(frozen=True, slots=True)
class MessageLink:
    """A link to a message on Discord, made of ids alone."""

    guild_id: int
    channel_id: int
    message_id: int

    @property
    def text(self) -> str:
        return f"https://discord.com/channels/{self.guild_id}/{self.channel_id}/{self.message_id}"


def _no_fills() -> Mapping[str, tuple[Said, ...]]:
    return MappingProxyType({})


@dataclass(frozen=True, slots=True)
class FromWording:
    """A named wording whose declared slots are filled with other said things, one a line.

    Raises ValueError when the fills are not exactly the wording's slots.
    """

    wording: Wording
    fills: Mapping[str, tuple[Said, ...]] = field(default_factory=_no_fills)

    def __post_init__(self) -> None:
        if not self.wording.slots >= frozenset(self.fills):
            raise ValueError(f"wording {self.wording.name!r} has no slots {sorted(self.fills)}")
        missing = self.wording.slots - frozenset(self.fills)
        if missing:
            raise ValueError(f"wording {self.wording.name!r} is missing its slots {sorted(missing)}")

    @property
    def text(self) -> str:
        filled = {name: "\n".join(part.text for part in parts) for name, parts in self.fills.items()}
        return self.wording.text.format(**filled)


Said = (
    FromEntry
    | FromReferral
    | FromNumber
    | FromCommunity
    | Country
    | FromFinding
    | FromQuestion
    | MessageLink
    | FromWording
)
