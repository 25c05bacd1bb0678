"""Reads the rule files, and says precisely what is wrong with a rule that cannot be used."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import re2

from guardrails.data import POLICY, PolicyError, Source, read, read_if_there, texts, wordings
from guardrails.patterns import Compiler, Part
from guardrails.rules import Rule, RuleBook, Strength
from guardrails.verdict import GUARDED, Danger, Route

RULE_FILES = ("crisis", "medical", "sourcing")
"""Rules stand in `crisis.yaml` and in every file whose name begins so, and so on."""

WORDING_FILES = ("context", "languages", "thresholds")
"""The other files that hold sentences for members."""

_KEYS = frozenset(
    {"id", "route", "strength", "dangers", "why", "patterns", "all", "within", "unless", "unless_message"}
    | {"question", "watch", "match", "no_match"}
)
_RULE_ID = re2.compile(r"(?:crisis|medical|sourcing)/[a-z0-9]+(?:-[a-z0-9]+)*")
_NAME = re2.compile(r"[a-z][a-z0-9-]*")


def load_rules(policy: Path = POLICY, compiler: Compiler | None = None) -> RuleBook:
    """Return the compiled rules of a policy folder; raises `PolicyError`."""
    reader = RuleReader(policy, compiler or Compiler(policy))
    rules = tuple(reader.rules())
    for route in GUARDED:
        if not any(rule.route is route for rule in rules):
            raise PolicyError(
                f"{route.value}.yaml",
                f"there is no rule for {route.value}, and a guard without one must not start",
                f"Put the file back, with at least one rule whose id begins with `{route.value}/`.",
            )
    return RuleBook(rules, reader.whys, reader.asking)


class RuleReader:
    """Reads the rule files one after the other; only lives while a rule book is loaded."""

    def __init__(self, policy: Path, compiler: Compiler) -> None:
        self._policy = policy
        self._compiler = compiler
        self._guards = self._read_guards()
        self.asking = self._read_asking()
        self._sources = [
            read(path, policy) for name in RULE_FILES for path in sorted(policy.glob(f"{name}*.yaml"))
        ]
        others = (read_if_there(policy / f"{name}.yaml", policy) for name in WORDING_FILES)
        self.whys = wordings([*self._sources, *(source for source in others if source is not None)])
        self._seen: dict[str, str] = {}

    def rules(self) -> Iterator[Rule]:
        for source in self._sources:
            listed = source.content.get("rules") or []
            if not isinstance(listed, list):
                raise source.error("`rules` must be a list", "Begin each rule with `- id:`.", "rules")
            for number, raw in enumerate(listed):
                yield self._rule(source, number, raw)

    def _read_guards(self) -> dict[str, str]:
        source = read_if_there(self._policy / "guards.yaml", self._policy)
        if source is None:
            return {}
        guards = {}
        for name, value in source.mapping("guards").items():
            path = ("guards", name)
            if not _NAME.fullmatch(name):
                raise source.error(
                    f"{name!r} cannot name a guard", "Use small letters, digits and - only.", *path
                )
            patterns = texts(source, value, *path)
            guards[name] = self._compiler.expression(source, patterns, path, None)
        return guards

    def _read_asking(self) -> tuple[Part, ...]:
        source = read_if_there(self._policy / "asking.yaml", self._policy)
        if source is None:
            return ()
        patterns = texts(source, source.content.get("asking"), "asking")
        return (self._compiler.part(self._compiler.expression(source, patterns, ("asking",), None)),)

    def _rule(self, source: Source, number: int, raw: Any) -> Rule:
        path = ("rules", number)
        if not isinstance(raw, dict) or not isinstance(raw.get("id"), str):
            raise source.error("a rule without an id", "Begin each rule with `- id: route/name`.", *path)
        name: str = raw["id"]

        def wrong(what: str, mend: str, *key: str | int) -> PolicyError:
            return source.error(what, mend, *path, *key, rule=name)

        if not _RULE_ID.fullmatch(name):
            raise wrong(
                "the id is not of the form route/name", "Write it like `crisis/suicidal-intent`.", "id"
            )
        if name in self._seen:
            raise wrong(f"the id is already used in {self._seen[name]}", "Give one of them another id.", "id")
        for key in raw:
            if key not in _KEYS:
                near = difflib.get_close_matches(str(key), list(_KEYS), n=1)
                mend = f"Did you mean `{near[0]}`?" if near else f"Known keys: {', '.join(sorted(_KEYS))}."
                raise wrong(f"`{key}` is not known in a rule", mend, str(key))

        def choice(key: str, allowed: tuple[Any, ...], default: Any) -> Any:
            value = raw.get(key, default)
            if value not in allowed:
                options = ", ".join(str(option).lower() for option in allowed)
                raise wrong(f"`{key}: {value}` is not known", f"Use one of: {options}.", key)
            return value

        route = Route(choice("route", tuple(route.value for route in GUARDED), name.split("/")[0]))
        if name.split("/")[0] != route.value:
            raise wrong(
                f"the id says {name.split('/')[0]}, the route {route.value}", "Make them agree.", "route"
            )
        strength = Strength(choice("strength", tuple(one.value for one in Strength), "sure"))
        whole = choice("within", ("sentence", "message"), "sentence") == "message"
        question = choice("question", (False, True, "sentence", "message"), False)
        watch = choice("watch", (True, False), True)
        why = str(raw.get("why"))
        if why not in self.whys:
            near = difflib.get_close_matches(why, list(self.whys), n=1)
            raise wrong(
                f"the wording `{why}` is not known",
                f"Did you mean `{near[0]}`?" if near else "Add it under `whys`.",
                "why",
            )
        dangers = texts(source, raw.get("dangers"), *path, "dangers", rule=name)
        for danger in dangers:
            if danger not in tuple(Danger):
                raise wrong(
                    f"the danger `{danger}` is not known", f"Use one of: {', '.join(Danger)}.", "dangers"
                )
        if (route is Route.CRISIS) != bool(dangers):
            raise wrong(
                "a crisis rule needs `dangers`, and no other rule has them",
                "Add or remove `dangers`.",
                "dangers",
            )
        match = texts(source, raw.get("match"), *path, "match", rule=name)
        no_match = texts(source, raw.get("no_match"), *path, "no_match", rule=name)
        if len(match) < 2 or not no_match:
            raise wrong(
                "a rule needs at least two `match` and one `no_match` example",
                "Add messages that it must catch and one that it must leave alone.",
                "match" if len(match) < 2 else "no_match",
            )
        needed = self._needed(source, raw, path, name, whole)
        if not needed:
            raise wrong("a rule needs `patterns` or `all`", "Add at least one pattern.")
        self._seen[name] = source.name
        return Rule(
            name,
            route,
            strength,
            tuple(Danger(danger) for danger in dangers),
            why,
            whole,
            {False: "", True: "sentence"}.get(question, question),
            watch,
            needed,
            self._guard(source, raw, (*path, "unless"), name),
            self._guard(source, raw, (*path, "unless_message"), name),
            match,
            no_match,
        )

    def _needed(
        self, source: Source, raw: Mapping[str, Any], path: tuple[str | int, ...], name: str, whole: bool
    ) -> tuple[Part, ...]:
        patterns = texts(source, raw.get("patterns"), *path, "patterns", rule=name)
        together = texts(source, raw.get("all"), *path, "all", rule=name)
        parts = [self._compiler.expression(source, patterns, (*path, "patterns"), name)] if patterns else []
        parts += [
            self._compiler.expression(source, [part], (*path, "all", number), name)
            for number, part in enumerate(together)
        ]
        return tuple(self._compiler.part(part, whole) for part in parts)

    def _guard(
        self, source: Source, raw: Mapping[str, Any], path: tuple[str | int, ...], name: str
    ) -> tuple[Part, ...]:
        listed = texts(source, raw.get(str(path[-1])), *path, rule=name)
        parts: list[str] = []
        for number, item in enumerate(listed):
            if item in self._guards:
                parts.append(self._guards[item])
            elif _NAME.fullmatch(item) and "-" in item:
                near = difflib.get_close_matches(item, list(self._guards), n=1)
                mend = f"Did you mean `{near[0]}`?" if near else "Add it to policy/guards.yaml."
                raise source.error(f"the guard `{item}` is not known", mend, *path, number, rule=name)
            else:
                parts.append(self._compiler.expression(source, [item], (*path, number), name))
        return tuple(self._compiler.part(part) for part in parts)
