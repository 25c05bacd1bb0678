"""The three packaged files behind the help lines, read and checked as one.

`helplines.yaml` holds the lines and their order in each region, `dangers.yaml` which kinds a danger
or a route shows, `countries.yaml` what regions are called. A file that contradicts itself is refused
here, so that the lookups in `helplines.py` need no second thoughts.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Annotated, Literal, TypeVar

import yaml
from pydantic import Field, ValidationError, model_validator

from bot.errors import ResourceError
from bot.resources.schema import HelplineFile, Kind, Line, Model, Referral, Region, RegionOrder
from guardrails.verdict import Danger, Route

ANYWHERE = "*"

MEND = "Restore the file that came with Signpost, or install it again."

LAST_RESORT_LINES = (
    Referral(
        id="last-resort-emergency",
        kinds=(Kind.EMERGENCY,),
        region=ANYWHERE,
        name="Your local emergency number",
        url="https://en.wikipedia.org/wiki/List_of_emergency_telephone_numbers",
        note="It differs from country to country. If you know it, call it now.",
    ),
    Referral(
        id="last-resort-directory",
        kinds=(Kind.CRISIS, Kind.SUBSTANCE_USE, Kind.VIOLENCE, Kind.YOUTH),
        region=ANYWHERE,
        name="Find A Helpline",
        url="https://findahelpline.com",
        note="A directory, not a line: choose your country to see lines that are open now.",
    ),
)
"""The only lines compiled in: what is shown when the packaged files cannot be read."""


class DangerRule(Model):
    """Which kinds one danger shows; `lean` puts emergency lines that are also of this kind first."""

    show: Annotated[tuple[Kind, ...], Field(min_length=1)]
    lean: Kind | None = None


class DangerFile(Model):
    """`bot/resources/dangers.yaml`."""

    version: Literal[1]
    card_lines: Annotated[int, Field(ge=1, le=10)]
    gravity: tuple[Danger, ...]
    emergency_first: tuple[Danger, ...]
    dangers: dict[Danger, DangerRule]
    routes: dict[Route, Annotated[tuple[Kind, ...], Field(min_length=1)]]
    directory_stands_in: tuple[Kind, ...]

    @model_validator(mode="after")
    def _complete(self) -> DangerFile:
        if set(self.dangers) != set(Danger) or sorted(self.gravity) != sorted(Danger):
            raise ValueError("every danger needs one rule and one place in `gravity`")
        if set(self.routes) != set(Route):
            raise ValueError("every route needs its kinds")
        deadly = set(self.emergency_first)
        for danger in deadly:
            if self.dangers[danger].show[0] is not Kind.EMERGENCY:
                raise ValueError(f"{danger}: someone may be dying, so `show` has to begin with emergency")
        if set(self.gravity[: len(deadly)]) != deadly:
            # Several dangers share one card and the gravest leads it.
            raise ValueError("`gravity` has to begin with the dangers of `emergency_first`")
        return self


class CountryFile(Model):
    """`bot/resources/countries.yaml`."""

    version: Literal[1]
    names: dict[Region, Line]
    aliases: dict[Line, Region]


@dataclass(frozen=True, slots=True)
class HelplineTables:
    """All three files, checked against each other."""

    lines: HelplineFile
    dangers: DangerFile
    countries: CountryFile


AnyFile = TypeVar("AnyFile", HelplineFile, DangerFile, CountryFile)


def read_tables(folder: Traversable | None = None) -> HelplineTables:
    """Return the packaged tables; raises ResourceError naming file, fault and mend."""
    place = folder or files("bot.resources")
    tables = HelplineTables(
        _read(place / "helplines.yaml", HelplineFile),
        _read(place / "dangers.yaml", DangerFile),
        _read(place / "countries.yaml", CountryFile),
    )
    for fault in _faults(tables):
        raise ResourceError(f"helplines.yaml: {fault}. {MEND}")
    return tables


def last_resort_tables() -> HelplineTables:
    """Return tables that hold nothing but the compiled-in lines."""
    order: dict[Kind, tuple[str, ...]] = {
        kind: tuple(line.id for line in LAST_RESORT_LINES if kind in line.kinds) for kind in Kind
    }
    anywhere = RegionOrder(kinds=order, decision="The packaged files could not be read.")
    both = (Kind.EMERGENCY, Kind.CRISIS)
    return HelplineTables(
        HelplineFile(version=1, regions={ANYWHERE: anywhere}, referrals=LAST_RESORT_LINES),
        DangerFile(
            version=1,
            card_lines=4,
            gravity=tuple(Danger),
            emergency_first=tuple(Danger),
            dangers={danger: DangerRule(show=both) for danger in Danger},
            routes=dict.fromkeys(Route, both),
            directory_stands_in=(),
        ),
        CountryFile(version=1, names={}, aliases={}),
    )


def _read(path: Traversable, model: type[AnyFile]) -> AnyFile:
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
        return model.model_validate(data)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        reason = " ".join(str(error).split())
        raise ResourceError(f"{path.name}: cannot be read ({reason}). {MEND}") from error
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "the file"
        raise ResourceError(f"{path.name}: {where}: {first['msg']}. {MEND}") from error


def _faults(tables: HelplineTables) -> Iterator[str]:
    """Yield what the three files say against each other."""
    rows = {row.id: row for row in tables.lines.referrals}
    regions = tables.lines.regions
    limits = {*map(str, Danger), *map(str, Route)}
    if len(rows) != len(tables.lines.referrals):
        yield "two referrals have the same id"
    if not all(regions.get(ANYWHERE, _NOWHERE).kinds.get(kind) for kind in (Kind.EMERGENCY, Kind.CRISIS)):
        yield 'region "*" needs an emergency and a crisis line'
    for region, order in regions.items():
        for kind, ids in order.kinds.items():
            for line_id in ids:
                row = rows.get(line_id)
                if row is None or row.region not in (region, ANYWHERE) or kind not in row.kinds:
                    yield f"region {region}: `{line_id}` is no {kind} line of this region"
        if region == ANYWHERE:
            continue
        emergency = order.kinds.get(Kind.EMERGENCY, ())
        if not emergency or rows[emergency[0]].call is None:
            yield f"region {region}: no emergency number to call"
        if region not in tables.countries.names:
            yield f"region {region}: countries.yaml has no name for it"
    for row in rows.values():
        for kind in row.kinds:
            if row.region not in regions or row.id not in regions[row.region].kinds.get(kind, ()):
                yield f"`{row.id}` has no place among the {kind} lines of region {row.region}"
        if unknown := set(row.not_for) - limits:
            yield f"`{row.id}`: not_for names no danger or route: {', '.join(sorted(unknown))}"


_NOWHERE = RegionOrder(kinds={}, decision="not listed")
