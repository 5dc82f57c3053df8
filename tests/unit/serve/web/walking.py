"""A browser that walks over pages as they are on the wire: HTML forms and links, cookies, redirects; no scripts.

It keeps cookies as strictly as any client does: by host and path, and secure ones over https alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

from lxml import html

from cogsim.aws.cloud import Cloud
from cogsim.serve.address import ServedAt
from cogsim.serve.web.routes import answer_page
from cogsim.serve.wire.message import WireRequest, WireResponse


@dataclass(slots=True)
class Shown:
    """Where the browser stands and what it sees; no response where it left for a host that is not served."""

    url: str
    response: WireResponse | None = None

    @property
    def status(self) -> int:
        assert self.response is not None, self.url
        return self.response.status

    @property
    def text(self) -> str:
        assert self.response is not None, self.url
        return self.response.body.decode()

    @property
    def tree(self) -> Any:
        return html.fromstring(self.text)

    @property
    def heading(self) -> str:
        return str(self.tree.findtext(".//h1"))

    @property
    def alert(self) -> str:
        """What the page says went wrong."""
        return " ".join(each.text_content() for each in self.tree.xpath("//*[@role='alert']"))

    def link(self, words: str) -> str:
        """The address of the link that says so."""
        found = [each.get("href") for each in self.tree.iter("a") if words in each.text_content()]
        assert found, f"no link {words!r} on {self.heading!r}"
        return urljoin(self.url, found[0])


@dataclass
class WireBrowser:
    """One person's browser at a cloud. `strict` keeps secure cookies from http, as most clients but browsers do."""

    cloud: Cloud
    address: ServedAt = field(default_factory=ServedAt)
    strict: bool = True
    jar: dict[tuple[str, str, str], str] = field(default_factory=dict)

    def open(self, url: str, **headers: str) -> Shown:
        return self.go("GET", url, b"", headers)

    def post(self, url: str, form: Mapping[str, str], **headers: str) -> Shown:
        kind = {"content-type": "application/x-www-form-urlencoded"}
        return self.go("POST", url, urlencode(form).encode(), {**kind, **headers})

    def submit(self, shown: Shown, number: int = 0, /, **typed: str) -> Shown:
        """Fill in a form of the page and send it; what is typed must be asked for."""
        form = shown.tree.forms[number]
        values = {name: value or "" for name, value in form.form_values()}
        asked = {each.get("name") for each in form.iter("input", "select")}
        assert set(typed) <= asked, f"{shown.heading!r} asks for {asked}, not for {set(typed)}"
        return self.post(urljoin(shown.url, form.action), {**values, **typed})

    def go(self, method: str, url: str, body: bytes, headers: Mapping[str, str]) -> Shown:
        for _ in range(20):
            response = self.send(method, url, body, headers)
            if response is None or response.status != 302:
                return Shown(url, response)
            method, url, body, headers = "GET", urljoin(url, response.headers["location"]), b"", {}
        raise AssertionError(f"{url} sends the browser in circles")

    def send(self, method: str, url: str, body: bytes = b"", headers: Mapping[str, str] | None = None) -> Any:
        """One request, and no further; None where nobody answers there."""
        parts = urlsplit(url)
        sent = {"host": parts.netloc, **(headers or {})}
        cookies = self._cookies(parts.netloc, parts.path)
        if cookies:
            sent["cookie"] = "; ".join(f"{name}={value}" for name, value in cookies)
        request = WireRequest(method, url, sent, body)
        response = answer_page(self.cloud, request, self.cloud.origin(), self.address)
        for cookie in response.cookies if response is not None else ():
            self._keep(parts.netloc, cookie)
        return response

    def _cookies(self, host: str, path: str) -> list[tuple[str, str]]:
        return [(name, value) for (at, under, name), value in self.jar.items() if at == host and path.startswith(under)]

    def _keep(self, host: str, cookie: str) -> None:
        first, *rest = cookie.split("; ")
        name, _, value = first.partition("=")
        marks = {key.lower(): text for key, _, text in (each.partition("=") for each in rest)}
        if "secure" in marks and self.address.scheme == "http" and self.strict:
            return
        key = (host, marks["path"], name)
        if marks.get("max-age") == "0":
            self.jar.pop(key, None)
        else:
            self.jar[key] = value
