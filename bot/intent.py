"""Is a message a question for us, or chat? Readable cues with fitted weights, added up.

It sees only messages that the guard let through. A wrong "chat" loses a question, a wrong
"question" makes the bot talk into a conversation: so there are two bars, a low one for people who
spoke to the bot and a high one for channels where it listens.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Self

import re2
import yaml

from bot.errors import ResourceError

_MOST_TEXT = 4000


@dataclass(frozen=True, slots=True)
class Cue:
    """One named pattern and what it weighs; above zero speaks for a question."""

    name: str
    pattern: Any
    weight: float


class Intent:
    """Judges whether a message expects an answer. Immutable and thread-safe."""

    def __init__(self, cues: Sequence[Cue], bias: float, thresholds: Mapping[str, float]) -> None:
        self._cues = tuple(cues)
        self._bias = bias
        self._addressed = thresholds["addressed"]
        self._ambient = thresholds["ambient"]

    @classmethod
    def load(cls) -> Self:
        """Load the packaged cues; raises ResourceError when they are damaged."""
        return cls.parse((files("bot.resources") / "intent.yaml").read_text(encoding="utf-8"))

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read cues from YAML; raises ResourceError when they are damaged."""
        try:
            data = yaml.safe_load(text)
            weights = data["weights"]
            cues = [
                Cue(name, _compiled(patterns), float(weights.get(name, 0.0)))
                for name, patterns in data["cues"].items()
            ]
            return cls(cues, float(data["bias"]), {k: float(v) for k, v in data["thresholds"].items()})
        except (yaml.YAMLError, re2.error, KeyError, TypeError, ValueError, AttributeError) as exc:
            raise ResourceError(f"intent.yaml is damaged ({exc}). Reinstall signpost-bot.") from exc

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the cues, in order."""
        return tuple(cue.name for cue in self._cues)

    def features(self, text: str) -> tuple[bool, ...]:
        """Return which cues a text shows, in the order of `names`."""
        plain = _plain(text)
        return tuple(cue.pattern.search(plain) is not None for cue in self._cues)

    def score(self, text: str) -> float:
        """Return how likely the text asks something, from 0 to 1."""
        plain = _plain(text)
        total = self._bias + sum(
            cue.weight for cue in self._cues if cue.weight and cue.pattern.search(plain) is not None
        )
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, total))))

    def asks(self, text: str, addressed: bool = True) -> bool:
        """Say whether the text expects an answer; a text without any letter never does."""
        if not any(character.isalpha() for character in text):
            return False
        return self.score(text) >= (self._addressed if addressed else self._ambient)


def _compiled(patterns: Sequence[str]) -> Any:
    options = re2.Options()
    options.never_capture = True
    options.log_errors = False
    return re2.compile("(?is)" + "|".join(f"(?:{pattern})" for pattern in patterns), options)


def _plain(text: str) -> str:
    # A lone surrogate cannot be handed to RE2.
    clean = text[:_MOST_TEXT].encode("utf-8", "replace").decode("utf-8")
    return clean.replace("’", "'").replace("‘", "'").strip()
