"""RadGraph's nouns and its JSON, read and written as a stream.

Both dialects are read: RadGraph 1 (``ANAT-DP``, ``OBS-U``) and RadGraph-XL (``Anatomy::definitely present``,
``Observation::measurement::uncertain``). A file of 220,763 reports is read report by report, in constant memory.

References
----------
Jain S et al. RadGraph. NeurIPS Datasets 2021. arXiv:2106.14463.
Delbrouck J-B et al. RadGraph-XL. Findings of ACL 2024.

Examples
--------
>>> annotation = parse_annotation("s1", {"text": "No effusion", "entities": {"1": {
...     "tokens": "effusion", "label": "Observation::definitely absent", "start_ix": 1, "end_ix": 1, "relations": []}}})
>>> annotation.entities[0].label, annotation.entities[0].certainty.value
('OBS-DA', 'definitely absent')
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Literal, Self

import ijson
from pydantic import Field, ValidationError, model_validator

from thoracite.errors import InputError
from thoracite.files import explain_writing, replace_file
from thoracite.types import Certainty, Noun

RelationName = Literal["modify", "located_at", "suggestive_of"]
Label = Literal["ANAT-DP", "ANAT-U", "ANAT-DA", "OBS-DP", "OBS-U", "OBS-DA"]

_KINDS = {"Anatomy": "ANAT", "Observation": "OBS"}
_XL_KINDS = {short: long for long, short in _KINDS.items()}
_CERTAINTIES = {c.radgraph: c for c in Certainty}
_SHORT = {c.value: c.radgraph for c in Certainty}


class Mention(Noun):
    """An entity of RadGraph: a span of tokens with its label.

    Parameters
    ----------
    id : str
        Key within its report: ``1``, ``2``, …
    tokens : str
        The span's tokens, joined by single spaces.
    label : str
        ``ANAT-DP``, ``OBS-DP``, ``OBS-U`` or ``OBS-DA``; RadGraph-XL also has uncertain and absent anatomy.
    start_ix, end_ix : int
        First and last token, both included, counted from 0 in ``text.split()``.
    relations : tuple of (str, str)
        Relation name and the id of its target.
    measurement : bool
        Whether RadGraph-XL calls it a measurement.
    """

    id: str
    tokens: str
    label: Label
    start_ix: int = Field(ge=0)
    end_ix: int = Field(ge=0)
    relations: tuple[tuple[RelationName, str], ...] = ()
    measurement: bool = False

    @property
    def certainty(self) -> Certainty:
        """Return the certainty of the statement."""
        return _CERTAINTIES[self.label.split("-")[1]]

    @property
    def is_anatomy(self) -> bool:
        """Tell whether it is anatomy; otherwise it is an observation."""
        return self.label.startswith("ANAT")


class Annotation(Noun):
    """Entities and relations of one report.

    Parameters
    ----------
    report_id : str
        Identifier of the report; empty where it has none.
    text : str
        The report, tokens joined by single spaces.
    entities : tuple of Mention
        In reading order.

    Raises
    ------
    pydantic.ValidationError
        If two mentions share an id, or the target of a relation does not exist.
    """

    report_id: str
    text: str
    entities: tuple[Mention, ...] = ()

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        known = {mention.id for mention in self.entities}
        if len(known) != len(self.entities):
            raise ValueError("two entities share an id")
        for mention in self.entities:
            for name, target in mention.relations:
                if target not in known:
                    raise ValueError(f"entity {mention.id} is {name} of entity {target}, which does not exist")
        return self

    def relations(self) -> Iterator[tuple[Mention, RelationName, Mention]]:
        """Yield every relation as (source mention, name, target mention)."""
        known = {mention.id: mention for mention in self.entities}
        for mention in self.entities:
            for name, target in mention.relations:
                yield mention, name, known[target]


def parse_label(label: str) -> tuple[str, bool]:
    """Turn a label of either dialect into RadGraph 1's, and tell whether it is a measurement.

    Raises
    ------
    InputError
        If the label is in neither dialect.

    Examples
    --------
    >>> parse_label("Observation::measurement::uncertain")
    ('OBS-U', True)
    >>> parse_label("ANAT-DP")
    ('ANAT-DP', False)
    """
    kind, _, rest = label.partition("::")
    measurement = rest.startswith("measurement::")
    certainty = rest.removeprefix("measurement::")
    if kind in _KINDS and certainty in _SHORT:
        return f"{_KINDS[kind]}-{_SHORT[certainty]}", measurement
    kind, _, certainty = label.partition("-")
    if kind in _XL_KINDS and certainty in _CERTAINTIES:
        return label, False
    raise InputError(
        f"label {label!r} is not RadGraph's; expected ANAT-DP, OBS-DP, OBS-U, OBS-DA or "
        "RadGraph-XL's, such as 'Observation::uncertain'"
    )


def parse_annotation(report_id: str, data: Mapping[str, Any]) -> Annotation:
    """Parse one report of a RadGraph file.

    Parameters
    ----------
    report_id : str
        Key of the report.
    data : mapping
        ``text`` and ``entities``; RadGraph's doubly annotated reports have ``labeler_1`` around the entities,
        which is read then.

    Raises
    ------
    InputError
        If it lacks parts or they contradict each other.
    """
    try:
        entities = data["entities"] if "entities" in data else data["labeler_1"]["entities"]
        mentions = []
        for key, entity in entities.items():
            label, measurement = parse_label(entity["label"])
            mentions.append({**entity, "id": key, "label": label, "measurement": measurement})
        return Annotation.model_validate({"report_id": report_id, "text": data["text"], "entities": mentions})
    except ValidationError as error:
        where = ".".join(map(str, error.errors()[0]["loc"]))
        raise InputError(
            f"report {report_id!r} is not RadGraph: {where} {error.errors()[0]['msg']}; expected "
            "tokens, label, start_ix, end_ix and relations an entity"
        ) from error
    except (KeyError, TypeError, AttributeError) as error:
        raise InputError(
            f"report {report_id!r} is not RadGraph ({type(error).__name__}: {error}); expected "
            '{"text": …, "entities": {"1": {…}}}'
        ) from error


def read_radgraph(path: Path, *, skip: int = 0) -> Iterator[Annotation]:
    """Read the reports of a RadGraph JSON file, one at a time, in constant memory.

    Parameters
    ----------
    path : Path
        ``{report id: {"text", "entities"}}`` in either dialect, UTF-8.
    skip : int
        Reports to skip at the start, up to the end of an earlier reading.

    Yields
    ------
    Annotation
        In the order of the file.

    Raises
    ------
    InputError
        If the file is missing, is not UTF-8 or not JSON (also half-way: earlier reports were yielded, and the
        message gives their number), or a report is not RadGraph.
    """
    done = 0
    try:
        with path.open("rb") as file:
            for report_id, data in ijson.kvitems(file, "", use_float=True):
                done += 1
                if done > skip:
                    yield parse_annotation(report_id, data)
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}; expected a RadGraph JSON file") from error
    except (ijson.JSONError, UnicodeDecodeError) as error:
        reason = str(error).splitlines()[0].strip()
        raise InputError(
            f"{path} breaks off or is not JSON in UTF-8 after report {done} ({reason}); repair it and resume there"
        ) from error
    if not done:
        raise InputError(f'{path} holds no report; expected {{report id: {{"text", "entities"}}}}')


def render_annotation(annotation: Annotation, *, dialect: Literal["v1", "xl"] = "v1") -> dict[str, Any]:
    """Render a report's value in RadGraph JSON.

    Examples
    --------
    >>> mention = Mention(id="1", tokens="clear", label="OBS-DP", start_ix=0, end_ix=0)
    >>> render_annotation(Annotation(report_id="a", text="clear", entities=(mention,)))["entities"]["1"]["label"]
    'OBS-DP'
    """
    entities = {}
    for mention in annotation.entities:
        label: str = mention.label
        if dialect == "xl":
            middle = "measurement::" if mention.measurement else ""
            label = f"{_XL_KINDS[label.split('-')[0]]}::{middle}{mention.certainty.value}"
        entities[mention.id] = {
            "tokens": mention.tokens,
            "label": label,
            "start_ix": mention.start_ix,
            "end_ix": mention.end_ix,
            "relations": [list(relation) for relation in mention.relations],
        }
    return {"text": annotation.text, "entities": entities}


def write_radgraph(path: Path, annotations: Iterable[Annotation], *, dialect: Literal["v1", "xl"] = "v1") -> int:
    """Write RadGraph JSON as a stream, and put it in place only when complete.

    Parameters
    ----------
    path : Path
        File to write, first beside its place as ``….part``.
    annotations : iterable of Annotation
        Consumed one at a time; ids must differ.
    dialect : str
        ``v1`` (``ANAT-DP``) or ``xl`` (``Anatomy::definitely present``).

    Returns
    -------
    int
        Number of reports written.

    Raises
    ------
    UsageError
        If the path cannot be written.
    """
    count = 0
    with explain_writing(path), replace_file(path) as file:
        file.write("{")
        for count, annotation in enumerate(annotations, 1):
            value = json.dumps(render_annotation(annotation, dialect=dialect), ensure_ascii=False)
            comma = "," if count > 1 else ""
            file.write(f"{comma}\n{json.dumps(annotation.report_id, ensure_ascii=False)}: {value}")
        file.write("\n}\n")
    return count


__all__ = [
    "Annotation",
    "Label",
    "Mention",
    "RelationName",
    "parse_annotation",
    "parse_label",
    "read_radgraph",
    "render_annotation",
    "write_radgraph",
]
