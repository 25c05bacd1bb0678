"""Findings on paper: for a moderator (text), programs (json), GitHub's annotations, and SARIF."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from enum import StrEnum
from urllib.parse import quote

from bot.resources.findings import Finding, Severity

SHOWN_OF_A_KIND = 10
"""Warnings of one rule that the text report shows in full; errors are all shown."""

_SARIF_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"


class Format(StrEnum):
    """How `check` prints what it found."""

    TEXT = "text"
    JSON = "json"
    GITHUB = "github"
    SARIF = "sarif"


def render(findings: Sequence[Finding], form: Format, files: Sequence[str]) -> str:
    """Return findings in a format; `files` are the files that were looked at."""
    writers: Mapping[Format, Callable[[], str]] = {
        Format.TEXT: lambda: as_text(findings, files),
        Format.JSON: lambda: json.dumps([f.as_json() for f in findings], ensure_ascii=False, indent=2),
        Format.GITHUB: lambda: "\n".join(map(_github, findings)),
        Format.SARIF: lambda: json.dumps(as_sarif(findings), ensure_ascii=False, indent=2),
    }
    return writers[form]()


def as_text(findings: Sequence[Finding], files: Sequence[str]) -> str:
    """Return findings for a person to read: errors first, then warnings, each with its place and mend."""
    errors = [finding for finding in findings if finding.severity is Severity.ERROR]
    warnings = [finding for finding in findings if finding.severity is Severity.WARNING]
    lines: list[str] = []
    if errors:
        lines += ["ERRORS: these must be mended.", ""]
        for finding in errors:
            lines += _paragraph(finding)
    if warnings:
        lines += ["WARNINGS: worth a look.", ""]
        lines += _warnings(warnings)
    what = files[0] if len(files) == 1 else f"{len(files)} files"
    if not findings:
        lines.append(f"{what}: nothing to mend.")
    else:
        lines.append(f"{what}: {_count(len(errors), 'error')}, {_count(len(warnings), 'warning')}.")
    return "\n".join(lines)


def _paragraph(finding: Finding) -> list[str]:
    return [
        f"{finding.file}:{finding.line}:{finding.column}: {finding.message}",
        f"    To mend it: {finding.mend}",
        f"    [{finding.rule}]" + (f" in {finding.entry}" if finding.entry else ""),
        "",
    ]


def _warnings(warnings: Sequence[Finding]) -> Iterator[str]:
    """Yield warnings in the order of the file; where a rule speaks very often, its rest in one line."""
    of_rule: dict[str, list[Finding]] = defaultdict(list)
    for finding in warnings:
        of_rule[finding.rule].append(finding)
    for finding in warnings:
        if len(of_rule[finding.rule]) <= SHOWN_OF_A_KIND:
            yield from _paragraph(finding)
    for rule, many in of_rule.items():
        if len(many) > SHOWN_OF_A_KIND:
            yield from _paragraph(many[0])
            entries = ", ".join(dict.fromkeys(f.entry or f"line {f.line}" for f in many[1:]))
            yield f"    The same {len(many) - 1} more times [{rule}]: {_shortened(entries)}"
            yield "    (--format json lists them all)"
            yield ""


def _shortened(text: str, most: int = 400) -> str:
    return text if len(text) <= most else text[:most].rpartition(", ")[0] + ", ..."


def _count(number: int, word: str) -> str:
    return f"{number:,} {word}" + ("" if number == 1 else "s")


def _github(finding: Finding) -> str:
    """Return a workflow command; GitHub shows it at the line of the file."""
    title = _escaped(finding.rule, in_property=True)
    file = _escaped(finding.file, in_property=True)
    message = _escaped(f"{finding.message} {finding.mend}")
    return (
        f"::{finding.severity} file={file},line={finding.line},col={finding.column},title={title}::{message}"
    )


def _escaped(text: str, *, in_property: bool = False) -> str:
    text = text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return text.replace(":", "%3A").replace(",", "%2C") if in_property else text


def as_sarif(findings: Sequence[Finding]) -> dict[str, object]:
    """Return findings as a SARIF 2.1.0 log."""
    rules = sorted({finding.rule for finding in findings})
    return {
        "$schema": _SARIF_SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "signpost check",
                        "rules": [{"id": rule, "name": _rule_name(rule)} for rule in rules],
                    }
                },
                "columnKind": "unicodeCodePoints",
                "results": [
                    {
                        "ruleId": finding.rule,
                        "ruleIndex": rules.index(finding.rule),
                        "level": finding.severity.value,
                        "message": {"text": f"{finding.message} {finding.mend}"},
                        "locations": [
                            {
                                "physicalLocation": {
                                    "artifactLocation": {"uri": _uri(finding.file)},
                                    "region": {"startLine": finding.line, "startColumn": finding.column},
                                }
                            }
                        ],
                    }
                    for finding in findings
                ],
            }
        ],
    }


def _rule_name(rule: str) -> str:
    return "".join(part.title() for part in rule.replace("/", "-").split("-"))


def _uri(file: str) -> str:
    return quote(file.replace("\\", "/"))
