"""Who may ask: a token where the server listens on more than this machine, and no page of another site.

A program sends ``Authorization: Bearer TOKEN``. A browser asks for a name and a password: any name, and the token as
password (Basic), so that the page needs no form of its own. ``GET /healthz`` is answered without, since a supervisor
has no secret.
"""

from __future__ import annotations

import base64
import binascii
import hmac
from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from thoracite.errors import UsageError
from thoracite.settings import Settings

LEAST = 16
"""Fewest characters of a token."""

OPEN = frozenset({"/healthz"})
"""Paths that are answered without a token."""


def is_loopback(host: str) -> bool:
    """Tell whether an address is reached from this machine alone.

    Examples
    --------
    >>> [is_loopback(host) for host in ("127.0.0.1", "::1", "localhost", "0.0.0.0", "192.168.1.4", "ward")]
    [True, True, True, False, False, False]
    """
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def check_access(settings: Settings) -> str:
    """Check that a server of these settings may start, and return its token, which is empty where none is asked for.

    Raises
    ------
    UsageError
        If others could reach it without a token, or the token can be guessed.

    Examples
    --------
    >>> check_access(Settings(host="127.0.0.1"))
    ''
    """
    token = settings.token.get_secret_value()
    if not token and not is_loopback(settings.host):
        raise UsageError(
            f"the server would listen on {settings.host}, which others can reach, without a token; set "
            "THORACITE_TOKEN, for instance to the output of `openssl rand -hex 16`, or listen on 127.0.0.1"
        )
    if token and len(token) < LEAST:
        raise UsageError(f"the setting token has {len(token)} characters; expected at least {LEAST}")
    return token


class RequireToken:
    """ASGI middleware that answers 401 to who does not know the token.

    Parameters
    ----------
    app : ASGI application
        The protected application.
    token : str
        Not empty.
    """

    def __init__(self, app: ASGIApp, *, token: str) -> None:
        self.app, self._token = app, token.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on if it carries the token."""
        if scope["type"] == "lifespan" or scope["path"] in OPEN or self._knows(Headers(scope=scope)):
            await self.app(scope, receive, send)
        elif scope["type"] == "http":
            said = {"error": "this server asks for a token; send Authorization: Bearer TOKEN, or it as the password"}
            asked = {"www-authenticate": 'Bearer, Basic realm="Thoracite", charset="UTF-8"'}
            await JSONResponse(said, 401, asked)(scope, receive, send)
        else:
            await send({"type": "websocket.close", "code": 1008})

    def _knows(self, headers: Headers) -> bool:
        scheme, _, value = headers.get("authorization", "").partition(" ")
        given = value.strip().encode("utf-8", "surrogateescape")
        if scheme.lower() == "basic":
            try:
                given = base64.b64decode(given, validate=True).partition(b":")[2]
            except binascii.Error:
                return False
        elif scheme.lower() != "bearer":
            return False
        return hmac.compare_digest(given, self._token)  # takes as long whichever letter is wrong


class RefuseOtherSites:
    """ASGI middleware that refuses what a page of another site asks for; a link to the page is followed.

    No answer carries a CORS header, so that such a page could read none; this keeps it from asking.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on unless its headers say that another site asks."""
        if scope["type"] == "http" and _is_foreign(Headers(scope=scope), scope["method"]):
            said = {"error": "pages of other sites may not ask this server; call it from a program"}
            await JSONResponse(said, 403)(scope, receive, send)
            return
        await self.app(scope, receive, send)


def _is_foreign(headers: Headers, method: str) -> bool:
    """By the browser's own word (Fetch Metadata), or by the origin where it gives none."""
    site = headers.get("sec-fetch-site")
    if site is not None:
        follows_link = method == "GET" and headers.get("sec-fetch-mode") == "navigate"
        return site not in ("same-origin", "none") and not follows_link
    origin = headers.get("origin")
    return origin is not None and urlsplit(origin).netloc != headers.get("host")


__all__ = ["LEAST", "OPEN", "RefuseOtherSites", "RequireToken", "check_access", "is_loopback"]
