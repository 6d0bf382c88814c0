"""What ``GET /openapi.json`` says of each route: its bodies, its answers, its errors, each with an example.

Examples
--------
>>> sorted(describe("retrieve")["responses"])
[400, 401, 403, 408, 413, 422, 503]
"""

from __future__ import annotations

from typing import Any

from thoracite.generation.conversation.question import LONGEST as LONGEST_QUESTION
from thoracite.interventions import EXPECTED
from thoracite.ui.conversation.records import ReplyRecord
from thoracite.ui.records.answers import CypherRecord, HealthRecord
from thoracite.ui.records.explanation import CheckRecord, ExplanationRecord, Record, RetrievalRecord
from thoracite.ui.sparql import FORMATS, GRAPH_FORMATS, LONGEST

Json = dict[str, Any]
"""A JSON object."""


class Refusal(Record):
    """Why a request was not answered, in one sentence."""

    error: str


_FILE = {"type": "string", "format": "binary", "description": "PNG, JPEG or DICOM"}
_WORDS = {"type": "array", "items": {"type": "string"}}

EXPLAIN_BODY: Json = {
    "required": True,
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": ["image"],
                "properties": {
                    "image": _FILE,
                    "prior": _FILE | {"description": "An earlier film of the patient, to compare with"},
                    "sign": _WORDS
                    | {"description": "'CURIE [SIDE]=yes|no|off|VALUE': a sign that is set, or taken away"},
                    "without": _WORDS | {"description": f"What is left out; {EXPECTED}"},
                    "patient": {"type": "string", "description": "Whose images do not count among similar ones"},
                    "similar": {
                        "enum": ["yes", "no"],
                        "description": "Whether similar images are shown; by default where the server has an index",
                    },
                },
            },
            "encoding": {"sign": {"explode": True}, "without": {"explode": True}},
            "example": {
                "image": "(the file)",
                "sign": ["thx:blunting_of_costophrenic_angle left=no"],
                "without": ["thx:blunting_of_costophrenic_angle thx:suggestive_of thx:pleural_effusion"],
            },
        }
    },
}
"""Body of ``POST /explain``."""

CHECK_BODY: Json = {
    "required": True,
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": ["report"],
                "properties": {"report": {"type": "string", "description": "The report's text"}, "image": _FILE},
            },
            "example": {"report": "No pleural effusion.", "image": "(the file)"},
        }
    },
}
"""Body of ``POST /check-report``."""

ASK_BODY: Json = {
    "required": True,
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": ["image", "question"],
                "properties": {
                    "image": _FILE,
                    "question": {
                        "type": "string",
                        "minLength": 1,
                        "maxLength": LONGEST_QUESTION,
                        "description": "In English: why or why not a finding, what would change it, what else, sources",
                    },
                    "sign": _WORDS,
                    "without": _WORDS,
                },
            },
            "encoding": {"sign": {"explode": True}, "without": {"explode": True}},
            "example": {"image": "(the file)", "question": "Why not pneumonia?"},
        }
    },
}
"""Body of ``POST /ask``."""

_QUERY = "SELECT ?sign { ?sign <https://w3id.org/thoracite/suggestive_of> <https://w3id.org/thoracite/pneumothorax> }"
_ASKED = {"type": "string", "minLength": 1, "maxLength": LONGEST}
_GRAPHS = {"type": "array", "items": {"type": "string", "format": "iri"}}
_PARAMETERS = [
    {"name": "query", "in": "query", "required": True, "schema": _ASKED, "example": _QUERY},
    *(
        {"name": name, "in": "query", "required": False, "schema": _GRAPHS, "description": "Graphs to read, by IRI"}
        for name in ("default-graph-uri", "named-graph-uri")
    ),
]
_FORM = {"type": "object", "required": ["query"], "properties": {"query": _ASKED}}
SPARQL_BODY: Json = {
    "required": True,
    "content": {
        "application/x-www-form-urlencoded": {"schema": _FORM, "example": {"query": _QUERY}},
        "application/sparql-query": {"schema": _ASKED, "example": _QUERY},
    },
}
"""Body of ``POST /sparql``, one of the two forms of the protocol."""

_ROWS: Json = {
    "head": {"vars": ["sign"]},
    "results": {"bindings": [{"sign": {"type": "uri", "value": "https://w3id.org/thoracite/deep_sulcus_sign"}}]},
}
_TRIPLE = {"subject": "deep sulcus sign", "relation": "suggestive of", "object": "pneumothorax"}

_REASONS = {
    400: "the form has no file in its field image; send one PNG, JPEG or DICOM file",
    401: "this server asks for a token; send Authorization: Bearer TOKEN, or it as the password",
    403: "pages of other sites may not ask this server; call it from a program",
    404: "the graph has no assertion 0000; expected one that it cites",
    406: "no answer can be written as image/png; this endpoint writes application/sparql-results+json, …",
    408: "the request took longer than 60 seconds to arrive; send it again",
    413: "the request is too large; expected at most 256,000,000 bytes",
    415: "send multipart/form-data, an image in the field image, a report in the field report",
    422: "chest.png is damaged or cut off (image file is truncated); export the image again",
    503: "1 request is being answered and 8 wait; try again in a few seconds",
}
"""A sentence for each status of an error."""

_ALWAYS = (400, 401, 403, 408, 413, 422, 503)

_ROUTES: dict[str, Json] = {
    "healthz": {"response_model": HealthRecord, "example": {"status": "ok", "version": "0.1.0", "ready": True}},
    "explain": {"response_model": ExplanationRecord, "body": EXPLAIN_BODY, "more": (415,)},
    "ask": {"response_model": ReplyRecord, "body": ASK_BODY, "more": (415,)},
    "check-report": {"response_model": CheckRecord, "body": CHECK_BODY, "more": (415,)},
    "retrieve": {"response_model": RetrievalRecord},
    "cypher": {"response_model": CypherRecord, "example": {"columns": ["c.id"], "rows": [["thx:pneumonia"]]}},
    "sparql_get": {"parameters": _PARAMETERS, "more": (406,)},
    "sparql_post": {"body": SPARQL_BODY, "more": (406, 415)},
    "assertion": {"more": (404,), "example": {"iri": "https://w3id.org/thoracite/assertion/0a1b", **_TRIPLE}},
}
"""What is said of each route: the model of its answer, an example of it, its body, further errors."""


def describe(name: str) -> Json:
    """Describe a route to FastAPI.

    Parameters
    ----------
    name : str
        A route without its slash: ``explain``, ``sparql_get`` …

    Returns
    -------
    dict
        Arguments of ``app.get`` and ``app.post``.
    """
    route = _ROUTES[name]
    extra = {"requestBody": route["body"]} if "body" in route else {}
    if "parameters" in route:
        extra["parameters"] = route["parameters"]
    model = {"response_model": route["response_model"]} if "response_model" in route else {}
    responses = {status: _refuse(status) for status in (*_ALWAYS, *route.get("more", ()))} if name != "healthz" else {}
    if name.startswith("sparql"):
        responses[200] = _answer_query()
    elif "example" in route:
        responses[200] = {"content": {"application/json": {"example": route["example"]}}}
    return {"openapi_extra": extra, "responses": responses, **model}


def _refuse(status: int) -> Json:
    described: Json = {
        "model": Refusal,
        "description": "Not answered",
        "content": {"application/json": {"example": {"error": _REASONS[status]}}},
    }
    if status == 503:
        described["headers"] = {"Retry-After": {"description": "Seconds to wait", "schema": {"type": "integer"}}}
    return described


def _answer_query() -> Json:
    """Every format of rows, answers and triples; the default has an example."""
    formats: Json = {name: {"schema": {"type": "string"}} for name in (*FORMATS, *GRAPH_FORMATS)}
    shown = {"schema": {"type": "object"}, "example": _ROWS}
    formats |= {name: shown for name in formats if name.endswith("json") and "ld" not in name}
    return {"description": "Rows, an answer, or triples, by the Accept header", "content": formats}


__all__ = ["ASK_BODY", "CHECK_BODY", "EXPLAIN_BODY", "SPARQL_BODY", "Refusal", "describe"]
