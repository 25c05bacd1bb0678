"""What one server may speak from: an immutable set, built from a judged file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from bot.resources.findings import Finding
from bot.resources.rail import Judgement
from bot.resources.schema import Community, Entry, Referral, ResourceFile, Status

UNNAMED = "This server"
"""What a community is called when its file is broken or its name may not be published."""


@dataclass(frozen=True, slots=True)
class ResourceSet:
    """The entries, help lines and wordings in force for one server.

    `entries` are published and not quarantined; `questions` are those that the guard lets through.
    `degraded` is true when there is a file and none of it, nor of an earlier copy, can be used.
    """

    community: Community
    entries: tuple[Entry, ...]
    questions: Mapping[str, tuple[str, ...]]
    referrals: tuple[Referral, ...]
    wordings_overlay: Mapping[str, Mapping[str, str]]
    findings: tuple[Finding, ...]
    digest: str
    degraded: bool
    _by_id: Mapping[str, Entry] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_id", MappingProxyType({entry.id: entry for entry in self.entries}))

    def entry(self, entry_id: str) -> Entry | None:
        """Return a published entry by its id, or None."""
        return self._by_id.get(entry_id)


def empty_set(findings: tuple[Finding, ...] = (), *, degraded: bool = False) -> ResourceSet:
    """Return a set without entries; the packaged help lines do not depend on it."""
    return ResourceSet(Community(name=UNNAMED), (), MappingProxyType({}), (), MappingProxyType({}),
                       findings, "", degraded)  # fmt: skip


def build_set(
    file: ResourceFile, judgement: Judgement, findings: tuple[Finding, ...], digest: str
) -> ResourceSet:
    """Return what of a file may be spoken; whatever the rail or the guard bars is left out."""
    barred = judgement.barred
    entries = tuple(
        entry
        for at, entry in enumerate(file.entries)
        if entry.status is Status.PUBLISHED and ("entries", at) not in barred
    )
    community = file.community
    if ("community",) in barred:
        community = community.model_copy(update={"name": UNNAMED})
    return ResourceSet(
        community=community,
        entries=entries,
        questions=MappingProxyType({entry.id: judgement.questions[entry.id] for entry in entries}),
        referrals=tuple(line for at, line in enumerate(file.referrals) if ("referrals", at) not in barred),
        wordings_overlay=MappingProxyType(
            {
                language: MappingProxyType(
                    {name: text for name, text in texts.items() if ("wordings", language, name) not in barred}
                )
                for language, texts in file.wordings.items()
            }
        ),
        findings=findings,
        digest=digest,
        degraded=False,
    )
