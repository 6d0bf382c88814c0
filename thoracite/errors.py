"""Errors of Thoracite, as sentences for the user.

Every error says what happened, where, what was expected and what to do next; the command line prints
that sentence alone and leaves with the error's exit code::

    ThoraciteError            (1)
    ├── UsageError            2   the command, an option or a setting is wrong
    ├── InputError            3   a file, image, report or triple cannot be used
    │   └── PrivacyError      3   the privacy gate refused to store or write something
    ├── StoreError            4   a graph store is missing, damaged, locked or refused a query
    └── ModelError            5   a model, its weights or the package that runs it is missing or failed
"""

from __future__ import annotations


class ThoraciteError(Exception):
    """Root of every error that Thoracite raises on purpose.

    Examples
    --------
    >>> try:
    ...     raise InputError("chest.png is empty (0 bytes); expected a PNG, JPEG or DICOM file")
    ... except ThoraciteError as error:
    ...     print(error.exit_code, error)
    3 chest.png is empty (0 bytes); expected a PNG, JPEG or DICOM file
    """

    exit_code: int = 1


class UsageError(ThoraciteError):
    """The command, an option, a setting or an output path is wrong."""

    exit_code = 2


class InputError(ThoraciteError):
    """A file, image, report or triple cannot be used."""

    exit_code = 3


class PrivacyError(InputError):
    """The privacy gate refused to store or write something."""


class StoreError(ThoraciteError):
    """A graph store is missing, damaged or locked, or refused a query."""

    exit_code = 4


class ModelError(ThoraciteError):
    """A model, its weights or the package that runs it is missing or failed."""

    exit_code = 5


__all__ = [
    "InputError",
    "ModelError",
    "PrivacyError",
    "StoreError",
    "ThoraciteError",
    "UsageError",
]
