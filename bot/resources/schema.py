"""The moderated file as types: `resources.yaml`, version 1.

These models say what a file may hold. They know nothing of YAML, lines or columns: `loader.py`
turns what pydantic complains about into a finding that points at the place in the file.
"""

from __future__ import annotations

import datetime as dt
import re
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

ENTRY_ID = r"^[a-z0-9]+(-[a-z0-9]+)*$"
REGION = r"^([A-Z]{2}|\*)$"
COUNTRY = r"^[A-Z]{2}$"
LANGUAGE = r"^[a-z]{2,3}$"
WEB_ADDRESS = r"^https?://\S+$"
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def _day(value: object) -> object:
    """Take only 2026-11-20; pydantic alone would also read a bare number as seconds since 1970."""
    if isinstance(value, str):
        try:
            if DAY.fullmatch(value.strip()):
                return dt.date.fromisoformat(value.strip())
        except ValueError:
            pass
        raise PydanticCustomError("day", "not a date")
    return value


def _version(value: object) -> object:
    """Take 1 as the loader hands it over: as the text that stands in the file."""
    return 1 if value == "1" else value


KebabId = Annotated[str, StringConstraints(pattern=ENTRY_ID, max_length=60)]
Region = Annotated[str, StringConstraints(pattern=COUNTRY)]
AnyRegion = Annotated[str, StringConstraints(pattern=REGION)]
Language = Annotated[str, StringConstraints(pattern=LANGUAGE)]
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Url = Annotated[str, StringConstraints(pattern=WEB_ADDRESS, max_length=500)]
Source = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]
"""Where a moderator checked an answer: a web address, or a place on the server ("#welcome, pinned")."""

Answer = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1800)]
Day = Annotated[dt.date, BeforeValidator(_day)]
Version = Annotated[Literal[1], BeforeValidator(_version)]


class Model(BaseModel):
    """Frozen; an unknown key is an error, and a key without a value is the same as no key."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _without_empty_keys(cls, data: Any) -> Any:
        if not isinstance(data, dict) or None not in data.values():
            return data
        optional = {name for name, field in cls.model_fields.items() if not field.is_required()}
        return {key: value for key, value in data.items() if value is not None or key not in optional}


class Status(StrEnum):
    """Only published entries are spoken."""

    DRAFT = "draft"
    PUBLISHED = "published"
    RETIRED = "retired"


class Kind(StrEnum):
    """What a help line is for."""

    CRISIS = "crisis"
    EMERGENCY = "emergency"
    POISON = "poison"
    SUBSTANCE_USE = "substance-use"
    MEDICAL = "medical"
    VIOLENCE = "violence"
    YOUTH = "youth"


class Community(Model):
    """Whose server it is."""

    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]
    region: Region | None = None


class Link(Model):
    """A web page shown as a button below an answer."""

    title: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]
    url: Url


class Review(Model):
    """Who read the entry, and when. Never filled in for a review that did not happen."""

    by: Line
    date: Day


class Allow(Model):
    """A moderator's written exception to one liftable publication rule."""

    rule: Line
    quote: Annotated[str, StringConstraints(min_length=1, max_length=400)]
    by: Line
    why: Annotated[str, StringConstraints(min_length=1, max_length=400)]


class Entry(Model):
    """One question of the FAQ with its verbatim answer."""

    id: KebabId
    title: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]
    questions: Annotated[tuple[Line, ...], Field(min_length=2, max_length=200)]
    answer: Answer
    answers: dict[Language, Answer] = Field(default_factory=dict)
    links: Annotated[tuple[Link, ...], Field(max_length=5)] = ()
    sources: tuple[Source, ...] = ()
    tags: tuple[Line, ...] = ()
    status: Status = Status.DRAFT
    region: Region | None = None
    reviewed: Review | None = None
    review_by: Day | None = None
    allow: tuple[Allow, ...] = ()


class Number(Model):
    """One more telephone number of a help line, with what it is for."""

    label: Line
    call: Line


class Referral(Model):
    """A help line or service: the only thing Signpost says to danger and medical questions.

    `call` holds one number as a person dials it; more stand in `numbers`. `text` is either a number
    or "WORD to NUMBER". `region` is ISO 3166-1 alpha-2, or "*" for anywhere. `note` is a caution
    a caller should know (who answers, what it costs). `verified` is the day a person rang it.
    """

    id: KebabId
    kinds: Annotated[tuple[Kind, ...], Field(min_length=1)]
    region: AnyRegion
    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
    call: Line | None = None
    numbers: tuple[Number, ...] = ()
    fallback: Line | None = None
    text: Line | None = None
    url: Url | None = None
    hours: Line | None = None
    languages: tuple[Language, ...] = ()
    note: Annotated[str, StringConstraints(max_length=200)] | None = None
    not_for: tuple[str, ...] = ()
    source: str | None = None
    source_seen: Day | None = None
    verified: Day | None = None
    verified_by: Line | None = None

    @model_validator(mode="after")
    def _reachable(self) -> Referral:
        if not (self.call or self.text or self.url):
            raise PydanticCustomError("unreachable", "needs at least one of call, text, url")
        return self


class RegionOrder(Model):
    """Which help lines come first in a region, for each kind, and why it was decided so."""

    kinds: dict[Kind, tuple[KebabId, ...]]
    decision: Annotated[str, StringConstraints(min_length=1)]


class HelplineFile(Model):
    """`bot/resources/helplines.yaml`: the packaged help lines of all listed regions."""

    version: Version
    regions: dict[AnyRegion, RegionOrder]
    referrals: tuple[Referral, ...]


class ResourceFile(Model):
    """A whole `resources.yaml`."""

    version: Version
    community: Community
    entries: tuple[Entry, ...] = ()
    referrals: tuple[Referral, ...] = ()
    wordings: dict[Language, dict[str, str]] = Field(default_factory=dict)
