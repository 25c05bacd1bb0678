"""`signpost check`: everything that a moderator should know about a file before members read it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from functools import cache
from pathlib import Path

from bot.resources.check_entries import check_entries
from bot.resources.check_helplines import check_helplines
from bot.resources.check_style import check_style
from bot.resources.explain import nearest
from bot.resources.findings import Finding, in_order
from bot.resources.helplines import Helplines
from bot.resources.loader import Loaded, load
from bot.resources.notes import Notes
from bot.resources.rail import Judgement, Screen, judge
from bot.resources.schema import ResourceFile
from bot.resources.style import packaged_style
from bot.resources.wordings import Wording, Wordings, packaged, problems_with


def check(
    path: Path,
    guard: Screen,
    today: dt.date,
    *,
    wordings: Wordings | None = None,
    listed_regions: Collection[str] | None = None,
) -> list[Finding]:
    """Return all findings of a file in its order; never raises for what the file holds."""
    loaded = load(path)
    return list(check_loaded(loaded, guard, today, wordings=wordings, listed_regions=listed_regions))


def check_loaded(
    loaded: Loaded,
    guard: Screen,
    today: dt.date,
    *,
    wordings: Wordings | None = None,
    listed_regions: Collection[str] | None = None,
    judgement: Judgement | None = None,
) -> tuple[Finding, ...]:
    """Return all findings of a file that is already read."""
    if loaded.file is None:
        return loaded.findings
    notes = Notes(loaded.name, loaded.positions)
    style = packaged_style()
    listed = _packaged_regions() if listed_regions is None else listed_regions
    check_entries(loaded.file, notes, today, style.near)
    check_helplines(loaded.file, notes, today, listed)
    check_style(loaded.file, notes, style)
    _check_wordings(loaded.file, notes, wordings or packaged())
    judged = judgement or judge(loaded.file, loaded.positions, loaded.name, guard)
    return in_order((*loaded.findings, *judged.findings, *notes.findings))


@cache
def _packaged_regions() -> tuple[str, ...]:
    return Helplines.load().regions


def _check_wordings(file: ResourceFile, notes: Notes, wordings: Wordings) -> None:
    known: Mapping[str, Wording] = {wording.name: wording for wording in wordings.all()}
    for language, texts in file.wordings.items():
        for name, text in texts.items():
            path = ("wordings", language, name)
            if name not in known:
                near = nearest(name, sorted(known))
                notes.error(
                    "schema/unknown-wording",
                    path,
                    f"There is no wording called '{name}'.",
                    f"Did you mean '{near}'?" if near else "The names stand in bot/resources/wordings.yaml.",
                )
                continue
            for problem in problems_with(known[name], text):
                notes.error(
                    "schema/wording-slot",
                    path,
                    f"In '{name}' {problem}.",
                    f"Slots of this wording: {_slots(known[name])}. The packaged text is used until then.",
                )


def _slots(wording: Wording) -> str:
    return ", ".join(f"{{{slot}}}" for slot in sorted(wording.slots)) or "none"
