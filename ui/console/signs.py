"""The list of signs, and the map of learned weights against what textbooks say."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from thoracite.types import Triple
from thoracite.ui.text import align_columns

TOLD = 0.1
"""Least effect, in log-odds, that contradicts a textbook."""


def list_signs(*, as_json: bool) -> str:
    """List the signs that are asked of an image.

    Parameters
    ----------
    as_json : bool
        A JSON array of objects instead of a table.
    """
    from thoracite.vision.mini.signs.listed import read_signs

    rows = [
        {
            "id": sign.entity.id,
            "side": sign.side,
            "question": sign.question,
            "kind": sign.kind,
            "value": sign.measure,
            "unit": sign.unit,
            "source": sign.source,
        }
        for sign in read_signs()
    ]
    if as_json:
        return json.dumps(rows, ensure_ascii=False)
    return align_columns([str(row[name] or "") for name in ("id", "side", "question", "kind")] for row in rows)


def map_signs(*, as_json: bool) -> str:
    """Compare what each sign adds, and what the data alone say, with what the graph says.

    Parameters
    ----------
    as_json : bool
        A JSON array of objects instead of a table.
    """
    rows = sorted(find_pairs(), key=lambda row: (not row["violated"], -abs(row["data_log_odds"])))
    if as_json:
        return json.dumps(rows, ensure_ascii=False)
    columns = ("sign", "finding", "textbook", "adds", "data alone", "violated", "facts")
    cells = [
        [
            f"{row['label']} {row['side'] or ''}".strip(),
            row["finding"],
            {1: "for", -1: "against"}[row["prior"]],
            f"{row['log_odds']:+.2f}",
            f"{row['data_log_odds']:+.2f}",
            "yes" if row["violated"] else "",
            str(len(row["facts"])),
        ]
        for row in rows
    ]
    return align_columns([list(columns), *cells])


def find_pairs() -> Iterator[dict[str, Any]]:
    """Yield each sign and finding of which the graph says something, with both sides' evidence.

    ``log_odds`` is what the way from the usual value to the reference adds; ``data_log_odds`` what it would add if the
    graph were not asked; ``violated`` says that the data contradict the graph. ``facts`` give the direction,
    ``facts_against`` say the opposite.
    """
    from thoracite.vision.mini.encoder import MiniEncoder

    encoder = MiniEncoder.load()
    signs, weights = encoder.signs.signs, encoder.signs.weights
    effect = (weights.steps * weights.scale.cross()).sum(axis=2)
    priors = encoder.find_priors()
    for number, sign in enumerate(signs):
        for row, finding in enumerate(encoder.entities):
            prior = priors.get((sign.key, finding.id))
            if prior is None:
                continue
            data = float(weights.data[row, number])
            yield {
                "id": sign.entity.id,
                "label": sign.entity.label,
                "side": sign.side,
                "finding_id": finding.id,
                "finding": finding.label,
                "prior": prior.direction,
                "log_odds": round(float(effect[row, number]), 3),
                "data_log_odds": round(data, 3),
                "violated": data * prior.direction < -TOLD,
                "facts": [_cite(fact) for fact in prior.facts],
                "facts_against": [_cite(fact) for fact in prior.against],
            }


def _cite(fact: Triple) -> dict[str, str]:
    source = fact.provenance[0]
    return {
        "subject": fact.subject.label,
        "relation": fact.relation.label,
        "object": fact.object.label,
        "source": source.source,
        "locator": source.locator,
    }


__all__ = ["find_pairs", "list_signs", "map_signs"]
