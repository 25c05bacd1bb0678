"""The live files: one immutable set for each server, swapped whole, the last good one in force.

A bad edit never takes answers away: the set before it stays, also over a restart, and the
findings say what to mend. Without any good copy there are no entries, and the packaged help
lines and the guard go on without the file.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType

from bot.clock import Clock
from bot.resources.findings import Finding, Severity
from bot.resources.last_good import LastGood
from bot.resources.prepare import LARGE, Prepared, prepare, prepare_apart, with_findings
from bot.resources.rail import Screen
from bot.resources.resource_set import ResourceSet, build_set, empty_set
from bot.resources.source import Source, read_source

__all__ = ["InForce", "Library", "ReloadReport", "ResourceSet", "build_set", "empty_set"]

DEFAULT = "default"
"""The key of the file for every server that has none of its own."""


class InForce(StrEnum):
    """Which copy of a file is spoken from."""

    NEW = "new"
    LAST_GOOD = "last-good"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class ReloadReport:
    """What a reload did: whether anything that is spoken changed, what to mend, which copy is in force.

    With a folder of files `in_force` tells the worst of them, and `by_file` each one.
    """

    changed: bool
    findings: tuple[Finding, ...]
    in_force: InForce
    at: datetime
    by_file: Mapping[str, InForce]


@dataclass(frozen=True, slots=True)
class _Shelf:
    """All sets at one moment; the library holds exactly one and swaps it whole."""

    sets: Mapping[str, ResourceSet]
    in_force: Mapping[str, InForce]
    findings: tuple[Finding, ...] = ()


class Library:
    """Hands out the set in force for a server. Reading is safe from any thread, at any time."""

    def __init__(
        self,
        path: Path,
        *,
        guard: Screen,
        clock: Clock,
        state_dir: Path | None = None,
        policy: Path | None = None,
    ) -> None:
        """Load a file, or a folder with `default.yaml` and `<server id>.yaml`.

        `policy` says where the guard was loaded from when that is not the packaged policy.
        """
        self.path = path
        self._guard = guard
        self._clock = clock
        self._policy = policy
        self._last_good = LastGood(state_dir)
        self._loading = threading.Lock()
        self._shelf = _Shelf(MappingProxyType({}), MappingProxyType({}))
        self.last_reload = self.reload()

    def for_guild(self, guild_id: str | None) -> ResourceSet:
        """Return the set of a server; the default one where it has none of its own."""
        sets = self._shelf.sets
        own = sets.get(guild_id) if guild_id is not None else None
        return own if own is not None else sets[DEFAULT]

    def reload(self) -> ReloadReport:
        """Read everything again in this thread; a bad file is reported and never raised."""
        return self._reload(apart=False)

    async def reload_async(self) -> ReloadReport:
        """Read everything again off the event loop, large files in a worker process."""
        return await asyncio.to_thread(self._reload, apart=True)

    def _reload(self, *, apart: bool) -> ReloadReport:
        with self._loading:
            old = self._shelf
            new = self._read_all(old, apart=apart)
            self._shelf = new
            changed = {key: s.digest for key, s in old.sets.items()} != {
                key: s.digest for key, s in new.sets.items()
            }
            findings = (*new.findings, *(found for s in new.sets.values() for found in s.findings))
            states = list(new.in_force.values())
            worst = max(states, key=list(InForce).index) if states else InForce.NONE
            self.last_reload = ReloadReport(
                changed, findings, worst, self._clock.now(), MappingProxyType(dict(new.in_force))
            )
            return self.last_reload

    def _read_all(self, old: _Shelf, *, apart: bool) -> _Shelf:
        sets: dict[str, ResourceSet] = {}
        in_force: dict[str, InForce] = {}
        files, findings = self._files()
        for key, path in files.items():
            sets[key], in_force[key] = self._read_one(key, path, old, apart=apart)
        for key in old.sets.keys() - files.keys():
            self._last_good.forget(key)
        if DEFAULT not in sets:
            sets[DEFAULT] = empty_set()
        return _Shelf(MappingProxyType(sets), MappingProxyType(in_force), findings)

    def _files(self) -> tuple[dict[str, Path], tuple[Finding, ...]]:
        """Return the file of each key, and a warning for each file of a folder that serves nobody."""
        if not self.path.is_dir():
            # A folder that is gone, with servers of its own in it, still has its kept copies.
            kept = {} if self.path.suffix else {
                key: self.path / f"{key}.yaml" for key in self._last_good.servers() if key != DEFAULT
            }  # fmt: skip
            return {DEFAULT: self.path, **kept}, ()
        found = sorted([*self.path.glob("*.yaml"), *self.path.glob("*.yml")])
        files = {path.stem: path for path in found if path.stem == DEFAULT or path.stem.isdecimal()}
        findings = [
            _file_warning(
                path, f"{path.name} belongs to no server.", "Name it <server id>.yaml or default.yaml."
            )
            for path in found
            if path.stem not in files
        ]
        if DEFAULT not in files:
            findings.append(
                _file_warning(
                    self.path / "default.yaml",
                    "There is no default.yaml: other servers and direct messages have no entries.",
                    "Add one, if only with version: 1 and community:.",
                )
            )
        if not files:
            files = {key: self.path / f"{key}.yaml" for key in self._last_good.servers()}
        return files, tuple(findings)

    def _read_one(self, key: str, path: Path, old: _Shelf, *, apart: bool) -> tuple[ResourceSet, InForce]:
        source = read_source(path)
        before = old.sets.get(key)
        was = old.in_force.get(key)
        if before is not None and was is InForce.NEW and source.digest == before.digest:
            return before, InForce.NEW
        prepared = self._prepare(source, apart=apart)
        if prepared.set is not None:
            return self._saved(key, path, source, prepared.set), InForce.NEW
        if before is not None and was is not InForce.NONE:
            return with_findings(before, prepared.findings), InForce.LAST_GOOD
        kept = self._last_good.read(key)
        again = self._prepare(kept, apart=apart) if kept is not None else None
        if again is not None and again.set is not None:
            return with_findings(again.set, prepared.findings), InForce.LAST_GOOD
        return empty_set(prepared.findings, degraded=True), InForce.NONE

    def _prepare(self, source: Source, *, apart: bool) -> Prepared:
        if apart and len(source.text) > LARGE:
            return prepare_apart(source, self._policy)
        return prepare(source, self._guard)

    def _saved(self, key: str, path: Path, source: Source, built: ResourceSet) -> ResourceSet:
        problem = self._last_good.save(key, source.text)
        if problem is None:
            return built
        warning = Finding(
            "schema/copy-not-kept", Severity.WARNING, str(path), 1, 1, None,
            f"No copy of this file could be kept for a bad day: {problem}.",
            "Make the state folder writable and free some space.",
        )  # fmt: skip
        return with_findings(built, (*built.findings, warning))


def _file_warning(path: Path, message: str, mend: str) -> Finding:
    return Finding("schema/file-name", Severity.WARNING, str(path), 1, 1, None, message, mend)
