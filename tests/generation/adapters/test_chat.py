"""Chat servers: a real one on this machine that answers well, badly, too late, or not at all."""

from __future__ import annotations

import base64
import io
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tests.readings import RATED, FixedEncoder, write_grey
from thoracite import Explainer
from thoracite.errors import ModelError, UsageError
from thoracite.generation.adapters.chat import ChatGenerator
from thoracite.generation.generator import TextGenerator, open_generator
from thoracite.settings import Settings
from thoracite.types import Evidence, Study
from thoracite.vision.encoder import Reading
from thoracite.vision.image import Radiograph

Answer = Callable[["Handler"], None]
STUDY = Study(image="chest.png", indication="dyspnea <image> {x}")


class Handler(BaseHTTPRequestHandler):
    """Answers ``/v1/chat/completions`` as it is told, and ``/v1/models`` with one model."""

    server: Server

    def do_GET(self) -> None:
        self.server.seen.append((self.path, {}, dict(self.headers)))
        self.send(200, {"data": [{"id": "tiny"}]} if self.path == "/v1/models" else {})

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.seen.append((self.path, body, dict(self.headers)))
        self.server.answer(self)

    def send(self, status: int, body: Any) -> None:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.seen: list[tuple[str, Any, dict[str, str]]] = []
        self.answer: Answer = say("A mass is likely.")

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/v1"

    def handle_error(self, *_: object) -> None:
        pass  # a client that went away is what some tests are about


def say(content: Any, *, ended: str = "stop") -> Answer:
    return lambda handler: handler.send(
        200, {"choices": [{"message": {"role": "assistant", "content": content}, "finish_reason": ended}]}
    )


def send(status: int, body: Any) -> Answer:
    return lambda handler: handler.send(status, body)


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def ask(server: Server, evidence: Sequence[Evidence] = (), *, model: str = "#tiny", **settings: Any) -> str:
    generator = open_generator(f"openai:{server.url}{model}", settings=Settings(chat_limit_s=5.0, **settings))
    assert isinstance(generator, TextGenerator)
    pixels = np.linspace(0, 1, 100 * 2000, dtype=np.float32).reshape(100, 2000)
    return generator.describe(STUDY, Radiograph(pixels), Reading(), evidence)


def test_the_server_sees_picture_and_triples_and_its_answer_is_taken(
    server: Server, evidence: Sequence[Evidence]
) -> None:
    assert ask(server, evidence) == "A mass is likely."
    ((path, body, headers),) = server.seen
    assert (path, body["model"], body["temperature"]) == ("/v1/chat/completions", "tiny", 0)
    image, text = body["messages"][1]["content"]
    kind, _, data = image["image_url"]["url"].partition(",")
    picture = Image.open(io.BytesIO(base64.b64decode(data)))
    assert (kind, picture.format, picture.size) == ("data:image/png;base64", "PNG", (1024, 51))
    assert "consolidation, suggestive of, pneumonia" in text["text"]
    assert "The request says: dyspnea image (x)." in text["text"]
    assert "<image>" not in text["text"]
    assert "Authorization" not in headers


def test_the_first_model_is_taken_where_none_is_named(server: Server) -> None:
    ask(server, model="")
    assert [path for path, _, _ in server.seen] == ["/v1/models", "/v1/chat/completions"]
    assert server.seen[1][1]["model"] == "tiny"


def test_a_key_comes_from_the_environment_and_is_shown_nowhere(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THORACITE_CHAT_KEY", "s3cret")
    server.answer = send(401, {"error": {"message": "no"}})
    with pytest.raises(ModelError) as said:
        ask(server)
    assert server.seen[0][2]["Authorization"] == "Bearer s3cret"
    assert "s3cret" not in str(said.value)
    assert "s3cret" not in repr(Settings())


def test_a_key_is_not_sent_unencrypted_to_another_machine() -> None:
    with pytest.raises(UsageError, match="would be sent unencrypted"):
        ChatGenerator("http://example.org/v1", Settings(chat_key="s3cret"))


def test_a_key_in_the_settings_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "t.toml").write_text('chat_key = "s3cret"')
    with pytest.raises(UsageError, match=r"must not stand in .*set it in the environment") as said:
        Settings.read(file=tmp_path / "t.toml")
    assert "s3cret" not in str(said.value)


@pytest.mark.parametrize("source", ["here", "ftp://a/v1", "http://", "http://user:key@a/v1"])
def test_what_is_no_address_is_refused(source: str) -> None:
    with pytest.raises(UsageError):
        ChatGenerator(source, Settings())


BAD: dict[str, tuple[Answer, str]] = {
    "empty": (say(""), "answered nothing"),
    "blank": (say(" \n "), "answered nothing"),
    "null": (say(None), "answered nothing"),
    "no choices": (send(200, {"choices": []}), "answered without a text"),
    "a list": (send(200, [1, 2]), "answered without a text"),
    "another object": (send(200, {"result": "ok"}), "answered without a text"),
    "no JSON": (send(200, b"<html>hello</html>"), "answered no JSON"),
    "not even text": (send(200, bytes(range(256))), "answered no JSON"),
    "deep JSON": (send(200, b"[" * 200_000), "answered no JSON"),
    "cut off": (say("A mass is", ended="length"), "did not come to an end"),
    "endless": (say("A mass is likely. " * 2000), "did not come to an end"),
    "too large": (send(200, b" " * 1_200_000), "more than 1000000 bytes"),
    "500": (send(500, {"error": {"message": "CUDA out\nof memory"}}), "refused with status 500: CUDA out of memory"),
    "404": (send(404, b"nothing here"), "refused with status 404"),
    "redirect": (send(302, b""), "refused with status 302"),
}


@pytest.mark.parametrize("case", BAD)
def test_whatever_is_wrong_is_one_sentence(server: Server, case: str) -> None:
    server.answer, words = BAD[case]
    with pytest.raises(ModelError, match=words) as said:
        ask(server)
    assert "\n" not in str(said.value)
    assert str(said.value).startswith(f"openai:{server.url}#tiny ")


def hang(handler: Handler) -> None:
    time.sleep(3)


def drip(handler: Handler) -> None:
    """Send a byte now and then, so that no single wait is long."""
    handler.wfile.write(b"HTTP/1.0 200 OK\r\nX-Slow: ")
    for _ in range(60):
        time.sleep(0.05)
        handler.wfile.write(b"a")


@pytest.mark.parametrize("answer", [hang, drip])
def test_a_server_that_hangs_or_drips_ends_at_the_limit(server: Server, answer: Answer) -> None:
    server.answer = answer
    start = time.monotonic()
    generator = ChatGenerator(f"{server.url}#tiny", Settings(chat_limit_s=0.6))
    with pytest.raises(ModelError, match=r"did not answer within 0.6 s; raise THORACITE_CHAT_LIMIT_S"):
        generator.describe(STUDY, Radiograph(np.zeros((64, 64), np.float32)), Reading(), ())
    assert time.monotonic() - start < 2.5


def test_a_server_that_is_not_there_is_told() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    generator = ChatGenerator(f"http://127.0.0.1:{port}/v1#x", Settings(chat_limit_s=5))
    with pytest.raises(ModelError, match="cannot be reached: Connection refused; start it, or check the address"):
        generator.describe(STUDY, Radiograph(np.zeros((64, 64), np.float32)), Reading(), ())


def test_a_connection_that_breaks_off_is_told(server: Server) -> None:
    server.answer = lambda handler: handler.connection.close()
    with pytest.raises(ModelError, match="cannot be reached"):
        ask(server)


def explain(server: Server, graph_folder: Path, image: Path) -> Any:
    settings = Settings(graph=graph_folder, generator=f"openai:{server.url}#tiny", chat_limit_s=5)
    with Explainer(settings, encoder=FixedEncoder(Reading(findings=RATED)), complete=False) as explainer:
        return explainer.explain(write_grey(image))


def test_nonsense_is_withheld_and_told_as_dropped(server: Server, graph_folder: Path, tmp_path: Path) -> None:
    server.answer = say("As an AI model I love cats. The moon is likely made of cheese. 42.")
    explanation = explain(server, graph_folder, tmp_path / "chest.png")
    assert explanation.abstained
    assert explanation.reason == "no sentence that was written is supported by its evidence"
    assert explanation.claims == ()
    assert len(explanation.dropped) == 3


def test_what_evidence_supports_is_released_verbatim(server: Server, graph_folder: Path, tmp_path: Path) -> None:
    likely = next(finding for finding in RATED if finding.verdict == "likely")
    label = likely.entity.label
    server.answer = say(f"{label.capitalize()} is likely. There is no {label}. It is false that {label} is likely.")
    explanation = explain(server, graph_folder, tmp_path / "chest.png")
    assert [claim.origin for claim in explanation.claims] == ["decoder"]
    assert explanation.claims[0].sentence.startswith(f"{label.capitalize()} is likely [E")
    assert [one.verdict for one in explanation.dropped] == ["contradicted", "unsupported"]
    assert explanation.generator == f"openai:{server.url}#tiny"
