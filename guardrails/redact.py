"""Takes names, numbers, handles, places, links and ages out of a text before it is stored.

What is taken out, and what must stay readable, is data (`policy/redact.yaml`). Fixed forms (a phone number,
a postcode) are found by patterns; people, places and workplaces word by word, by lists and by the words
before them ("my sister ...", "in ..."). The result is plain text with bracketed words in place of what went.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import re2
import yaml

from guardrails.people import People, Span, free_spans

_MOST_PASSES = 8


@dataclass(frozen=True, slots=True)
class Form:
    """A fixed form, such as a phone number, with what clears it."""

    placeholder: str
    pattern: Any
    edge: bool
    digits: range | None
    unless: Any
    unless_next: Any
    unless_before: Any


@dataclass(frozen=True, slots=True)
class Redactor:
    """The compiled lists and forms of one policy; immutable and safe to share between threads."""

    forms: tuple[Form, ...]
    people: People
    kept_numbers: frozenset[str]
    kept: Any
    placeholders: Any

    def redact(self, text: str) -> str:
        """Return the text with what could tell who somebody is replaced by bracketed words."""
        before = visible(text)
        for _ in range(_MOST_PASSES):
            after = visible(self._once(before))
            if after == before:
                break
            before = after
        return before

    def _once(self, text: str) -> str:
        taken = bytearray(len(text))
        for pattern in (self.placeholders, self.kept):
            for found in pattern.finditer(text):
                taken[found.start() : found.end()] = b"\x01" * (found.end() - found.start())
        spans: list[Span] = []
        for form in self.forms:
            spans += free_spans(self._fixed(form, text), taken)
        spans += self.people.spans(text, taken)
        return _replaced(text, sorted(spans))

    def _fixed(self, form: Form, text: str) -> Iterable[Span]:
        for found in form.pattern.finditer(text):
            start, end = found.span(1) if found.re.groups and found.group(1) is not None else found.span()
            whole = found.group()
            said = text[start:end]
            digits = "".join(char for char in said if char.isdigit())
            if start == end or (form.edge and _touched(text, start, end)) or digits in self.kept_numbers:
                continue
            if form.digits is not None and len(digits) not in form.digits:
                continue
            if form.unless is not None and form.unless.search(whole):
                continue
            if form.unless_next is not None and form.unless_next.search(text[end : end + 30]):
                continue
            if form.unless_before is not None and form.unless_before.search(text[max(0, start - 3) : start]):
                continue
            yield start, end, form.placeholder


def visible(text: str) -> str:
    """Return the text in compatibility form, without characters that cannot be seen."""
    seen = "".join(char for char in text if unicodedata.category(char) not in ("Cf", "Cs", "Co", "Cn"))
    return unicodedata.normalize(
        "NFKC", "".join(c for c in seen if c in "\n\t" or unicodedata.category(c) != "Cc")
    )


def _touched(text: str, start: int, end: int) -> bool:
    before = text[start - 1] if start else " "
    after = text[end] if end < len(text) else " "
    return before.isalnum() or before == "_" or after.isalnum() or after == "_"


def _replaced(text: str, spans: Iterable[Span]) -> str:
    out: list[str] = []
    place = 0
    for start, end, placeholder in spans:
        out += (text[place:start], f"[{placeholder}]")
        place = end
    out.append(text[place:])
    return "".join(out)


def _compile(source: str | None) -> Any:
    if source is None:
        return None
    options = re2.Options()
    options.case_sensitive = False
    options.log_errors = False
    return re2.compile(source, options=options)


def _form(raw: Mapping[str, Any]) -> Form:
    low, high = raw.get("digits", (None, None))
    return Form(
        raw["as"],
        _compile(raw["pattern"]),
        raw.get("edge") == "true",
        None if low is None else range(int(low), int(high) + 1),
        _compile(raw.get("unless")),
        _compile(raw.get("unless_next")),
        _compile(raw.get("unless_before")),
    )


@cache
def default_redactor() -> Redactor:
    """Return the redactor over the packaged policy, compiled once."""
    source = (files("guardrails") / "policy" / "redact.yaml").read_text(encoding="utf-8")
    # The base loader reads every scalar as text: words such as "on" and "no" stand in the lists.
    policy: Mapping[str, Any] = yaml.load(source, Loader=yaml.BaseLoader)
    return Redactor(
        tuple(_form(raw) for raw in policy["patterns"]),
        People.of(policy),
        frozenset(policy["keep_numbers"]),
        _compile(r"\b(?:" + "|".join(re2.escape(phrase) for phrase in policy["keep_phrases"]) + r")\b"),
        _compile(r"\[(?:" + "|".join(policy["placeholders"]) + r")\]"),
    )


def redact(text: str) -> str:
    """Return the text with names, numbers, handles, places and the like replaced by bracketed words."""
    return default_redactor().redact(text)
