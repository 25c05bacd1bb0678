"""A file read, judged and ready to be swapped in; large files in a process of their own.

The worker sends its result in small pieces: unpickling one large object would hold the
interpreter for seconds, and with it every reply.
"""

from __future__ import annotations

import multiprocessing
import pickle
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from bot.resources.findings import Finding, Severity, in_order
from bot.resources.loader import parse
from bot.resources.rail import Screen, judge
from bot.resources.resource_set import ResourceSet, build_set
from bot.resources.schema import Entry, ResourceFile
from bot.resources.source import Source
from guardrails import Guard

LARGE = 1_000_000
"""Characters from which on a file goes to a worker process when the bot is running."""

_PIECE = 100
"""Entries or findings in one piece of a worker's result; a piece is unpickled in a few milliseconds."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """What came of a file; `set` is None when a schema error rejects it."""

    set: ResourceSet | None
    findings: tuple[Finding, ...]


def prepare(source: Source, guard: Screen) -> Prepared:
    """Parse and judge a file here and now."""
    loaded = parse(source, ResourceFile)
    if loaded.file is None:
        return Prepared(None, loaded.findings)
    judgement = judge(loaded.file, loaded.positions, loaded.name, guard)
    findings = in_order((*loaded.findings, *judgement.findings))
    return Prepared(build_set(loaded.file, judgement, findings, loaded.digest), findings)


def prepare_apart(source: Source, policy: Path | None) -> Prepared:
    """Parse and judge a file in a worker process, which loads its own guard from the policy."""
    # Forking a process with threads can deadlock; a spawned one starts clean.
    context = multiprocessing.get_context("spawn")
    try:
        with ProcessPoolExecutor(max_workers=1, mp_context=context) as pool:
            pieces = pool.submit(_in_worker, source, policy).result()
    except BrokenProcessPool:
        finding = Finding(
            "schema/unreadable", Severity.ERROR, source.name, 1, 1, None,
            "The process that read this file was ended, most likely for want of memory.",
            "Give Signpost more memory, or make the file smaller.",
        )  # fmt: skip
        return Prepared(None, (finding,))
    return _unpack(pieces)


def _in_worker(source: Source, policy: Path | None) -> list[bytes]:
    return _pack(prepare(source, Guard.load_anyhow(policy)))


def _pack(prepared: Prepared) -> list[bytes]:
    whole = prepared.set
    frame: dict[str, Any] | None = None
    rows: list[tuple[Entry, tuple[str, ...]]] = []
    if whole is not None:
        rows = [(entry, whole.questions[entry.id]) for entry in whole.entries]
        frame = {
            "community": whole.community,
            "referrals": whole.referrals,
            "wordings": {language: dict(texts) for language, texts in whole.wordings_overlay.items()},
            "digest": whole.digest,
        }
    findings = prepared.findings
    return [
        pickle.dumps(frame),
        *(pickle.dumps(("rows", rows[at : at + _PIECE])) for at in range(0, len(rows), _PIECE)),
        *(pickle.dumps(("findings", findings[at : at + _PIECE])) for at in range(0, len(findings), _PIECE)),
    ]


def _unpack(pieces: list[bytes]) -> Prepared:
    # The pieces come from our own worker, never from a file.
    frame: dict[str, Any] | None = pickle.loads(pieces[0])
    rows: list[tuple[Entry, tuple[str, ...]]] = []
    found: list[Finding] = []
    for piece in pieces[1:]:
        kind, items = pickle.loads(piece)
        (rows if kind == "rows" else found).extend(items)
    if frame is None:
        return Prepared(None, tuple(found))
    built = ResourceSet(
        community=frame["community"],
        entries=tuple(entry for entry, _ in rows),
        questions=MappingProxyType({entry.id: questions for entry, questions in rows}),
        referrals=frame["referrals"],
        wordings_overlay=MappingProxyType(
            {language: MappingProxyType(texts) for language, texts in frame["wordings"].items()}
        ),
        findings=tuple(found),
        digest=frame["digest"],
        degraded=False,
    )
    return Prepared(built, built.findings)


def with_findings(whole: ResourceSet, findings: tuple[Finding, ...]) -> ResourceSet:
    """Return the same set with other findings: those of the edit that was refused, for example."""
    return replace(whole, findings=findings)
