"""Third-party weights: found on this machine, or fetched where that was asked for; nothing else uses the network.

``thoracite fetch encoder NAME`` is the one way in; everything else looks into the caches that the libraries keep
(``HF_HOME``, ``~/.torchxrayvision``), and a file or folder that is named is taken as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from thoracite.errors import ModelError, ThoraciteError, UsageError

_REPOSITORY = re.compile(r"([\w.\-]+/[\w.\-]+)(?:@([\w.\-/]+))?")
_UNUSED = ["*.h5", "*.msgpack", "*.onnx", "*.ot", "*.tflite", "onnx/*", "openvino/*"]
"""Weights of other frameworks, which are not fetched."""


def find_snapshot(source: str, *, name: str, fetch: bool = False, files: Sequence[str] | None = None) -> Path:
    """The folder of a model: the one named, or that of a repository of the Hugging Face hub in its cache.

    Parameters
    ----------
    source : str
        A folder; or ``OWNER/MODEL``, with ``@REVISION`` where one is wanted.
    name : str
        The encoder's, for the sentence that says what is missing.
    fetch : bool
        Whether the network may be used.
    files : sequence of str or None
        Patterns of the files that are needed; all of them unless given.

    Raises
    ------
    UsageError
        If the source is neither a folder nor such a name.
    ModelError
        If the files are not on this machine, or cannot be fetched.

    Examples
    --------
    >>> import tempfile
    >>> folder = tempfile.mkdtemp()
    >>> find_snapshot(folder, name=f"hf:{folder}") == Path(folder)
    True
    """
    if (folder := Path(source).expanduser()).is_dir():
        return folder
    if not (repository := _REPOSITORY.fullmatch(source)):
        raise UsageError(f"{source!r} in {name} is no folder; expected a folder that exists, or OWNER/MODEL of the hub")
    from huggingface_hub import snapshot_download

    with explain_failure(name, "cannot be fetched"):
        try:
            return Path(
                snapshot_download(
                    repository[1],
                    revision=repository[2],
                    local_files_only=not fetch,
                    allow_patterns=None if files is None else list(files),
                    ignore_patterns=_UNUSED,
                )
            )
        except FileNotFoundError as error:  # LocalEntryNotFoundError: also what is raised where no hub answers
            if fetch:
                raise
            raise say_missing(name, source) from error


def say_missing(name: str, what: str) -> ModelError:
    """The error that names the command by which weights are fetched.

    Examples
    --------
    >>> print(say_missing("biomedclip", "owner/model"))
    weights of owner/model are not on this machine; fetch them with `thoracite fetch encoder biomedclip`
    """
    return ModelError(f"weights of {what} are not on this machine; fetch them with `thoracite fetch encoder {name}`")


@contextmanager
def explain_failure(name: str, what: str = "cannot be loaded") -> Iterator[None]:
    """Whatever a library raises becomes one sentence that names the encoder.

    Parameters
    ----------
    name : str
        The encoder's.
    what : str
        What could not be done.

    Raises
    ------
    ModelError
        Instead of any other error.

    Examples
    --------
    >>> try:
    ...     with explain_failure("hf:folder"):
    ...         raise ValueError("no\\nweights")
    ... except ModelError as error:
    ...     print(error)
    the encoder hf:folder cannot be loaded (no weights)
    """
    try:
        yield
    except (ThoraciteError, ImportError):
        raise
    except Exception as error:  # what libraries raise of a broken file is of no one kind
        reason = " ".join(str(error).split())[:200] or type(error).__name__
        raise ModelError(f"the encoder {name} {what} ({reason})") from error


__all__ = ["explain_failure", "find_snapshot", "say_missing"]
