"""Fetching from PubMed: the real client against a recorded answer, served on this machine."""

from __future__ import annotations

import threading
import urllib.request
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from thoracite.errors import InputError, UsageError
from thoracite.kg.knowledge.pubmed import read_pubmed
from thoracite.kg.knowledge.pubmed_fetch import fetch_pubmed

SEARCH = """<?xml version="1.0" encoding="UTF-8" ?>
<!DOCTYPE eSearchResult PUBLIC "-//NLM//DTD esearch 20060628//EN" "https://eutils.ncbi.nlm.nih.gov/eutils/dtd/20060628/esearch.dtd">
<eSearchResult><Count>{count}</Count><RetMax>2</RetMax><RetStart>0</RetStart><QueryKey>1</QueryKey><WebEnv>MCID_1</WebEnv>
<IdList></IdList><TranslationSet/><QueryTranslation>x</QueryTranslation></eSearchResult>"""
ARTICLE = """<PubmedArticle><MedlineCitation Status="MEDLINE" Owner="NLM"><PMID Version="1">{pmid}</PMID><Article>
<ArticleTitle>Record {pmid}.</ArticleTitle><Abstract><AbstractText>Invented.</AbstractText></Abstract></Article>
</MedlineCitation></PubmedArticle>"""
RECORDS = f"""<?xml version="1.0" ?>
<!DOCTYPE PubmedArticleSet PUBLIC "-//NLM//DTD PubMedArticle, 1st January 2025//EN" "https://dtd.nlm.nih.gov/ncbi/pubmed/out/pubmed_250101.dtd">
<PubmedArticleSet>{ARTICLE.format(pmid=11)}{ARTICLE.format(pmid=12)}</PubmedArticleSet>"""


class Recorded(BaseHTTPRequestHandler):
    """Answers as E-utilities do."""

    asked: list[tuple[str, dict[str, list[str]]]]
    count = 5
    status = 200

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        type(self).asked.append((parts.path, parse_qs(parts.query)))
        body = SEARCH.format(count=type(self).count) if "esearch" in parts.path else RECORDS
        self.send_response(type(self).status)
        self.send_header("Content-Type", "text/xml; charset=UTF-8")
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *args: object) -> None:
        """Nothing."""


@pytest.fixture
def answers() -> Iterator[type[Recorded]]:
    """The recorded answers in place of NCBI's; nothing leaves this machine."""
    Recorded.asked, Recorded.count, Recorded.status = [], 5, 200
    server = ThreadingHTTPServer(("127.0.0.1", 0), Recorded)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    address = f"http://127.0.0.1:{server.server_port}"

    class Local(urllib.request.HTTPSHandler):
        def https_open(self, request: urllib.request.Request) -> object:
            assert request.host == "eutils.ncbi.nlm.nih.gov"
            return self.parent.open(f"{address}{request.selector}", timeout=10)

    urllib.request.install_opener(urllib.request.build_opener(Local))
    try:
        yield Recorded
    finally:
        urllib.request.install_opener(urllib.request.build_opener())
        server.shutdown()
        server.server_close()
        thread.join()


def test_what_is_fetched_is_what_the_reader_reads(answers: type[Recorded], tmp_path: Path) -> None:
    output = tmp_path / "found.xml"
    assert fetch_pubmed("pneumothorax[mh]", output, maximum=2, email="me@example.org") == 2
    assert [section.source.id for section in read_pubmed(output)] == [
        "thxs:pmid_11", "thxs:pmid_11", "thxs:pmid_12", "thxs:pmid_12",
    ]  # fmt: skip
    (search, asked), (fetch, taken) = answers.asked
    assert (search.rsplit("/", 1)[1], fetch.rsplit("/", 1)[1]) == ("esearch.fcgi", "efetch.fcgi")
    assert asked["term"] == ["pneumothorax[mh]"]
    assert asked["tool"] == ["thoracite"]
    assert asked["email"] == ["me@example.org"]
    assert (taken["retmax"], taken["WebEnv"], taken["query_key"], taken["retmode"]) == (
        ["2"],
        ["MCID_1"],
        ["1"],
        ["xml"],
    )
    assert list(tmp_path.iterdir()) == [output]


def test_nothing_found_and_refusals_are_one_sentence(answers: type[Recorded], tmp_path: Path) -> None:
    answers.count = 0
    with pytest.raises(InputError, match="PubMed finds nothing for 'zebra'"):
        fetch_pubmed("zebra", tmp_path / "x.xml", email="me@example.org")
    answers.status = 400
    with pytest.raises(InputError, match="cannot be reached for 'zebra'"):
        fetch_pubmed("zebra", tmp_path / "x.xml", email="me@example.org")
    assert list(tmp_path.iterdir()) == []


def test_numbers_and_places_are_checked_before_anything_is_sent(answers: type[Recorded], tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="0 records"):
        fetch_pubmed("x", tmp_path / "x.xml", maximum=0)
    assert answers.asked == []
    with pytest.raises(UsageError, match="cannot be written"):
        fetch_pubmed("x", tmp_path / "none" / "x.xml", email="me@example.org")
