"""Third-party weights: found on this machine, or fetched on request; nothing else uses the network.

Only ``thoracite fetch encoder NAME`` fetches; everything else looks into the caches of the libraries (``HF_HOME``,
``~/.torchxrayvision``). A named file or folder is used directly.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from thoracite.errors import ModelError, ThoraciteError, UsageError

_REPOSITORY = re.compile(r"([\w.\-]+/[\w.\-]+)(?:@([\w.\-/]+))?")
_UNUSED = ["*.h5", "*.msgpack", "*.onnx", "*.ot", "*.tflite", "onnx/*", "openvino/*"]
"""Weights of other frameworks, never fetched."""


def find_snapshot(
    source: str, *, name: str, fetch: bool = False, files: Sequence[str] | None = None, kind: str = "encoder"
) -> Path:
    """Find the folder of a model: the named one, or a cached repository of the Hugging Face hub.

    Parameters
    ----------
    source : str
        A folder; or ``OWNER/MODEL``, optionally with ``@REVISION``.
    name : str
        Name of the model, for the error message.
    fetch : bool
        Whether the network may be used.
    files : sequence of str or None
        Patterns of the needed files; all of them unless given.
    kind : str
        ``encoder`` or ``generator``, for the error message.

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
        raise UsageError(f"{source!r} in {name} is not a folder; expected a folder, or OWNER/MODEL of the hub")
    from huggingface_hub import snapshot_download

    with explain_failure(name, "cannot be fetched", kind=kind):
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
            raise say_missing(name, source, kind=kind) from error


def say_missing(name: str, what: str, *, kind: str = "encoder") -> ModelError:
    """Return the error that names the command for fetching weights.

    Examples
    --------
    >>> print(say_missing("biomedclip", "owner/model"))
    weights of owner/model are not on this machine; fetch them with `thoracite fetch encoder biomedclip`
    """
    return ModelError(f"weights of {what} are not on this machine; fetch them with `thoracite fetch {kind} {name}`")


@contextmanager
def explain_failure(name: str, what: str = "cannot be loaded", *, kind: str = "encoder") -> Iterator[None]:
    """Turn any error of a library into one sentence that names the model.

    Parameters
    ----------
    name : str
        Name of the model.
    what : str
        The failure, as the end of a sentence.
    kind : str
        ``encoder`` or ``generator``.

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
    except Exception as error:  # libraries raise errors of many kinds for a broken file
        reason = " ".join(str(error).split())[:200] or type(error).__name__
        raise ModelError(f"the {kind} {name} {what} ({reason})") from error


__all__ = ["explain_failure", "find_snapshot", "say_missing"]
