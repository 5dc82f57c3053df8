"""A small app on a port of its own: it sends people to sign in, exchanges the code, and believes a valid token only."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import jwt
import requests

from cogsim.decisions.authorization_code import s256

VERIFIER = "a-verifier-of-more-than-forty-three-characters-in-all"


class RelyingParty:
    """The app of one client. `document` is the pool's discovery, `authorize` where browsers are sent to."""

    def __init__(self, port: int) -> None:
        self.base = f"http://localhost:{port}"
        self.client_id, self.authorize, self.document = "", "", dict[str, Any]()
        self._begun = 0

    @property
    def callback(self) -> str:
        return f"{self.base}/callback"

    def begin(self, **wishes: str) -> str:
        """Where the browser is sent to sign in."""
        self._begun += 1
        asked = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": self.callback,
            "scope": "openid email",
            "state": f"s-{self._begun}",
            "nonce": f"n-{self._begun}",
            "code_challenge": s256(VERIFIER),
            "code_challenge_method": "S256",
        }
        return f"{self.authorize}?{urlencode({**asked, **wishes})}"

    def greet(self, query: dict[str, str]) -> str:
        """Whom the browser came back for, by an ID token that holds."""
        if query.get("state") != f"s-{self._begun}":
            raise ValueError("the answer is to another sign-in")
        form = {
            "grant_type": "authorization_code",
            "client_id": self.client_id,
            "code": query["code"],
            "redirect_uri": self.callback,
            "code_verifier": VERIFIER,
        }
        tokens = requests.post(self.document["token_endpoint"], data=form, timeout=10).json()
        key = jwt.PyJWKClient(self.document["jwks_uri"]).get_signing_key_from_jwt(tokens["id_token"]).key
        issuer = self.document["issuer"]
        claims = jwt.decode(tokens["id_token"], key, ["RS256"], audience=self.client_id, issuer=issuer, leeway=5)
        if claims["nonce"] != f"n-{self._begun}":
            raise ValueError("the token is of another sign-in")
        return f"Hello {claims['cognito:username']}"


@contextmanager
def running() -> Iterator[RelyingParty]:
    """The app, listening until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            try:
                said = app.greet(dict(parse_qsl(parts.query))) if parts.path == "/callback" else "Nobody"
            except (KeyError, ValueError, jwt.PyJWTError) as error:
                said = f"Refused: {error}"
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(f"<!DOCTYPE html><title>App</title><h1>{escape(said)}</h1>".encode())

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    app = RelyingParty(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield app
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
