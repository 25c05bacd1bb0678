"""The types every other module speaks: routes, dangers, turns, reasons and the verdict.

Nothing here decides anything. All values are frozen and hashable where they can be,
so that a verdict can be handed between threads.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType


class Route(StrEnum):
    """How a message is handled, in order of precedence (the earlier wins)."""

    CRISIS = "crisis"
    MEDICAL = "medical"
    SOURCING = "sourcing"
    ANSWER = "answer"
    UNANSWERED = "unanswered"
    CHAT = "chat"


GUARDED = (Route.CRISIS, Route.MEDICAL, Route.SOURCING)
"""The routes the guard itself can give, in order of precedence."""


class Danger(StrEnum):
    """What kind of danger a crisis message speaks of; it orders the help lines."""

    OVERDOSE = "overdose"
    POISONING = "poisoning"
    MEDICAL_EMERGENCY = "medical_emergency"
    SELF_HARM = "self_harm"
    VIOLENCE = "violence"
    ABUSE = "abuse"
    THREAT = "threat"
    CHILD = "child"
    PET = "pet"
    UNKNOWN = "unknown"


class Surface(StrEnum):
    """Where a message came from; watch channels are held to a stricter bar."""

    SLASH = "slash"
    MENTION = "mention"
    REPLY = "reply"
    DM = "dm"
    ASK_CHANNEL = "ask_channel"
    WATCH_CHANNEL = "watch_channel"
    MENU = "menu"


class Author(StrEnum):
    """Who wrote an earlier turn, seen from the message that is judged."""

    SAME = "same"
    OTHER = "other"
    BOT = "bot"


@dataclass(frozen=True, slots=True)
class Turn:
    """An earlier message of the conversation; `route` is what it was judged as, if known."""

    text: str
    author: Author = Author.SAME
    age_s: float = 0.0
    route: Route | None = None


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a rule or the classifier spoke.

    `rule` is the rule's id, `why_id` the name of the wording that explains it to a member and
    `why` that wording's text. `start` and `end` are character offsets in the original text
    (both 0 when the reason points at no place, for example at an earlier turn).
    """

    rule: str
    why_id: str
    why: str
    start: int = 0
    end: int = 0


def _no_scores() -> Mapping[str, float]:
    return MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the guard thinks of one message.

    `route` is one of `GUARDED`, or None when nothing stops the message. `check_in` says that the
    guard is not sure enough of a crisis for the card, but sure enough for one quiet line.
    `language` is an ISO 639-1 code when the text is confidently in a language the guard was not
    measured on, else None. `degraded` is true when a layer of the guard could not run, and `hesitant`
    when nothing stops the message but it is too near to a danger or a medical question to be answered:
    then entries are offered, and none is spoken.
    """

    route: Route | None
    dangers: tuple[Danger, ...] = ()
    check_in: bool = False
    reasons: tuple[Reason, ...] = ()
    scores: Mapping[str, float] = field(default_factory=_no_scores)
    embedding: tuple[float, ...] | None = None
    degraded: bool = False
    language: str | None = None
    hesitant: bool = False
