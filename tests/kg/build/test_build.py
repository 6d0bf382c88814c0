"""Building: whole or not at all, whatever happens."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from thoracite.errors import InputError, StoreError, UsageError
from thoracite.kg.aggregate.aggregate import read_aggregate
from thoracite.kg.build import build
from thoracite.kg.build.build import build_graph
from thoracite.kg.build.inputs import list_reports
from thoracite.kg.facts import FACTS, read_filled
from thoracite.kg.graph import ensure_graph
from thoracite.kg.rdf.nquads import read_digest
from thoracite.kg.stores.folder import find_nquads, open_graph
from thoracite.kg.stores.lock import lock_folder
from thoracite.kg.vocabulary import CO_OCCURS, SHOWS
from thoracite.settings import ONTOLOGIES

HEADER = "subject,relation,object,source,locator,licence,present,uncertain,absent,support\n"
START = "from pathlib import Path; import sys; from thoracite.kg.build.build import build_graph; "


def test_the_default_graph_is_there_in_both_stores(graph_folder: Path) -> None:
    stores = [open_graph(graph_folder), open_graph(graph_folder, language="cypher")]
    assert {store.language for store in stores} == {"sparql", "cypher"}
    assert len({store.digest for store in stores} | {read_digest(find_nquads(graph_folder))}) == 1
    assert len({store.statistics() for store in stores}) == 1
    assert stores[0].statistics().assertions > 1200
    effusions = [store.find_triples(subject="thx:pleural_effusion", object="thx:meniscus_sign") for store in stores]
    assert effusions[0] == effusions[1]
    assert effusions[0][0].provenance[0].source == "thxs:seekhealthz_eff"
    for store in stores:
        store.close()


def test_every_curated_fact_is_in_the_graph(graph_folder: Path) -> None:
    store = open_graph(graph_folder)
    triples = {triple.key: triple for triple in store.find_triples(limit=100_000)}
    for row in read_filled(FACTS, ("id",)):
        triple = triples[row["subject"], row["relation"], row["object"]]
        assert (row["source"], row["locator"]) in {(p.source, p.locator) for p in triple.provenance}
    store.close()


def test_the_default_graph_has_no_bare_word_no_chance_and_nothing_only_denied(graph_folder: Path) -> None:
    store = open_graph(graph_folder)
    triples = store.find_triples(limit=100_000)
    assert "mention" not in {end.kind for triple in triples for end in (triple.subject, triple.object)}
    assert min(triple.lift for triple in triples if triple.lift is not None) >= 1
    relations = [triple for triple in triples if triple.counts.total and triple.relation.id != SHOWS]
    assert all(triple.counts.present + triple.counts.uncertain for triple in relations)
    together = store.find_triples(subject="thx:consolidation", relation=CO_OCCURS, object="thx:pleural_effusion")
    assert [triple.counts.present >= 3 and (triple.lift or 0) > 2 for triple in together] == [True]
    store.close()


def test_every_counted_row_can_be_added(tmp_path: Path) -> None:
    rows = len(list(read_aggregate(list_reports()[0])))
    made = build_graph(tmp_path / "with", reports=[], extra=list_reports())
    assert made.statistics.assertions == len(list(read_filled(FACTS, ("id",)))) + rows


def test_the_default_build_is_quick(graph_folder: Path, tmp_path: Path) -> None:
    told: list[tuple[str, int, int | None]] = []
    made = build_graph(tmp_path / "graph", progress=lambda *call: told.append(call))
    assert made.seconds < 15
    assert made.digest == read_digest(find_nquads(graph_folder))
    assert told[0] == ("writing N-Quads", 0, None)


def small(path: Path, *, extra: Path | None = None) -> build.GraphBuild:
    """A graph without reports."""
    return build_graph(path, reports=[], extra=[extra] if extra else [])


def test_building_again_replaces_a_graph_and_keeps_one_version_for_its_readers(tmp_path: Path) -> None:
    first = small(tmp_path)
    reader = open_graph(tmp_path)
    table = tmp_path / "mine.csv"
    table.write_text("subject,relation,object\nskin folds,may mimic,pneumothorax\n", encoding="utf-8")
    second = small(tmp_path, extra=table)
    assert second.digest != first.digest
    assert reader.find_entity("thx:pneumothorax") is not None
    assert open_graph(tmp_path).digest == second.digest
    small(tmp_path)
    assert not Path(first.folder).exists()
    assert len(list((tmp_path / "versions").iterdir())) == 2


def test_triples_of_ones_own_keep_their_provenance(tmp_path: Path) -> None:
    table = tmp_path / "mine.csv"
    rows = ("deep sulcus,suggestive of,PTX,Ward book,page 7", "zebra sign,suggestive of,pneumonia,Ward book,page 8")
    table.write_text(HEADER + "".join(f"{row},CC0,,,,\n" for row in rows), encoding="utf-8")
    small(tmp_path / "graph", extra=table)
    store = open_graph(tmp_path / "graph")
    (known,) = store.find_triples(subject="thx:deep_sulcus_sign", relation="thx:suggestive_of")
    assert ("thxs:ward_book", "page 7", "CC0") in {(p.source, p.locator, p.licence) for p in known.provenance}
    assert len(known.provenance) == 2
    (new,) = store.find_triples(subject="thx:zebra_sign")
    assert (new.subject.kind, new.object.id) == ("mention", "thx:pneumonia")
    store.close()


def test_counted_triples_below_the_minimum_are_refused(tmp_path: Path) -> None:
    table = tmp_path / "mine.csv"
    table.write_text(HEADER + "PTX,associated with,rib fracture,Ward,all,own,2,0,0,2\n", encoding="utf-8")
    with pytest.raises(InputError, match="fewer than 3 could point at a person"):
        small(tmp_path / "graph", extra=table)
    reports = tmp_path / "reports.csv"
    lines = (ONTOLOGIES / "reports_openi.csv").read_text(encoding="utf-8").splitlines()[:2]
    cells = lines[1].split(",")
    cells[lines[0].split(",").index("support")] = "2"
    reports.write_text(f"{lines[0]}\n{','.join(cells)}\n", encoding="utf-8")
    with pytest.raises(InputError, match="fewer than 3 could point at a person"):
        build_graph(tmp_path / "graph", reports=[reports])


def test_one_statement_with_two_counts_is_refused(tmp_path: Path) -> None:
    table = tmp_path / "mine.csv"
    row = "PTX,associated with,rib fracture,Ward,all,own,{0},0,0,{0}\n"
    table.write_text(HEADER + row.format(5) + row.format(6), encoding="utf-8")
    with pytest.raises(InputError, match="twice at 'all'"):
        small(tmp_path / "graph", extra=table)


def test_a_failed_build_leaves_the_old_graph(tmp_path: Path) -> None:
    made = small(tmp_path)
    with pytest.raises(InputError):
        small(tmp_path, extra=tmp_path / "none.csv")
    assert open_graph(tmp_path).digest == made.digest
    assert [path.name for path in (tmp_path / "versions").iterdir()] == [Path(made.folder).name]


def test_a_full_disk_leaves_the_old_graph(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = small(tmp_path)

    def fail(*_: object, **__: object) -> str:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(build, "write_nquads", fail)
    with pytest.raises(UsageError, match="No space left on device"):
        small(tmp_path)
    monkeypatch.undo()
    assert open_graph(tmp_path).digest == made.digest


def test_an_output_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    taken = tmp_path / "file"
    taken.write_text("not a folder", encoding="utf-8")
    with pytest.raises(UsageError, match="cannot be written to"):
        small(taken)


def test_two_builds_at_once_are_refused_in_one_sentence(tmp_path: Path) -> None:
    made = small(tmp_path)
    with lock_folder(tmp_path, "build"):
        code = START + "build_graph(Path(sys.argv[1]), reports=[])"
        other = subprocess.run([sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=False)
    assert "another build is at work" in other.stderr
    assert open_graph(tmp_path).digest == made.digest


def test_a_missing_graph_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="there is no graph in"):
        open_graph(tmp_path)
    with pytest.raises(StoreError, match="there is no graph in"):
        find_nquads(tmp_path)


@pytest.mark.parametrize("damage", ["pointer", "manifest", "store", "data", "other"])
def test_a_damaged_graph_is_one_sentence_and_is_built_again(tmp_path: Path, damage: str) -> None:
    made = small(tmp_path)
    version = Path(made.folder)
    match damage:
        case "pointer":
            (tmp_path / "current").write_text("../../etc\n", encoding="utf-8")
        case "manifest":
            (version / "manifest.json").write_text("{", encoding="utf-8")
        case "store":
            (version / "oxigraph" / "digest").unlink()
        case "data":
            for file in next(path for path in (version / "oxigraph").iterdir() if path.is_dir()).glob("MANIFEST*"):
                file.write_bytes(b"broken")
        case _:
            (version / "manifest.json").write_text('{"format": 1, "digest": "sha256:0"}', encoding="utf-8")
    with pytest.raises(StoreError, match="build"):
        open_graph(tmp_path)
    small(tmp_path)
    assert open_graph(tmp_path).digest == made.digest


def test_the_default_graph_is_built_where_there_is_none_and_left_where_it_is_current(tmp_path: Path) -> None:
    ensure_graph(tmp_path)
    pointer = (tmp_path / "current").read_text(encoding="utf-8")
    ensure_graph(tmp_path)
    assert (tmp_path / "current").read_text(encoding="utf-8") == pointer


def test_an_old_default_graph_is_built_again_and_ones_own_is_left(tmp_path: Path) -> None:
    made = build_graph(tmp_path)
    manifest = Path(made.folder) / "manifest.json"
    text = manifest.read_text(encoding="utf-8")
    manifest.write_text(text.replace('"inputs": "', '"inputs": "0'), encoding="utf-8")
    ensure_graph(tmp_path)
    assert open_graph(tmp_path).digest == made.digest
    assert find_nquads(tmp_path).parent != Path(made.folder)
    mine = small(tmp_path)
    ensure_graph(tmp_path)
    assert find_nquads(tmp_path).parent == Path(mine.folder)


def test_no_file_of_a_graph_is_left_open_for_writing(graph_folder: Path) -> None:
    """Two processes read at once, and neither needs to write."""
    version = find_nquads(graph_folder).parent
    code = (
        "from pathlib import Path; import sys; from thoracite.kg.stores.folder import open_graph; "
        "print(open_graph(Path(sys.argv[1])).statistics().sources)"
    )
    store = open_graph(graph_folder)
    before = {path: path.stat().st_mtime_ns for path in version.rglob("*") if path.is_file()}
    answers = [
        subprocess.run([sys.executable, "-c", code, str(graph_folder)], capture_output=True, text=True, check=False)
        for _ in range(2)
    ]
    assert [answer.stdout.strip() for answer in answers] == [str(store.statistics().sources)] * 2
    assert {path: path.stat().st_mtime_ns for path in before} == before
    assert os.listdir(version)
    store.close()
