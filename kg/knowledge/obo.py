"""Vocabularies in the OBO flat format, through obonet.

References
----------
OBO Flat File Format 1.4. Himmelstein D. obonet. PyPI, version 1.3.0.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from thoracite.errors import InputError

MAX_BYTES = 1_000_000_000
"""Largest size of a vocabulary in bytes; the largest in use, NCBI's taxonomy, has some 700 million."""


def open_obo(path: Path) -> Any:
    """Open a vocabulary as a networkx graph, without obsolete terms.

    Parameters
    ----------
    path : Path
        ``.obo``.

    Raises
    ------
    InputError
        If the file cannot be read, is not OBO, or is too long.
    """
    import obonet

    try:
        if path.stat().st_size > MAX_BYTES:
            raise InputError(f"{path} has more than {MAX_BYTES:,} bytes; expected a vocabulary of terms")
        with path.open(encoding="utf-8") as file:
            graph = obonet.read_obo(file, ignore_obsolete=True)
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}; expected OBO") from error
    except (ValueError, KeyError, IndexError, AttributeError, TypeError) as error:
        reason = " ".join(str(error).split())[:120]
        raise InputError(f"{path} is not OBO in UTF-8 ({reason}); expected [Term] stanzas with id and name") from error
    if not len(graph):
        raise InputError(f"{path} holds no [Term]; expected a vocabulary in the OBO flat format")
    return graph


__all__ = ["MAX_BYTES", "open_obo"]
