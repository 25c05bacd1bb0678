"""Finds the names, places and workplaces in a text, word by word.

A word is a name because it is in a list, or because of what stands before it ("my sister", "ask for") and how
it is written. In texts where capitals say nothing (all upper case, Title Case) only the lists and the
surest frames count. Nothing here replaces anything: `guardrails.redact` does.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from guardrails.words import Phrase, Word, follows, key, words_of

Span = tuple[int, int, str]

_LONGEST_NAME = 4
_NAMING = frozenset(("is", "was", "name", "names", "called", "named"))


def free_spans(spans: Iterable[Span], taken: bytearray) -> list[Span]:
    """Return the spans on which nothing was taken yet, and take them."""
    free: list[Span] = []
    for start, end, placeholder in spans:
        if not any(taken[start:end]):
            taken[start:end] = b"\x01" * (end - start)
            free.append((start, end, placeholder))
    return free


@dataclass(frozen=True, slots=True)
class People:
    """The lists and frames that tell a name, a place or a workplace."""

    names: frozenset[str]
    frame_names: frozenset[str]
    small: frozenset[str]
    keep: frozenset[str]
    relations: frozenset[str]
    possessives: frozenset[str]
    between: frozenset[str]
    titles: frozenset[str]
    word_titles: frozenset[str]
    names_follow: frozenset[Phrase]
    names_may_follow: frozenset[Phrase]
    capital_frames: frozenset[Phrase]
    places_follow: frozenset[Phrase]
    strong_places: frozenset[Phrase]
    workplaces_follow: frozenset[Phrase]
    lower_workplaces: frozenset[Phrase]
    institutions: frozenset[str]
    joiners: frozenset[str]
    place_prefixes: frozenset[str]
    cities: frozenset[Phrase]

    @classmethod
    def of(cls, policy: Mapping[str, Any]) -> People:
        """Build the look-up sets from a policy as read from YAML."""

        def words(*names: str) -> frozenset[str]:
            return frozenset(key(word) for name in names for word in policy[name])

        def phrases(name: str) -> frozenset[Phrase]:
            split = (one.split() if isinstance(one, str) else one for one in policy[name])
            return frozenset(tuple(key(part).removesuffix(".") for part in one) for one in split)

        return cls(
            words("names"),
            words("frame_names"),
            words("small_words"),
            words("keep_words"),
            words("relations"),
            words("possessives"),
            words("between"),
            words("titles"),
            words("word_titles"),
            phrases("names_follow"),
            phrases("names_may_follow"),
            phrases("capital_frames"),
            phrases("places_follow"),
            phrases("strong_places"),
            phrases("workplaces_follow"),
            phrases("lower_workplaces"),
            words("institutions"),
            words("joiners"),
            words("place_prefixes"),
            phrases("cities") | phrases("cities_of_two"),
        )

    def spans(self, text: str, taken: bytearray) -> list[Span]:
        """Return the names, places and workplaces on which nothing was taken yet, and take them."""
        words = words_of(text, taken)
        spans: list[Span] = []
        for find in (self._workplaces, self._places, self._framed_names, self._listed_names):
            spans += free_spans(find(words), taken)
        return spans

    def _workplaces(self, words: Sequence[Word]) -> Iterator[Span]:
        index = 0
        while index < len(words):
            end = self._institution(words, index)
            if end:
                yield words[index].start, words[end - 1].end, "place"
            index = end or index + 1
        for index in range(len(words)):
            if not follows(words, index, self.workplaces_follow):
                continue
            first = index + 1 if words[index].key == "the" and index + 1 < len(words) else index
            end = self._capitals(words, first)
            if end > first:
                yield words[first].start, words[end - 1].end, "place"
            elif follows(words, index, self.lower_workplaces) and not self._ordinary(words[index]):
                yield words[index].start, words[index].end, "place"

    def _institution(self, words: Sequence[Word], index: int) -> int:
        """Return where a name such as "St Mary's Hospital" ends, or 0."""
        if not words[index].capital or words[index].key in self.small or words[index].key in self.keep:
            return 0
        end = index + 1
        found = 0
        while end < len(words) and words[end].glued and end - index < 7:
            if words[end].capital and words[end].key in self.institutions:
                found = end + 1
            elif not words[end].capital and words[end].key not in self.joiners:
                break
            end += 1
        return found

    def _places(self, words: Sequence[Word]) -> Iterator[Span]:
        for index in range(len(words)):
            for length in (3, 2, 1):
                part = words[index : index + length]
                if tuple(word.key for word in part) in self.cities and all(word.glued for word in part[1:]):
                    end = max(self._capitals(words, index), index + len(part))
                    yield words[index].start, words[end - 1].end, "place"
                    break
        for index in range(len(words)):
            if not follows(words, index, self.places_follow):
                continue
            strong = follows(words, index, self.strong_places)
            first = index + 1 if words[index].key == "the" and index + 1 < len(words) else index
            if words[first].key in self.names and not strong:
                continue
            end = self._capitals(words, first)
            if end > first:
                yield words[first].start, words[end - 1].end, "place"

    def _capitals(self, words: Sequence[Word], first: int) -> int:
        """Return where a run of capital words that could be a place or workplace ends."""
        index = first
        if first >= len(words):
            return first
        prefixed = (
            words[first].capital
            and words[first].key in self.place_prefixes
            and first + 1 < len(words)
            and words[first + 1].glued
            and words[first + 1].capital
            and words[first + 1].key not in self.keep
        )
        if prefixed:
            index += 1
        while index < len(words) and (index == first or words[index].glued) and index - first < 6:
            word = words[index]
            joined = (
                index > first
                and not word.capital
                and word.key in self.joiners
                and index + 1 < len(words)
                and words[index + 1].glued
                and words[index + 1].capital
                and words[index + 1].key not in self.keep
                and word.key not in ("and", "the", "o", "al", "on")
            )
            if not joined and (not word.capital or word.key in self.small or word.key in self.keep):
                break
            index += 1
        return index

    def _framed_names(self, words: Sequence[Word]) -> Iterator[Span]:
        done = 0
        for index, word in enumerate(words):
            if not word.near or index == 0 or index < done:
                continue
            if self._after_relation(words, index) or self._after_word_title(words, index):
                sure = True
            elif follows(words, index, self.names_follow) or words[index - 1].key in self.titles:
                sure = True
                if not self._ordinary(word):
                    yield words[index].start, words[self._name_end(words, index) - 1].end, "name"
                    continue
            elif follows(words, index, self.names_may_follow):
                sure = word.capital and follows(words, index, self.capital_frames)
            else:
                continue
            if self._could_be_name(word, sure):
                found, done = self._name_and_more(words, index)
                yield from found

    def _could_be_name(self, word: Word, sure: bool) -> bool:
        if word.key in self.names and (sure or word.key not in self.keep):
            return True
        if word.key in self.frame_names and sure:
            return word.capital or word.key not in self.small
        if word.key in self.frame_names:
            return word.capital and word.key not in self.keep and word.key not in self.small
        return sure and word.capital and not self._ordinary(word)

    def _name_and_more(self, words: Sequence[Word], index: int) -> tuple[list[Span], int]:
        """Return a name with those that are joined to it ("Anna and Przemek"), and where they end."""
        end = self._name_end(words, index)
        found: list[Span] = [(words[index].start, words[end - 1].end, "name")]
        while end + 1 < len(words) and words[end].glued and words[end].key == "and" and words[end + 1].glued:
            if not self._could_be_name(words[end + 1], sure=True):
                break
            begin, end = end + 1, self._name_end(words, end + 1)
            found.append((words[begin].start, words[end - 1].end, "name"))
        return found, end

    def _name_end(self, words: Sequence[Word], index: int) -> int:
        """Return where the name that starts here ends: capital words after it are surnames."""
        end = index + 1
        while end < len(words) and words[end].glued and end - index < _LONGEST_NAME:
            word = words[end]
            particle = (
                word.key in self.joiners
                and word.key not in ("and", "of", "the", "on")
                and end + 1 < len(words)
                and words[end + 1].glued
                and words[end + 1].capital
                and not self._ordinary(words[end + 1])
            )
            if not particle and (not word.capital or self._ordinary(word)):
                break
            end += 1
        return end

    def _after_relation(self, words: Sequence[Word], index: int) -> bool:
        before = index - 1
        while before >= 0 and words[before].key in _NAMING and index - before < 4:
            before -= 1
        if (
            before < 0
            or words[before].key not in self.relations
            or (before < index - 1 and not words[index].near)
        ):
            return False
        owner = before - 1
        while (
            owner >= 0
            and (words[owner].key in self.between or words[owner].key in self.relations)
            and before - owner < 4
        ):
            owner -= 1
        owned = owner >= 0 and (words[owner].key in self.possessives)
        named = any(words[place].key in ("name", "called", "named") for place in range(before + 1, index))
        return named or (owned and before == index - 1 and not words[before].owner)

    def _after_word_title(self, words: Sequence[Word], index: int) -> bool:
        return words[index - 1].key in self.word_titles and words[index - 1].capital and words[index].capital

    def _listed_names(self, words: Sequence[Word]) -> Iterator[Span]:
        for index, word in enumerate(words):
            listed = word.key in self.names or word.key.split("-")[0] in self.names
            if listed and word.key not in self.keep:
                yield words[index].start, words[self._name_end(words, index) - 1].end, "name"

    def _ordinary(self, word: Word) -> bool:
        return (
            word.key in self.small
            or word.key in self.keep
            or word.key in self.relations
            or word.key[:2] == "i'"
        )
