"""Which published entry answers a message: one, a few to choose from, or none.

Lexical in this version: words, related words, letter runs and spelling, weighed by small models.
"""

from bot.search.index import Found, Hit, Outcome, SearchIndex

__all__ = ["Found", "Hit", "Outcome", "SearchIndex"]
