"""Reasons found, ranked and pruned, on small hand-made triples."""

from __future__ import annotations

from pathlib import Path

import pytest

from thoracite.kg.stores.oxigraph import OxigraphStore
from thoracite.kg.vocabulary import (
    ARGUES_AGAINST,
    ASSOCIATED,
    CAUSED_BY,
    CO_OCCURS,
    HAS_ATTRIBUTE,
    HAS_SIGN,
    LOCATED_AT,
    LOCATED_IN,
    MIMICS,
    MODIFY,
    PART_OF,
    RELATIONS,
    SUGGESTS,
    mint,
)
from thoracite.retrieval.scene import Seen, find_seen, rate_source
from thoracite.retrieval.subgraph import (
    find_role,
    find_seeds,
    prune_triples,
    rank_triples,
    search_neighbours,
    search_subgraph,
)
from thoracite.types import Certainty, Counts, Entity, Finding, Provenance, Region, Sign, SignScore, Triple

TEXT = Provenance(source="thxs:openstax", locator="22.1")
ATLAS = Provenance(source="thxs:atlas", locator="plate 12")
REPORTS = Provenance(source="thxs:openi", locator="aggregate", extractor="thoracite-rules")
EFFUSION = mint("pleural effusion")


def entity(label: str, kind: str = "finding") -> Entity:
    return Entity(id=mint(label), label=label, kind=kind)


def triple(subject: str, relation: str, object_: str, **more: object) -> Triple:
    kind = str(more.pop("kind", "finding"))
    fields = {"provenance": (TEXT,), **more}
    return Triple(subject=entity(subject), relation=RELATIONS[relation], object=entity(object_, kind), **fields)


def finding(label: str, probability: float, certainty: Certainty) -> Finding:
    return Finding(entity=entity(label), probability=probability, certainty=certainty)


SIGN = triple("pleural effusion", HAS_SIGN, "sign of the day")
CAUSE = triple("pleural effusion", CAUSED_BY, "heart failure")
MIMIC = triple("elevated hemidiaphragm", MIMICS, "pleural effusion")
AGAINST = triple("air bronchogram", ARGUES_AGAINST, "pleural effusion")


def order(*triples: Triple, seen: Seen | None = None) -> list[str]:
    ranked = rank_triples(EFFUSION, triples, seen=seen)
    return [s.triple.subject.label if s.triple.object.id == EFFUSION else s.triple.object.label for s in ranked]


@pytest.mark.parametrize(
    ("fact", "role", "stance"),
    [
        (SIGN, "sign", "for"),
        (triple("meniscus sign", SUGGESTS, "pleural effusion"), "sign", "for"),
        (triple("tuberculosis", HAS_SIGN, "pleural effusion"), "diagnosis", "for"),
        (CAUSE, "cause", "for"),
        (MIMIC, "mimic", "against"),
        (AGAINST, "against", "against"),
        (triple("pleural effusion", SUGGESTS, "heart failure"), "diagnosis", "for"),
        (triple("pleural effusion", MIMICS, "pneumonia"), "mimic", "against"),
        (triple("atelectasis", CAUSED_BY, "pleural effusion"), "consequence", "for"),
        (triple("pleural effusion", ASSOCIATED, "atelectasis"), "co-occurrence", "for"),
        (triple("atelectasis", ASSOCIATED, "pleural effusion"), "co-occurrence", "for"),
        (triple("pleural effusion", LOCATED_IN, "pleural space"), "place", "for"),
        (triple("pleural effusion", LOCATED_AT, "pleural space"), "place", "for"),
        (triple("pleural effusion", HAS_ATTRIBUTE, "meniscus"), "attribute", "for"),
    ],
)
def test_roles(fact: Triple, role: str, stance: str) -> None:
    found = find_role(EFFUSION, fact)
    assert found is not None
    assert (found.name, found.stance) == (role, stance)


@pytest.mark.parametrize(
    "fact",
    [
        triple("pleural effusion", PART_OF, "chest"),
        triple("small", MODIFY, "pleural effusion"),
        triple("pleural effusion", ARGUES_AGAINST, "adult respiratory distress syndrome"),
        triple("pleural effusion", SUGGESTS, "pleural effusion"),
        triple("pneumothorax", HAS_SIGN, "deep sulcus sign"),
    ],
)
def test_no_reasons(fact: Triple) -> None:
    assert find_role(EFFUSION, fact) is None


def test_seeds_are_present_findings_then_uncertain_ones() -> None:
    findings = [
        finding("lung mass", 0.02, Certainty.ABSENT),
        finding("pneumonia", 0.9, Certainty.UNCERTAIN),
        finding("consolidation", 0.5, Certainty.PRESENT),
        finding("pleural effusion", 0.8, Certainty.PRESENT),
    ]
    assert [seed.label for seed in find_seeds(findings)] == ["pleural effusion", "consolidation", "pneumonia"]


def test_signs_come_before_causes_and_both_before_what_reports_count() -> None:
    counted = triple(
        "pleural effusion", HAS_SIGN, "opacity", provenance=(REPORTS,), counts=Counts(present=9), support=9
    )
    assert order(CAUSE, counted, SIGN) == ["sign of the day", "heart failure", "opacity"]


def test_reasons_come_in_the_order_in_which_a_reader_asks_for_them() -> None:
    one = "pleural effusion"
    asked = [
        [SIGN, triple("another sign", SUGGESTS, one)],
        [triple(one, SUGGESTS, "pleurisy")],
        [triple("tuberculosis", HAS_SIGN, one)],
        [CAUSE, AGAINST, MIMIC],
        [
            triple(one, ASSOCIATED, "a"),
            triple("b", ASSOCIATED, one),
            triple(one, MIMICS, "c"),
            triple(one, LOCATED_IN, "d"),
        ],
        [triple(one, LOCATED_AT, "e"), triple("f", CAUSED_BY, one), triple(one, HAS_ATTRIBUTE, "g")],
    ]
    scores = {s.triple.key: s.score for s in rank_triples(EFFUSION, [fact for group in asked for fact in group])}
    counted = triple(one, CO_OCCURS, "h")
    assert rank_triples(EFFUSION, [counted])[0].score < min(scores.values())  # a count explains least
    levels = [{scores[fact.key] for fact in group} for group in asked]
    assert [len(level) for level in levels] == [1] * len(asked)
    assert levels == sorted(levels, key=max, reverse=True)
    assert len(set.union(*levels)) == len(asked)
    assert scores[SIGN.key] == pytest.approx(0.63)  # the best there is of one text that does not say how common it is


def test_many_reports_count_more_than_few_and_doubtful_ones_less() -> None:
    def counted(name: str, **counts: int) -> Triple:
        total = Counts(**counts)
        return triple("pleural effusion", HAS_SIGN, name, provenance=(REPORTS,), counts=total, support=total.total)

    few, some, many = (counted(f"sign {n}", present=n) for n in (9, 20, 90))
    doubtful, thousands = counted("sign 0", present=10, uncertain=80), counted("sign 5", present=5000)
    assert order(few, doubtful, some, many) == ["sign 90", "sign 20", "sign 0", "sign 9"]
    assert (
        rate_source(thousands) < rate_source(SIGN) < rate_source(SIGN.model_copy(update={"provenance": (TEXT, ATLAS)}))
    )


def test_what_reports_name_together_by_chance_comes_last() -> None:
    counted = {"provenance": (REPORTS,), "counts": Counts(present=9), "support": 9}
    chance, unknown, often = (triple("pleural effusion", HAS_SIGN, f"sign {n}", **counted) for n in range(3))
    chance, often = chance.model_copy(update={"lift": 0.5}), often.model_copy(update={"lift": 9.0})
    assert order(chance, unknown, often) == ["sign 1", "sign 2", "sign 0"]
    told = chance.model_copy(update={"provenance": (TEXT, REPORTS)})
    assert order(unknown, told) == ["sign 0", "sign 1"]  # what a text says needs no count


def limited(name: str, *limits: str, **more: str) -> Triple:
    origin = TEXT.model_copy(update={"holds_for": limits, **more})
    return triple("pleural effusion", HAS_SIGN, name, provenance=(origin,))


@pytest.mark.parametrize(
    ("limits", "views"),
    [
        ((), {"PA", "AP", "unknown", "lateral"}),
        (("frontal",), {"PA", "AP", "unknown"}),
        (("lateral",), {"lateral"}),
        (("frontal", "ct"), {"PA", "AP", "unknown"}),
        (("ct",), set()),
        (("neonate",), set()),
        (("child", "adult"), {"PA", "AP", "unknown", "lateral"}),
        (("pa",), {"PA", "unknown"}),
        (("ap",), {"AP", "unknown"}),
        (("supine",), {"AP"}),
        (("frontal", "supine"), {"AP"}),
        (("serial films",), set()),
        (("expiratory",), set()),
        (("decubitus", "ultrasound"), set()),
    ],
)
def test_a_fact_counts_only_where_it_holds(limits: tuple[str, ...], views: set[str]) -> None:
    fact = limited("a sign", *limits)
    for view in ("PA", "AP", "unknown", "lateral"):
        assert bool(order(fact, seen=Seen(view=view))) is (view in views), view
    assert order(fact)  # asked without an image, it is found all the same


def test_without_an_image_what_holds_on_a_frontal_film_comes_first() -> None:
    assert order(limited("a", "lateral"), limited("b", "frontal"), limited("c", "ct")) == ["b", "a", "c"]


def test_a_condition_must_be_seen_or_a_kind_of_it() -> None:
    fact = limited("a sign", "thx:pulmonary_edema")
    assert order(fact, seen=Seen(view="PA")) == []
    for seen in ("pulmonary edema", "cardiogenic pulmonary edema"):
        assert order(fact, seen=Seen(present=frozenset({mint(seen)}), view="PA")) == ["a sign"]


def test_of_several_sources_the_one_that_holds_counts() -> None:
    both = limited("both", "lateral", commonness="common")
    here = TEXT.model_copy(update={"source": "thxs:other", "commonness": "rare"})
    both = both.model_copy(update={"provenance": (*both.provenance, here)})
    assert order(both, limited("occasional", commonness="occasional"), seen=Seen(view="PA")) == ["occasional", "both"]


def test_everyday_signs_come_before_rare_ones_and_plain_statements_before_doubtful_ones() -> None:
    signs = [limited(name, commonness=name) for name in ("rare", "not stated", "occasional", "common")]
    assert order(*signs) == ["common", "occasional", "not stated", "rare"]
    signs = [limited(name, confidence=name) for name in ("low", "medium", "high")]
    assert order(*signs) == ["high", "medium", "low"]


def test_what_the_image_shows_comes_first_and_what_it_denies_is_left_out() -> None:
    other = triple("pleural effusion", HAS_SIGN, "apical cap")
    seen = Seen(present=frozenset({mint("apical cap")}), absent=frozenset({mint("sign of the day")}))
    assert order(SIGN, other, CAUSE, seen=seen) == ["apical cap", "heart failure"]


def test_of_an_image_no_cause_or_diagnosis_is_a_reason_that_it_does_not_show() -> None:
    facts = [
        CAUSE,
        triple("pleural effusion", SUGGESTS, "tuberculosis"),
        triple("lung cancer", HAS_SIGN, "pleural effusion"),
        triple("dyspnea", CAUSED_BY, "pleural effusion"),
        triple("pleural effusion", CO_OCCURS, "atelectasis"),
    ]
    assert order(*facts, SIGN, seen=Seen(view="PA")) == ["sign of the day"]
    assert len(order(*facts, SIGN)) == 6
    failing = Seen(present=frozenset({mint("heart failure")}), view="PA")
    assert order(*facts, SIGN, seen=failing) == ["heart failure", "sign of the day"]


def test_a_finding_has_the_signs_of_its_kinds_and_not_their_causes() -> None:
    large, tension = "large pleural effusion", "hydropneumothorax"
    facts = [
        triple(large, HAS_SIGN, "white-out"),
        triple(large, CAUSED_BY, "cancer"),
        triple(tension, HAS_SIGN, "level"),
    ]
    ranked = rank_triples(EFFUSION, [*facts, SIGN])
    assert [s.triple for s in ranked] == [SIGN, facts[0]]
    assert ranked[1].score == pytest.approx(0.6 * ranked[0].score)
    below = triple("pleural effusion", HAS_SIGN, "white-out")
    assert rank_triples(mint(large), [below]) == []  # what holds for a finding need not show in each kind of it
    assert order(facts[0], seen=Seen(present=frozenset({EFFUSION}), absent=frozenset({mint(large)}), view="PA")) == []


def test_a_denied_finding_denies_its_kinds_and_a_seen_kind_is_the_finding() -> None:
    edema, cardiogenic = mint("pulmonary edema"), mint("cardiogenic pulmonary edema")
    fact = triple("pleural effusion", SUGGESTS, "cardiogenic pulmonary edema")
    assert order(fact, seen=Seen(absent=frozenset({edema}))) == []
    assert Seen(absent=frozenset({edema})).denies(cardiogenic)
    assert not Seen(absent=frozenset({cardiogenic})).denies(edema)
    assert Seen(present=frozenset({cardiogenic})).shows(edema)
    assert not Seen(present=frozenset({edema})).shows(cardiogenic)
    assert not Seen(present=frozenset({cardiogenic}), absent=frozenset({edema})).denies(cardiogenic)


def test_the_same_score_goes_by_reports_and_never_by_the_length_of_a_name() -> None:
    long, short, seen = (triple("pleural effusion", HAS_SIGN, name) for name in ("a long name of a sign", "b", "c"))
    seen = seen.model_copy(update={"counts": Counts(present=4)})
    assert order(short, long, seen) == ["c", "a long name of a sign", "b"]


def test_the_other_side_is_left_out_and_the_same_level_preferred() -> None:
    places = [
        triple("pleural effusion", LOCATED_IN, label, kind="anatomy")
        for label in ("left lower lobe", "right lower lobe", "right upper lobe")
    ]
    region = Region(box=(0, 0, 9, 9), anatomy="right lower zone", side="right")
    assert order(*places, seen=Seen(regions={EFFUSION: region})) == ["right lower lobe", "right upper lobe"]


def test_a_place_without_a_level_stands_between_the_same_level_and_another() -> None:
    labels = ("right lower lobe", "right lung", "right apex", "right costophrenic sulcus")
    places = [triple("pleural effusion", LOCATED_IN, label, kind="anatomy") for label in labels]
    region = Region(box=(0, 0, 9, 9), anatomy="right upper zone", side="right")
    ranked = order(*places, seen=Seen(regions={EFFUSION: region}))
    assert ranked == ["right apex", "right lung", "right costophrenic sulcus", "right lower lobe"]
    below = Seen(regions={EFFUSION: region.model_copy(update={"anatomy": "right lower zone"})})
    assert order(*places, seen=below) == ["right costophrenic sulcus", "right lower lobe", "right lung", "right apex"]
    nowhere = Seen(regions={EFFUSION: region.model_copy(update={"anatomy": "chest"})})
    assert len({scored.score for scored in rank_triples(EFFUSION, places, seen=nowhere)}) == 1


def test_what_reports_deny_is_no_reason() -> None:
    denied = triple(
        "pleural effusion", LOCATED_AT, "pleural space", provenance=(REPORTS,), counts=Counts(absent=90), support=90,
        subject_certainty=Certainty.ABSENT,
    )  # fmt: skip
    assert order(denied) == []


def test_pruning_keeps_few_of_a_kind_and_something_against() -> None:
    signs = [triple("pleural effusion", HAS_SIGN, f"sign {n}") for n in range(9)]
    kept = prune_triples(EFFUSION, rank_triples(EFFUSION, [*signs, CAUSE, AGAINST]), limit=3)
    roles = [role.name for s in kept if (role := find_role(EFFUSION, s.triple))]
    assert roles == ["sign", "sign", "against"]
    assert len(prune_triples(EFFUSION, rank_triples(EFFUSION, signs))) == 2
    assert len(prune_triples(EFFUSION, rank_triples(EFFUSION, signs), limit=9, per_role=9)) == 9
    causes = [triple("pleural effusion", CAUSED_BY, f"cause {n}") for n in range(9)]
    places = [triple("pleural effusion", LOCATED_AT, f"place {n}") for n in range(9)]
    assert len(prune_triples(EFFUSION, rank_triples(EFFUSION, [*signs, *causes, *places, AGAINST]))) == 6


def test_pruning_names_each_end_once() -> None:
    again = triple("sign of the day", SUGGESTS, "pleural effusion")
    kept = prune_triples(EFFUSION, rank_triples(EFFUSION, [SIGN, again, CAUSE]))
    ends = [s.triple.subject if s.triple.object.id == EFFUSION else s.triple.object for s in kept]
    assert [end.label for end in ends] == ["sign of the day", "heart failure"]


def test_what_speaks_against_takes_the_last_place_not_another() -> None:
    ranked = rank_triples(EFFUSION, [SIGN, CAUSE, AGAINST, MIMIC, triple("pleural effusion", LOCATED_AT, "chest")])
    for limit, kept in ((1, [AGAINST]), (2, [SIGN, AGAINST]), (5, [s.triple for s in ranked])):
        assert [s.triple for s in prune_triples(EFFUSION, ranked, limit=limit)] == kept


def test_neighbours_are_the_triples_with_a_role_at_the_finding(small_graph: Path, tmp_path: Path) -> None:
    store = OxigraphStore(tmp_path, read_only=False)
    store.load(small_graph)
    everything = store.find_triples(limit=1000)
    for finding, triples in search_neighbours(store, [EFFUSION, mint("pneumothorax")]).items():
        assert len(triples) > 3
        assert {t.key for t in triples} == {t.key for t in everything if find_role(finding, t)}
    store.close()


def test_a_triple_that_explains_two_seeds_is_kept_once_with_its_better_score(small_graph: Path, tmp_path: Path) -> None:
    shared = triple("pleural effusion", SUGGESTS, "heart failure")
    failure = mint("heart failure")
    neighbours = {EFFUSION: (shared, SIGN), failure: (shared,)}
    seeds = [entity("pleural effusion"), entity("heart failure")]
    store = OxigraphStore(tmp_path, read_only=False)
    for order in (seeds, seeds[::-1]):
        found = search_subgraph(store, order, neighbours=neighbours)
        assert found.seeds == tuple(order)
        scores = {scored.triple.key: scored.score for scored in found.triples}
        assert len(found.triples) == len(scores) == 2
        assert scores[shared.key] == max(scored.score for seed in order for scored in rank_triples(seed.id, [shared]))
    assert [s.triple for s in search_subgraph(store, seeds[:1], neighbours=neighbours, limit=1).triples] == [SIGN]


def test_the_same_question_has_the_same_answer() -> None:
    signs = [triple("pleural effusion", HAS_SIGN, f"sign {n}") for n in range(5)]
    assert rank_triples(EFFUSION, signs) == rank_triples(EFFUSION, reversed(signs))


def test_seen_gathers_findings() -> None:
    region = Region(box=(0, 0, 9, 9), anatomy="right lower zone", side="right")
    present = finding("pleural effusion", 0.8, Certainty.PRESENT).model_copy(update={"region": region})
    seen = find_seen([present, finding("lung mass", 0.1, Certainty.ABSENT)])
    assert (seen.present, seen.absent) == ({EFFUSION}, {mint("lung mass")})
    assert seen.regions == {EFFUSION: region}


def test_a_sign_is_seen_or_denied_where_it_has_an_answer() -> None:
    def sign(name: str, value: float | None, **more: object) -> SignScore:
        asked = Sign(id=f"thx:q_{name}", question=f"Is there a {name}?", entity=entity(name, "sign"))
        return SignScore(sign=asked, value=value, **more)

    signs = (
        sign("meniscus", 0.5, answer="yes"),
        sign("fissure", 0.49, answer="no"),
        sign("line", 0.49),
        sign("angle", None, valid=False, invalid_because="the lung's base is cut off"),
    )
    absent = finding("pleural effusion", 0.1, Certainty.ABSENT).model_copy(update={"signs": signs})
    seen = find_seen([absent])
    assert (seen.present, seen.absent) == ({mint("meniscus")}, {mint("fissure"), EFFUSION})


@pytest.mark.parametrize(("present", "lift", "kept"), [(12, 2.5, True), (3, 2.5, False), (12, 1.5, False)])
def test_few_reports_or_chance_explain_no_image(present: int, lift: float, kept: bool) -> None:
    counts = Counts(present=present, uncertain=0, absent=0)
    counted = triple(
        "blunted angle", SUGGESTS, "pleural effusion", provenance=(REPORTS,), counts=counts, support=present, lift=lift
    )
    assert bool(order(counted, seen=Seen(view="PA"))) is kept
    assert order(counted) == ["blunted angle"]
