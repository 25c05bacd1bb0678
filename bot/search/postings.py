"""A sparse term-by-document table in numpy that adds up weights for a query."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Ints = NDArray[np.int32]
Weights = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Postings:
    """For each term the documents that hold it, with a weight each.

    Stored as one array of documents and one of weights, cut by `starts`: tens of thousands of short
    texts take a few megabytes, and a query touches only the rows of its own words.
    """

    terms: Mapping[str, int]
    starts: Ints
    documents: Ints
    weights: Floats
    size: int

    @classmethod
    def build(cls, rows: Sequence[Mapping[str, float]]) -> Postings:
        """Return the table of documents, each given as its terms with their weights."""
        terms: dict[str, int] = {}
        term_ids: list[int] = []
        documents: list[int] = []
        weights: list[float] = []
        for document, row in enumerate(rows):
            for term, weight in row.items():
                term_ids.append(terms.setdefault(term, len(terms)))
                documents.append(document)
                weights.append(weight)
        ids = np.asarray(term_ids, dtype=np.int64)
        # Stable, so that documents stay in order within a term.
        order = np.argsort(ids, kind="stable")
        starts = np.zeros(len(terms) + 1, dtype=np.int32)
        if len(ids):
            starts[1:] = np.cumsum(np.bincount(ids, minlength=len(terms)))
        return cls(
            MappingProxyType(terms),
            starts,
            np.asarray(documents, dtype=np.int32)[order],
            np.asarray(weights, dtype=np.float32)[order],
            len(rows),
        )

    def documents_of(self, term: str) -> Ints:
        """Return the documents that hold a term, in order."""
        at = self.terms.get(term)
        return self.documents[0:0] if at is None else self.documents[self.starts[at] : self.starts[at + 1]]

    def add_up(self, query: Iterable[tuple[str, float]]) -> Floats:
        """Return for every document the sum of its weights times the query's."""
        total = np.zeros(self.size, dtype=np.float32)
        for term, weight in query:
            at = self.terms.get(term)
            if at is None:
                continue
            row = slice(self.starts[at], self.starts[at + 1])
            # A document stands once in a term's row, so plain indexed addition is safe.
            total[self.documents[row]] += np.float32(weight) * self.weights[row]
        return total
