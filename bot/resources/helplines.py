"""Which help lines to show: pure lookups over the packaged files, and never an empty answer.

A region that is unknown or not listed sees the lines of "*" alone; no country stands in for
another. A community's own lines come first within their kind. Everything returned is a
`Referral` of a file, or one of the two lines compiled in.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from importlib.resources.abc import Traversable

from bot.resources.helpline_tables import (
    ANYWHERE,
    DangerRule,
    HelplineTables,
    last_resort_tables,
    read_tables,
)
from bot.resources.schema import Kind, Referral
from guardrails.verdict import Danger, Route

Own = tuple[Referral, ...]


class Helplines:
    """The help lines of all listed regions. Immutable."""

    def __init__(self, tables: HelplineTables) -> None:
        self._orders = {region: order.kinds for region, order in tables.lines.regions.items()}
        self._rows = {row.id: row for row in tables.lines.referrals}
        self._dangers = tables.dangers
        self._names = tables.countries.names
        self._aliases = tables.countries.aliases

    @classmethod
    def load(cls, folder: Traversable | None = None) -> Helplines:
        """Return the packaged help lines; raises ResourceError if a file is damaged."""
        return cls(read_tables(folder))

    @classmethod
    def last_resort(cls) -> Helplines:
        """Return the compiled-in lines, for when `load` has failed."""
        return cls(last_resort_tables())

    # -- regions ---------------------------------------------------------------------------------

    @property
    def regions(self) -> tuple[str, ...]:
        """Return the listed regions, by English name; "*" is not one of them."""
        return tuple(sorted((code for code in self._orders if code != ANYWHERE), key=self._names.__getitem__))

    @property
    def lines(self) -> tuple[Referral, ...]:
        """Return every packaged line."""
        return tuple(self._rows.values())

    def region_code(self, region: str | None) -> str | None:
        """Return the code that a person meant ("uk" is GB), or None where nothing was said."""
        said = " ".join((region or "").upper().split())
        return self._aliases.get(said, said) or None

    def country_name(self, region: str | None) -> str | None:
        """Return the English name of a listed region, else None."""
        code = self.region_code(region)
        return self._names.get(code) if code in self._orders else None

    # -- lookups ---------------------------------------------------------------------------------

    def for_dangers(
        self, dangers: Iterable[Danger], region: str | None, own: Own = (), limit: int | None = None
    ) -> tuple[Referral, ...]:
        """Return the lines of a crisis card, the gravest danger leading."""
        known = sorted(set(dangers), key=self._dangers.gravity.index) or [Danger.UNKNOWN]
        rules = [self._dangers.dangers[danger] for danger in known]
        lines = self._card(rules, region, own, frozenset(map(str, known)))
        return _cut(_number_first(lines), limit or self._dangers.card_lines)

    def for_route(
        self, route: Route, region: str | None, own: Own = (), limit: int | None = None
    ) -> tuple[Referral, ...]:
        """Return the lines of a medical or sourcing card; any other route gets lines for a crisis."""
        if route is Route.CRISIS:
            return self.for_dangers((Danger.UNKNOWN,), region, own, limit)
        rule = DangerRule(show=self._dangers.routes[route])
        lines = self._card([rule], region, own, frozenset({str(route)}))
        return _cut(lines, limit or self._dangers.card_lines)

    def for_kinds(
        self, kinds: Iterable[Kind], region: str | None, own: Own = (), limit: int | None = None
    ) -> tuple[Referral, ...]:
        """Return all lines of these kinds, kind by kind; where there is none, what helps most instead."""
        code = self.region_code(region)
        wanted = tuple(kinds) or (Kind.EMERGENCY, Kind.CRISIS)
        found = [row for kind in wanted for row in self._ranked(kind, code, own, stand_in=True)]
        found = found or [
            row
            for kind in (Kind.EMERGENCY, Kind.CRISIS)
            for row in self._ranked(kind, code, own, stand_in=True)
        ]
        return _cut(_distinct(found), limit)

    # -- parts -----------------------------------------------------------------------------------

    def _card(
        self,
        rules: Sequence[DangerRule],
        region: str | None,
        own: Own,
        barred: frozenset[str],
    ) -> Sequence[Referral]:
        code = self.region_code(region)
        found: list[Referral] = []
        for turn in range(max(len(rule.show) for rule in rules)):
            for rule in rules:
                if turn >= len(rule.show):
                    continue
                kind = rule.show[turn]
                ranked = self._ranked(
                    kind,
                    code,
                    own,
                    barred=barred,
                    lean=rule.lean,
                    stand_in=kind in self._dangers.directory_stands_in,
                )
                nth = rule.show[:turn].count(kind)
                found += ranked[nth : nth + 1]
                if kind is Kind.EMERGENCY and nth == 0:
                    # A community's own emergency line never hides the country's number.
                    found += [row for row in ranked if row.id in self._rows][:1]
        return _distinct(found) or self.for_kinds((), region)

    def _ranked(
        self,
        kind: Kind,
        code: str | None,
        own: Own,
        *,
        barred: frozenset[str] = frozenset(),
        lean: Kind | None = None,
        stand_in: bool = False,
    ) -> list[Referral]:
        here = self._orders.get(code or ANYWHERE, self._orders[ANYWHERE])
        ids = here.get(kind, ())
        if not ids and stand_in and kind is not Kind.EMERGENCY:
            ids = self._orders[ANYWHERE].get(kind, ())
        theirs = [
            row for row in own if kind in row.kinds and self.region_code(row.region) in (code, ANYWHERE)
        ]
        rows = [
            row
            for row in (*theirs, *(self._rows[line_id] for line_id in ids))
            if barred.isdisjoint(row.not_for)
        ]
        if kind is Kind.EMERGENCY:
            rows.sort(key=partial(_emergency_place, lean))
        if kind is Kind.CRISIS:
            rows.sort(key=_keeps_hours)
        return _distinct(rows)


def _emergency_place(lean: Kind | None, row: Referral) -> tuple[bool, bool]:
    """Sort lines without a number last, and those of the wanted kind first."""
    return row.call is None, lean is not None and lean not in row.kinds


def _keeps_hours(row: Referral) -> bool:
    """Return True for a line that is known to close; one that does not say is given the benefit."""
    return row.hours is not None and not row.hours.startswith("24/7")


def _number_first(rows: Sequence[Referral]) -> Sequence[Referral]:
    """Let a line that can be rung or texted lead, where there is one: a web page is one step more."""
    lead = next((row for row in rows if row.call or row.text), None)
    return rows if lead is None else (lead, *(row for row in rows if row is not lead))


def _cut(rows: Sequence[Referral], limit: int | None) -> tuple[Referral, ...]:
    return tuple(rows if limit is None else rows[: max(limit, 1)])


def _distinct(rows: Iterable[Referral]) -> list[Referral]:
    """Drop a line that offers nothing which an earlier line does not offer."""
    seen: set[str] = set()
    kept: list[Referral] = []
    for row in rows:
        offers = _offers(row)
        if not offers <= seen:
            kept.append(row)
            seen |= offers
    return kept


def _offers(row: Referral) -> set[str]:
    """Return the numbers of a line as bare digits; its page only if it has no number."""
    numbers = [row.call, (row.text or "").rpartition(" to ")[2], *(number.call for number in row.numbers)]
    bare = {_bare(number) for number in numbers if number}
    if bare or not row.url:
        return bare
    return {row.url.partition("://")[2].removeprefix("www.").rstrip("/").lower()}


def _bare(number: str) -> str:
    digits = "".join(sign for sign in number if sign.isdigit() or sign in "#*")
    # 1-800-555-0100, (800) 555-0100 and +1 800 555 0100 are one number.
    return digits[1:] if len(digits) == 11 and digits.startswith("1") else digits
