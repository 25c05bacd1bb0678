"""The rail for what moderators want to publish: finds doses, remedies, promises and other claims.

What counts as a claim is data (`policy/publication.yaml`). This module reads a text the way the patterns
expect it (lower case, Markdown marks gone, one line per sentence), matches them in linear time and says
where in the original text each claim stands. It decides nothing about files: quarantine is the caller's.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

import re2
import yaml

from guardrails.classifier import Learned
from guardrails.data import POLICY, PolicyError
from guardrails.encoder import Encoder
from guardrails.normalise import Normaliser
from guardrails.spelled import spelled
from guardrails.tone import Tone, advice, joined
from guardrails.weights import ModelError

_SLOT = re.compile(r"\{([a-z_]+)\}")
_STRAIGHT = {
    **dict.fromkeys("‘’‚‛′`´ʼ", "'"),
    **dict.fromkeys("“”„‟″«»", '"'),
    **dict.fromkeys("‐‑‒–—―−", "-"),
    "⁄": "/",
}
_LOOKALIKE = dict(zip("аеорсхуіјѕԁһкмтνοαι", "aeopcxyijsdhkmtvoai", strict=True))
DOUBTED = ("confidentiality-promise", "diagnosis", "discourage-help", "rescue-promise", "symptom-reassurance")
"""Kinds of claim that a classifier may take back; all others stand whatever it thinks."""

_MARKS = frozenset("*_~|`#>\\")
_ABBREVIATION = re.compile(r"(?:^|[\s(])(?:dr|mr|mrs|ms|st|approx|no|vs|etc|e\.g|i\.e|[a-z])$")


@dataclass(frozen=True, slots=True)
class Claim:
    """One thing in a text that may not be published, where it stands and how to mend it."""

    rule: str
    kind: str
    start: int
    end: int
    what: str
    mend: str
    liftable: bool


@dataclass(frozen=True, slots=True)
class Pattern:
    """One way to make a claim: what it says, what the text must also hold, what clears the sentence."""

    says: Any
    needs: tuple[Any, ...]
    unless: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class PublicationRule:
    """A kind of claim with its explanation, its patterns and its own examples."""

    id: str
    kind: str
    what: str
    mend: str
    liftable: bool
    patterns: tuple[Pattern, ...]
    match: tuple[str, ...]
    no_match: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Folded:
    """A text as the patterns read it; `at[i]` is where character i stands in the original."""

    text: str
    at: tuple[int, ...]

    def original(self, start: int, end: int) -> tuple[int, int]:
        """Return the span of the original text that a span of the folded text came from."""
        return self.at[start], self.at[end - 1] + 1


def fold(text: str) -> Folded:
    """Return the text in lower case with straight quotes, without marks, and one line for each sentence."""
    out: list[str] = []
    at: list[int] = []
    for index, original in enumerate(text):
        for char in unicodedata.normalize("NFKC", original).lower():
            plain = _STRAIGHT.get(char, _LOOKALIKE.get(char, char))
            category = unicodedata.category(plain)
            if plain in _MARKS or category in ("Cf", "Mn", "Me", "Cs"):
                continue
            if plain.isspace() and plain != "\n":
                plain = " "
            if plain == " " and (not out or out[-1] in " \n"):
                continue
            out.append(plain)
            at.append(index)
    _break_sentences(out)
    return Folded("".join(out), tuple(at))


def _break_sentences(chars: list[str]) -> None:
    """Put a line break in place of each full stop, and a space in place of each break inside a sentence."""
    joined = "".join(chars)
    for index, char in enumerate(chars):
        following = joined[index + 1 : index + 2]
        if char == "\n" and following.isalpha() and joined[index - 1 : index].isalpha():
            chars[index] = " "
        elif (
            char in "!?…" or (char == "." and not _ABBREVIATION.search(joined[max(0, index - 8) : index]))
        ) and (following == "" or following.isspace() or following in "\"')"):
            chars[index] = "\n"


@dataclass(frozen=True, slots=True)
class PublicationRail:
    """The compiled claims of one policy; immutable and safe to share between threads.

    `encoder` judges by its meaning what no rule names, from the probability `bar` on; where the packaged
    weights cannot be used it is None, and `tone` judges by its words. `tone_rule` says how that is put.
    """

    rules: tuple[PublicationRule, ...]
    tone: Tone
    tone_rule: PublicationRule
    toned: frozenset[str]
    encoder: Encoder | None = None
    bar: float = 1.0
    doubted: float = 0.0
    normaliser: Normaliser = field(default_factory=Normaliser.load)

    def review(self, text: str, what: str) -> tuple[Claim, ...]:
        """Return every claim in the text, in the order of where it starts; `what` is the kind of text."""
        folded = fold(text)
        if not folded.text:
            return ()
        claims = [claim for rule in self.rules for claim in _claims(rule, folded)]
        if what in self.toned:
            found, score = self._advice(text, folded)
            claims = [claim for claim in claims if score >= self.doubted or claim.kind not in DOUBTED]
            for start, end in found:
                advice = _claim(self.tone_rule, folded, start, end)
                if not any(claim.start < advice.end and advice.start < claim.end for claim in claims):
                    claims.append(advice)
        return tuple(sorted(claims, key=lambda claim: (claim.start, claim.end, claim.rule)))

    def _advice(self, text: str, folded: Folded) -> tuple[list[tuple[int, int]], float]:
        """Return the passages that read like advice, and how much the text does at its worst, 0 to 1."""
        if self.encoder is None:
            return list(self.tone.advice(folded.text)), 1.0

        def read(start: int, end: int) -> str:
            begin, stop = folded.original(start, end)
            return spelled(self.normaliser.read(text[begin : stop + 1]).whole[0]).text

        return advice(folded.text, read, self.encoder, self.bar)


def _claims(rule: PublicationRule, folded: Folded) -> Iterator[Claim]:
    spans = sorted(span for pattern in rule.patterns for span in _spans(pattern, folded.text))
    # A moderator reads one finding for one place.
    for start, end in joined(spans, touching=False):
        yield _claim(rule, folded, start, end)


def _claim(rule: PublicationRule, folded: Folded, start: int, end: int) -> Claim:
    where = folded.original(start, end)
    return Claim(rule.id, rule.kind, *where, what=rule.what, mend=rule.mend, liftable=rule.liftable)


def _spans(pattern: Pattern, text: str) -> Iterator[tuple[int, int]]:
    first = pattern.says.search(text)
    if first is None or not all(need.search(text) for need in pattern.needs):
        return
    line_end, cleared = -1, False
    for found in pattern.says.finditer(text):
        start, end = found.span()
        if start >= line_end:  # one judgement a sentence: a text without full stops stays linear
            line_start = text.rfind("\n", 0, start) + 1
            line_end = text.find("\n", start)
            line_end = len(text) if line_end < 0 else line_end
            cleared = any(guard.search(text[line_start:line_end]) for guard in pattern.unless)
        if start < end and not cleared:
            yield start, end


def build_rail(
    policy: Mapping[str, Any], words: Mapping[str, Any], encoder: Encoder | None = None
) -> PublicationRail:
    """Build the rail from both policy files; raises PolicyError naming the rule that is wrong."""
    (tone_rule,) = _compile_rules({**policy, "rules": [{**policy["tone"], "patterns": []}]})
    return PublicationRail(
        _compile_rules(policy),
        Tone(words["words"], words["threshold"]),
        tone_rule,
        frozenset(policy["tone"]["texts"]),
        encoder,
        float(policy["tone"]["bar"]),
        float(policy["tone"]["doubted"]),
    )


def _compile_rules(policy: Mapping[str, Any]) -> tuple[PublicationRule, ...]:
    slots: Mapping[str, list[str]] = policy["slots"]
    guards: Mapping[str, list[str]] = policy["guards"]

    def expand(source: str) -> str:
        return _SLOT.sub(lambda name: rf"\b(?:{'|'.join(expand(part) for part in slots[name[1]])})\b", source)

    @cache
    def compiled(source: str) -> Any:
        options = re2.Options()
        options.max_mem = 64 << 20
        options.log_errors = False
        return re2.compile(expand(source), options=options)

    @cache
    def guard(name: str) -> tuple[Any, ...]:
        return tuple(compiled(source) for source in guards.get(name, [name]))

    def pattern(raw: str | Mapping[str, Any], own: tuple[Any, ...]) -> Pattern:
        written = {"say": raw} if isinstance(raw, str) else raw
        extra = tuple(one for name in written.get("unless", ()) for one in guard(name))
        return Pattern(compiled(written["say"]), tuple(map(compiled, written.get("with", ()))), own + extra)

    rules: list[PublicationRule] = []
    for raw in policy["rules"]:
        try:
            own = tuple(one for name in raw.get("unless", ()) for one in guard(name))
            rules.append(
                PublicationRule(
                    raw["id"],
                    raw["kind"],
                    raw["what"],
                    raw["mend"],
                    raw["liftable"],
                    tuple(pattern(one, own) for one in raw["patterns"]),
                    tuple(raw.get("match", ())),
                    tuple(raw.get("no_match", ())),
                )
            )
        except (KeyError, re2.error) as error:
            raise PolicyError(
                "publication.yaml",
                f"it cannot be read ({error!r})",
                "Mend the named part.",
                rule=raw.get("id", "?"),
            ) from error
    return tuple(rules)


@cache
def default_rail() -> PublicationRail:
    """Return the rail over the packaged policy and weights, compiled once; without weights, words judge."""
    policy, words = (
        yaml.safe_load((POLICY / name).read_text(encoding="utf-8"))
        for name in ("publication.yaml", "publication_words.yaml")
    )
    try:
        encoder = Learned.load().encoder
    except ModelError:
        encoder = None
    return build_rail(policy, words, encoder)


def review_text(text: str, *, what: str = "answer") -> tuple[Claim, ...]:
    """Return the claims in a string that members would read; `what` names the string for the moderator."""
    return tuple(
        replace(claim, what=f"In this {what}: {claim.what[0].lower()}{claim.what[1:]}")
        for claim in default_rail().review(text, what)
    )
