"""Every error Signpost raises on purpose.

* SignpostError
  + ConfigError     a setting is missing or wrong
  + ResourceError   a moderated file cannot be used
  + StoreError      the question log cannot be read or written
"""

from __future__ import annotations


class SignpostError(Exception):
    """The base of all errors that a caller may want to catch."""


class ConfigError(SignpostError):
    """A setting is missing or wrong; the message says which and how to mend it."""


class ResourceError(SignpostError):
    """A moderated file cannot be used; the message names file, line and the mend."""


class StoreError(SignpostError):
    """The question log cannot be read or written just now."""
