"""Readers of knowledge: each format, and what is wrong in one sentence."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from thoracite.errors import InputError
from thoracite.kg.knowledge.documents import find_documents, read_passages
from thoracite.kg.knowledge.passage import MAX_SENTENCE, Passage
from thoracite.kg.knowledge.xml_file import read_elements

PUBMED = """<?xml version="1.0"?>
<!DOCTYPE PubmedArticleSet PUBLIC "-//NLM//DTD PubMedArticle, 1st January 2019//EN" "https://example.org/pubmed.dtd">
<PubmedArticleSet><PubmedArticle><MedlineCitation><PMID Version="1">101</PMID><Article>
<ArticleTitle>Signs of <i>effusion</i>.</ArticleTitle><Abstract>
<AbstractText Label="RESULTS">A meniscus was seen. It was smooth.</AbstractText>
<CopyrightInformation>© 2020 Somebody.</CopyrightInformation></Abstract></Article></MedlineCitation></PubmedArticle>
<PubmedArticle><MedlineCitation><PMID>102</PMID><Article><ArticleTitle>Other.</ArticleTitle></Article></MedlineCitation>
</PubmedArticle></PubmedArticleSet>"""
JATS = """<article xmlns:xlink="http://www.w3.org/1999/xlink"><front><article-meta>
<article-id pub-id-type="doi">10.1/x</article-id><title-group><article-title>Nodules</article-title></title-group>
<permissions><license xlink:href="https://creativecommons.org/licenses/by/4.0/"/></permissions>
<abstract><p>Nodules are round.</p></abstract></article-meta></front>
<body><sec><title>Results</title><p>They grew <xref>[1]</xref>.</p><sec><title>Late</title><p>They stopped.</p>
<fig><caption><p>An arrow.</p></caption></fig></sec></sec></body>
<back><ref-list><p>Not read.</p></ref-list></back></article>"""
CNXML = """<document xmlns="http://cnx.rice.edu/cnxml"><title>Lungs</title>
<metadata xmlns:md="http://cnx.rice.edu/mdml"><md:content-id>m1</md:content-id></metadata>
<content><para>The lungs are paired<link target-id="f"/>.</para>
<section><title>Lobes</title><list><item>Three right</item></list>
<figure><caption>A lung.</caption></figure></section></content></document>"""
MEDQUAD = """<Document id="7" source="NHLBI" url="https://example.org/7"><Focus>Pleurisy</Focus><QAPairs>
<QAPair pid="1"><Question qtype="causes">What?</Question>
<Answer>Many things. Causes include:

Heart failure

Tumors

It passes.</Answer></QAPair>
<QAPair pid="2"><Question qtype="x">?</Question><Answer></Answer></QAPair></QAPairs></Document>"""
OBO = """format-version: 1.2
remark: License CC BY 3.0

[Term]
id: X:1
name: nodule
def: "A small round opacity. Seen in \\"tumors\\"." [a:b]

[Term]
id: X:2
name: gone
is_obsolete: true
"""


def read(folder: Path, name: str, text: str) -> list[Passage]:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return list(read_passages([path]))


def test_pubmed_as_efetch_and_the_baseline_give_it(tmp_path: Path) -> None:
    passages = read(tmp_path, "efetch.xml", PUBMED)
    assert [(p.source.id, p.locator, p.text) for p in passages] == [
        ("thxs:pmid_101", "title, sentence 1", "Signs of effusion."),
        ("thxs:pmid_101", "abstract, results, sentence 1", "A meniscus was seen."),
        ("thxs:pmid_101", "abstract, results, sentence 2", "It was smooth."),
        ("thxs:pmid_102", "title, sentence 1", "Other."),
    ]
    assert passages[0].source.licence == "© 2020 Somebody."
    assert passages[0].source.reference == "https://pubmed.ncbi.nlm.nih.gov/101/"
    packed = tmp_path / "pubmed25n0001.xml.gz"
    packed.write_bytes(gzip.compress(PUBMED.encode()))
    assert list(read_passages([packed])) == passages


def test_jats_keeps_sections_and_drops_references(tmp_path: Path) -> None:
    passages = read(tmp_path, "one.nxml", JATS)
    assert [(p.locator, p.text) for p in passages] == [
        ("title, sentence 1", "Nodules"),
        ("abstract, sentence 1", "Nodules are round."),
        ("Results, sentence 1", "They grew."),
        ("Results / Late, sentence 1", "They stopped."),
        ("Results / Late, caption, sentence 1", "An arrow."),
    ]
    assert passages[0].source.id == "thxs:doi_10_1_x"
    assert passages[0].source.licence == "https://creativecommons.org/licenses/by/4.0/"


def test_cnxml_reads_paragraphs_items_and_captions(tmp_path: Path) -> None:
    passages = read(tmp_path, "m1.cnxml", CNXML)
    assert [(p.source.id, p.locator, p.text) for p in passages] == [
        ("thxs:cnxml_m1", "Lungs, sentence 1", "The lungs are paired."),
        ("thxs:cnxml_m1", "Lobes, sentence 1", "Three right"),
        ("thxs:cnxml_m1", "Lobes, caption, sentence 1", "A lung."),
    ]


def test_medquad_lists_keep_the_words_that_open_them(tmp_path: Path) -> None:
    passages = read(tmp_path, "7.xml", MEDQUAD)
    assert [(p.stem, p.text) for p in passages] == [
        ("", "Many things."),
        ("", "Causes include:"),
        ("Causes include", "Heart failure"),
        ("Causes include", "Tumors"),
        ("", "It passes."),
    ]
    assert {p.topic for p in passages} == {"Pleurisy"}


def test_definitions_of_vocabularies_and_tables(tmp_path: Path) -> None:
    passages = read(tmp_path, "x.obo", OBO)
    assert [(p.locator, p.topic, p.text) for p in passages] == [
        ("X:1, sentence 1", "nodule", "A small round opacity."),
        ("X:1, sentence 2", "nodule", 'Seen in "tumors".'),
    ]
    assert passages[0].defines
    assert passages[0].source.licence == "License CC BY 3.0"
    table = read(tmp_path, "signs.tsv", "id\tname\tdefinition\nS1\tpleural line\tSeen in pneumothorax.\nS2\tempty\t\n")
    assert [(p.locator, p.topic) for p in table] == [("S1, sentence 1", "pleural line")]


def test_pdf_pages(tmp_path: Path) -> None:
    path = tmp_path / "book.pdf"
    path.write_bytes(make_pdf(["A nodule is round.", "A mass is larger."]))
    assert [(p.source.id, p.locator, p.text) for p in read_passages([path])] == [
        ("thxs:book_book", "page 1, sentence 1", "A nodule is round."),
        ("thxs:book_book", "page 2, sentence 1", "A mass is larger."),
    ]
    path.write_bytes(make_pdf([""]))
    with pytest.raises(InputError, match="has no text"):
        list(read_passages([path]))
    path.write_bytes(b"%PDF-1.4 nonsense")
    with pytest.raises(InputError, match="not a sound PDF"):
        list(read_passages([path]))


def make_pdf(pages: list[str]) -> bytes:
    """A PDF with one line of text on each page."""
    kids = " ".join(f"{3 + 2 * n} 0 R" for n in range(len(pages)))
    objects = ["<< /Type /Catalog /Pages 2 0 R >>", f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>"]
    font = "<< /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >>"
    for n, text in enumerate(pages):
        page = f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 300] /Resources {font} /Contents {4 + 2 * n} 0 R >>"
        stream = f"BT /F1 12 Tf 20 200 Td ({text}) Tj ET"
        objects += [page, f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream"]
    out, offsets = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += f"{number} 0 obj\n{body}\nendobj\n".encode()
    table = "".join(f"{offset:010d} 00000 n \n" for offset in offsets)
    end = f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}trailer\n<< /Size {len(objects) + 1} /Root 1 0 R >>"
    return out + f"{end}\nstartxref\n{len(out)}\n%%EOF\n".encode()


def test_a_licence_is_given_where_the_file_states_none(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("# S\n\nOne.\n", encoding="utf-8")
    (tmp_path / "b.nxml").write_text(JATS, encoding="utf-8")
    licences = {p.source.id: p.source.licence for p in read_passages([tmp_path], licence="CC0")}
    assert licences["thxs:book_a"] == "CC0"
    assert licences["thxs:doi_10_1_x"] == "https://creativecommons.org/licenses/by/4.0/"


def test_folders_are_read_in_order_without_licences_and_other_files(tmp_path: Path) -> None:
    for name in ("b.txt", "a.md", "LICENSE.txt", "NOTICE.txt", "picture.png", "numbers.csv"):
        (tmp_path / name).write_text("x,y\n", encoding="utf-8")
    assert [path.name for path in find_documents([tmp_path])] == ["a.md", "b.txt"]


BOMB = '<!DOCTYPE a [<!ENTITY x "ha"><!ENTITY y "&x;&x;">]><PubmedArticleSet>&y;</PubmedArticleSet>'

OUTSIDE = '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]><article>&x;</article>'


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("bomb.xml", BOMB.encode(), "declares an entity"),
        (
            "outside.xml",
            OUTSIDE.encode(),
            "declares an entity",
        ),
        ("cut.xml", PUBMED[:400].encode(), "is not XML"),
        ("other.xml", b"<recipe/>", "begins with <recipe>"),
        ("cut.xml.gz", gzip.compress(PUBMED.encode())[:-30], "breaks off or is damaged"),
        ("latin.txt", "Fräser".encode("latin-1"), "not UTF-8"),
        ("book.docx", b"x", "of an unknown kind"),
        ("no_id.xml", b"<PubmedArticleSet><PubmedArticle/></PubmedArticleSet>", "without a PMID"),
        ("no_id.nxml", b"<article><body><p>x</p></body></article>", "without an article-id"),
        ("no.obo", b"this is no vocabulary", "not OBO|holds no"),
        ("columns.tsv", b"a\tb\n1\t2\n", "has no column name"),
    ],
)
def test_what_is_wrong_is_one_sentence(tmp_path: Path, name: str, content: bytes, message: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(InputError, match=message) as caught:
        list(read_passages([path]))
    assert name in str(caught.value)
    assert "\n" not in str(caught.value)


def test_missing_paths_and_empty_folders_are_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="does not exist"):
        find_documents([tmp_path / "none"])
    with pytest.raises(InputError, match="holds nothing to read"):
        find_documents([tmp_path])


def test_a_packed_file_that_grows_without_end_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bomb.xml.gz"
    path.write_bytes(gzip.compress(b"<PubmedArticleSet><a>" + b"x" * 40_000_000))
    with pytest.raises(InputError, match="unpacks to"):
        list(read_elements(path, {"b"}, expected="anything"))


def test_overlong_sentences_are_passed_over_and_counted(tmp_path: Path) -> None:
    passages = read(tmp_path, "long.txt", f"One. W{'ord w' * MAX_SENTENCE}ord. Three.")
    assert [(p.sentence, p.text) for p in passages] == [(1, "One."), (3, "Three.")]


def test_the_real_files_are_read(shared: Path) -> None:
    folder = shared / "data" / "knowledge"
    sources = {p.source.id for p in read_passages([folder / "openstax", folder / "jats_pubmed"])}
    assert {"thxs:cnxml_m46548", "thxs:pmid_29768149", "thxs:doi_10_1371_journal_pone_0046493"} <= sources
    assert len(sources) == 14
