"""The search over one file: a message in, an entry, a few titles or nothing out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from rapidfuzz import fuzz

from bot.resources.schema import Entry
from bot.search.corpus import Corpus
from bot.search.features import gather, make_query
from bot.search.ranking import FEWEST_CHOICES, MOST_CHOICES, Ranked, Ranker
from bot.search.words import Words, sentences, tokens

Outcome = Literal["answer", "choices", "nothing"]

SURE = 1.0
"""The score of a message that is, but for spelling, one of the example questions or titles."""

_NEAR_WORDING = 85
_FRAGMENT_CONTENT = 3
_LONG = 14
_MOST_PARTS = 4
_SHOWN_SHARE = 0.12
_FEWEST_WORDS = 3


@dataclass(frozen=True, slots=True)
class Hit:
    """One entry and how sure search is of it, between 0 and 1."""

    entry_id: str
    score: float


@dataclass(frozen=True, slots=True)
class Found:
    """What search makes of a message.

    `answer` has one entry to speak; `choices` has two to four to offer by title; with `nothing`
    the entries are the nearest ones, for the log only. Best first. `basis` holds the sentences that
    search relied on, earlier turns included, so that the guard can look at each of them again.
    """

    outcome: Outcome
    entries: tuple[Hit, ...] = ()
    basis: tuple[str, ...] = ()


class SearchIndex:
    """Finds the entry that answers a message, or none. Immutable and thread-safe after `build`."""

    def __init__(self, corpus: Corpus, words: Words, ranker: Ranker) -> None:
        self._corpus = corpus
        self._words = words
        self._ranker = ranker

    @classmethod
    def build(
        cls, entries: Sequence[Entry], questions: Mapping[str, Sequence[str]], ranker: Ranker | None = None
    ) -> SearchIndex:
        """Index the entries; `questions` maps an entry's id to the example questions allowed for it."""
        words = Words.load()
        return cls(Corpus.build(entries, questions, words), words, ranker or Ranker.load())

    def __len__(self) -> int:
        return len(self._corpus.ids)

    def search(self, text: str, context: Sequence[str] = ()) -> Found:
        """Return what answers a message; `context` holds the person's earlier turns, oldest first."""
        exact = self._exact(text)
        if exact is not None:
            return exact
        before = context[-1] if context and self.is_fragment(text) else ""
        best: Ranked | None = None
        basis: tuple[str, ...] = ()
        for part in _parts(text):
            query = make_query(part, self._corpus, self._words, before)
            ranked = self._ranker.rank(gather(query, self._corpus))
            if best is None or ranked.chance_first > best.chance_first:
                best, basis = ranked, (part,)
        if best is None or not best.scores:
            return Found("nothing")
        return self._decide(best, (*basis, before) if before else basis)

    def nearest(self, text: str, count: int) -> tuple[Hit, ...]:
        """Return the entries closest to a message, whatever the thresholds say, best first."""
        ranked = self._ranker.rank(gather(make_query(text, self._corpus, self._words), self._corpus))
        entries = ranked.evidence.entries[:count]
        return tuple(
            Hit(self._corpus.ids[entry], round(ranked.chance_first * ranked.share(at) / ranked.share(0), 4))
            for at, entry in enumerate(entries)
        )

    def is_fragment(self, text: str) -> bool:
        """Return whether a message only makes sense with what was said before it."""
        analysed = self._words.analyse(text)
        if len(set(analysed.content)) >= _FRAGMENT_CONTENT or not analysed.tokens:
            return False
        opens = f"{analysed.key} ".startswith(self._words.fragment_starts)
        return opens or not self._words.pointing.isdisjoint(analysed.tokens)

    def _exact(self, text: str) -> Found | None:
        """Return the entry whose example question or title this is, word for word or but for a slip."""
        analysed = self._words.analyse(text)
        owners = self._corpus.exact.get(analysed.key, ()) if analysed.key else ()
        if not owners:
            owners = self._nearly_exact(text)
        if not owners:
            return None
        hits = tuple(Hit(self._corpus.ids[owner], SURE) for owner in owners[:MOST_CHOICES])
        return Found("answer" if len(hits) == 1 else "choices", hits, (text,))

    def _nearly_exact(self, text: str) -> tuple[int, ...]:
        # The words that carry the topic must be the same ones after mending: "aa meeting" and
        # "na meeting" are one letter apart and are two entries.
        query = make_query(text, self._corpus, self._words)
        wanted = query.analysed.content
        if len(wanted) < 2:
            return ()
        owners: list[int] = []
        key = " ".join(query.analysed.tokens)
        for unit in self._corpus.units_with(wanted):
            if fuzz.ratio(key, self._corpus.unit_keys[unit]) >= _NEAR_WORDING:
                owner = int(self._corpus.unit_entry[unit])
                if owner not in owners:
                    owners.append(owner)
        return tuple(owners)

    def _contradicts(self, ranked: Ranked) -> bool:
        """Return whether the message names one thing and the best entry only others of its kind."""
        best = int(ranked.evidence.entries[0])
        asked = set(ranked.evidence.query.stems)
        for group in self._words.contrasts:
            named = group & asked
            if not named:
                continue
            held = {term for term in group if self._corpus.holds(best, term)}
            if held and not named & held:
                return True
        return False

    def _decide(self, ranked: Ranked, basis: tuple[str, ...]) -> Found:
        ids = [self._corpus.ids[entry] for entry in ranked.evidence.entries[:MOST_CHOICES]]
        first = Hit(ids[0], round(ranked.chance_first, 4))
        query = ranked.evidence.query
        single = len(query.stems) <= 1
        thin = single or len(basis) > 1 or self.is_fragment(basis[0])
        bar = self._ranker.answer_thin_at if thin else self._ranker.answer_at
        # One word ("meetings?") names a topic, it does not ask one question.
        bare = single and len(query.analysed.tokens) < _FEWEST_WORDS
        if ranked.chance_first >= bar and not bare and not self._contradicts(ranked):
            return Found("answer", (first,), basis)
        hits = [first]
        for at in range(1, len(ids)):
            chance = ranked.chance_first * ranked.share(at) / max(ranked.share(0), 1e-9)
            if at < FEWEST_CHOICES or ranked.share(at) >= _SHOWN_SHARE * ranked.share(0):
                hits.append(Hit(ids[at], round(min(chance, first.score), 4)))
        topic = single and ranked.evidence.held[:, 0].any()
        if len(hits) >= FEWEST_CHOICES and (topic or ranked.chance_offered >= self._ranker.offer_at):
            return Found("choices", tuple(hits), basis)
        return Found("nothing", tuple(hits), basis)


def _parts(text: str) -> tuple[str, ...]:
    """Return what to search for: the whole message, and in a long one each sentence that asks."""
    if len(tokens(text)) < _LONG:
        return (text,)
    asking = [part for part in sentences(text) if part.endswith("?") and len(tokens(part)) >= 4]
    return (text, *[part for part in asking if part != text.strip()][:_MOST_PARTS])
