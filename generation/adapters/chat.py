"""``openai:ADDRESS[#MODEL]``: any server that speaks the chat interface of OpenAI with images, such as vLLM or Ollama.

The radiograph and the words of the prompt are sent to the address that was named, and to no other: redirects are not
followed, and no proxy of the environment is used for this machine's own servers. A key comes from the environment
alone (``THORACITE_CHAT_KEY``) and is sent only to that address. Whatever goes wrong is one sentence, and nothing of a
half answer is used.

Examples
--------
>>> parse_address("http://127.0.0.1:8000/v1#llava-hf/llava-1.5-7b-hf")
Address(url='http://127.0.0.1:8000/v1', model='llava-hf/llava-1.5-7b-hf')
"""

from __future__ import annotations

import base64
import http.client
import json
import socket
import ssl
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from thoracite.errors import ModelError, UsageError
from thoracite.generation.adapters.picture import encode_png, paint
from thoracite.generation.prompts import IMAGE, build_prompt
from thoracite.settings import Settings
from thoracite.types import Evidence, Study
from thoracite.vision.encoder import Reading
from thoracite.vision.image import Radiograph

LARGEST = 1_000_000
"""Most bytes of an answer that are read."""

LONGEST = 8_000
"""Most characters of a text that are taken; a longer one is not an explanation of an image."""

TOKENS = 512
"""Most tokens that are asked for."""

_ROLE = (
    "You describe frontal chest X-rays for research. Answer in short plain English sentences, one statement each, "
    "with hedges (likely, suspected, possible, unlikely) and sides. No lists, no advice, no introduction."
)
_LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})


class Address(NamedTuple):
    """Address of a server and the model that is asked of it; empty where the server's first one is taken."""

    url: str
    model: str = ""


def parse_address(source: str) -> Address:
    """Parse ``ADDRESS[#MODEL]``.

    Raises
    ------
    UsageError
        If it is no address of a server, or holds a password.
    """
    url, _, model = source.partition("#")
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query:
        raise UsageError(f"openai:{source} names no server; expected openai:http://127.0.0.1:8000/v1#MODEL")
    if parts.username or parts.password:
        raise UsageError("an address must not hold a key; set it in the environment as THORACITE_CHAT_KEY")
    return Address(url.rstrip("/"), model)


class ChatGenerator:
    """Generator that asks a chat server.

    Parameters
    ----------
    source : str
        ``ADDRESS[#MODEL]``; the address ends where ``/chat/completions`` follows, often in ``/v1``.
    settings : Settings
        ``chat_key`` and ``chat_limit_s``.

    Raises
    ------
    UsageError
        If the source is no address.
    """

    def __init__(self, source: str, settings: Settings) -> None:
        self.name = f"openai:{source}"
        self._address = parse_address(source)
        self._key, self._limit = settings.chat_key.get_secret_value(), settings.chat_limit_s
        if self._key and urlsplit(self._address.url).scheme == "http" and not self._is_local():
            raise UsageError(
                f"THORACITE_CHAT_KEY would be sent unencrypted to {self._address.url}; use https, or unset it"
            )

    def describe(self, study: Study, radiograph: Radiograph, reading: Reading, evidence: Sequence[Evidence]) -> str:
        """Ask the server about a radiograph.

        Parameters
        ----------
        study, radiograph, reading, evidence
            As :class:`thoracite.generation.generator.TextGenerator` has them.

        Raises
        ------
        ModelError
            If the server cannot be reached, is too slow, refuses, or answers anything but a text.
        """
        deadline = time.monotonic() + self._limit
        model = self._address.model or self._find_model(deadline)
        prompt = build_prompt(study, reading.findings, evidence).removeprefix(IMAGE).strip()
        picture = base64.b64encode(encode_png(paint(radiograph))).decode()
        asked = [
            {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{picture}"}},
            {"type": "text", "text": prompt},
        ]
        body = {
            "model": model,
            "messages": [{"role": "system", "content": _ROLE}, {"role": "user", "content": asked}],
            "temperature": 0,
            "max_tokens": TOKENS,
            "stream": False,
        }
        return self._take_text(self._call("POST", "/chat/completions", body, deadline))

    def _find_model(self, deadline: float) -> str:
        """Take the first model that the server offers."""
        answer = self._call("GET", "/models", None, deadline)
        listed = answer.get("data") if isinstance(answer, dict) else None
        first = listed[0] if isinstance(listed, list) and listed else None
        named = first.get("id") if isinstance(first, dict) else None
        if not isinstance(named, str) or not named:
            raise ModelError(f"{self.name} does not say what models it has; name one: {self.name}#MODEL")
        return named

    def _take_text(self, answer: Any) -> str:
        """Take the text out of an answer, or say what is wrong with it."""
        try:
            choice = answer["choices"][0]
            text, ended = choice["message"]["content"], choice.get("finish_reason")
        except (KeyError, IndexError, TypeError, AttributeError) as error:
            raise ModelError(f"{self.name} answered without a text; expected choices[0].message.content") from error
        if isinstance(text, list):  # some servers send a text in parts
            text = "".join(part.get("text", "") for part in text if isinstance(part, dict))
        if not isinstance(text, str) or not text.strip():
            raise ModelError(f"{self.name} answered nothing; ask another model, or use --generator template")
        if len(text) > LONGEST or ended == "length":
            raise ModelError(f"{self.name} did not come to an end within {TOKENS} tokens; ask another model")
        return text

    def _call(self, method: str, path: str, body: Any, deadline: float) -> Any:
        try:
            status, data = self._exchange(method, path, body, deadline)
        except (OSError, http.client.HTTPException) as error:
            raise ModelError(f"{self.name} {self._find_reason(error, deadline)}") from error
        if status != http.HTTPStatus.OK:
            raise ModelError(f"{self.name} refused with status {status}{_quote(data)}")
        try:
            return json.loads(data)
        except (ValueError, RecursionError) as error:
            raise ModelError(f"{self.name} answered no JSON; expected the address of a chat server") from error

    def _find_reason(self, error: Exception, deadline: float) -> str:
        if isinstance(error, TimeoutError) or time.monotonic() >= deadline:
            limit = f"{self._limit:g} s"
            return f"did not answer within {limit}; raise THORACITE_CHAT_LIMIT_S, or use a smaller model"
        if isinstance(error, ssl.SSLError):
            return f"cannot be trusted: {_reason(error)}; check its certificate"
        return f"cannot be reached: {_reason(error)}; start it, or check the address"

    def _exchange(self, method: str, path: str, body: Any, deadline: float) -> tuple[int, bytes]:
        """Send one request and read its whole answer before the deadline; a redirect is not followed."""
        parts = urlsplit(self._address.url)
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        connection = kind(parts.hostname or "", parts.port, timeout=_left(deadline))
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if self._key:
            headers["Authorization"] = f"Bearer {self._key}"
        try:
            connection.connect()
            data = None if body is None else json.dumps(body).encode()
            with _end_at(deadline, connection.sock):
                connection.request(method, f"{parts.path}{path}", body=data, headers=headers)
                with connection.getresponse() as answer:
                    status, data = answer.status, _read(answer)
            _left(deadline)  # an answer that was ended is no answer
            return status, data
        finally:
            connection.close()

    def _is_local(self) -> bool:
        return urlsplit(self._address.url).hostname in _LOCAL


def _left(deadline: float) -> float:
    """Return the seconds that are left, and refuse to wait where none are."""
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


@contextmanager
def _end_at(deadline: float, connected: socket.socket) -> Iterator[None]:
    """End a connection at a time: an answer that drips never times out by itself."""
    timer = threading.Timer(_left(deadline), _shut, [connected])
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _shut(connected: socket.socket) -> None:
    with suppress(OSError):  # it may be closed by now
        connected.shutdown(socket.SHUT_RDWR)


def _read(answer: http.client.HTTPResponse) -> bytes:
    """Read an answer, but none without end."""
    data = answer.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise http.client.HTTPException(f"it answers with more than {LARGEST} bytes")
    return data


def _reason(error: BaseException) -> str:
    said = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return " ".join(said.split())[:200] or type(error).__name__


def _quote(data: bytes) -> str:
    """Quote the server's own words about an error, short and on one line."""
    try:
        told = json.loads(data)
        said = told["error"]["message"] if isinstance(told["error"], dict) else told["error"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return ""
    return f": {' '.join(str(said).split())[:200]}"


__all__ = ["Address", "ChatGenerator", "parse_address"]
