"""PubMed records over the network, through NCBI's E-utilities, only on request.

References
----------
Sayers E. A General Introduction to the E-utilities. NCBI, 2010 and later. Cock PJA et al. Biopython. Bioinformatics
2009;25:1422-3. doi:10.1093/bioinformatics/btp163.
"""

from __future__ import annotations

import socket
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.error import URLError

from thoracite.errors import InputError, UsageError
from thoracite.files import explain_writing, replace_file

MAX_RECORDS = 9_999
"""Most records of one PubMed query that E-utilities return."""

_TIMEOUT_S = 60.0
_CHUNK = 65_536


def fetch_pubmed(query: str, output: Path, *, maximum: int = 100, email: str | None = None) -> int:
    """Search PubMed and save the records in the format of ``efetch``.

    Parameters
    ----------
    query : str
        A query in PubMed's syntax: ``pneumothorax[mh] AND radiography[sh]``.
    output : Path
        File to write, ``.xml``; :func:`thoracite.kg.knowledge.pubmed.read_pubmed` reads it.
    maximum : int
        Most records, 1 to :data:`MAX_RECORDS`.
    email : str or None
        Your address for NCBI, which asks for it; it is sent with the query.

    Returns
    -------
    int
        Number of requested records.

    Raises
    ------
    UsageError
        If biopython is not installed, the number is out of range, or the file cannot be written.
    InputError
        If PubMed cannot be reached, refuses the query, or finds nothing.
    """
    if not 1 <= maximum <= MAX_RECORDS:
        raise UsageError(f"{maximum} records cannot be fetched; expected 1 to {MAX_RECORDS:,}")
    entrez = _open_entrez(email)
    with _speaking(query):
        with closing(entrez.esearch(db="pubmed", term=query, retmax=maximum, usehistory="y")) as answer:
            found = entrez.read(answer)
        number = min(maximum, int(found["Count"]))
        if not number:
            raise InputError(f"PubMed finds nothing for {query!r}; try the query on pubmed.ncbi.nlm.nih.gov")
        history = {"WebEnv": found["WebEnv"], "query_key": found["QueryKey"]}
        with closing(entrez.efetch(db="pubmed", retmode="xml", retmax=number, **history)) as answer:
            _save(_read_chunks(answer, query), output)
    return number


def _open_entrez(email: str | None) -> Any:
    try:
        from Bio import Entrez
    except ImportError as error:
        raise UsageError("biopython is not installed; run: pip install 'thoracite[pubmed]'") from error
    entrez: Any = Entrez
    entrez.email, entrez.tool, entrez.sleep_between_tries = email, "thoracite", 3
    return entrez


@contextmanager
def _speaking(query: str) -> Iterator[None]:
    """Talk to the server with a time limit, and turn any error into one sentence."""
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(_TIMEOUT_S)
    try:
        with _explain_failure(query):
            yield
    finally:
        socket.setdefaulttimeout(before)


@contextmanager
def _explain_failure(query: str) -> Iterator[None]:
    try:
        yield
    except (URLError, TimeoutError, ConnectionError) as error:
        raise InputError(f"PubMed cannot be reached for {query!r} ({error}); try again later") from error
    except (RuntimeError, ValueError, KeyError) as error:
        reason = " ".join(str(error).split())[:160]
        raise InputError(f"PubMed refuses {query!r} ({reason}); correct the query") from error


def _read_chunks(answer: Any, query: str) -> Iterator[bytes]:
    with _explain_failure(query):  # here, or it would pass for a failure of the disk
        while chunk := answer.read(_CHUNK):
            yield chunk if isinstance(chunk, bytes) else chunk.encode()


def _save(chunks: Iterable[bytes], output: Path) -> None:
    with explain_writing(output), replace_file(output, binary=True) as file:
        file.writelines(chunks)


__all__ = ["MAX_RECORDS", "fetch_pubmed"]
