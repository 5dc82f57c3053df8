"""A browser with cookies: it follows redirects and posted forms from site to site, and stops where a person must act.

It knows nothing of protocols. Cookies go to the host that set them alone, until their time is over. A host that no
site stands behind is an app's own: there it stops, and the app reads the address.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import urljoin, urlsplit

from cogsim.errors import InputError

#: As many redirects as browsers follow in a row.
_MOST_HOPS = 20


@dataclass(frozen=True, slots=True)
class Request:
    """What a site gets: method, address, the fields of a posted form, and the cookies that it set before."""

    method: str
    url: str
    form: Mapping[str, str] = field(default_factory=dict, repr=False)
    cookies: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a site answers: a page, a redirect (`location`), or a form that posts itself (`post`, address and fields).
    `cookies` are name to value and seconds; None as seconds goes with the browser, 0 takes the cookie away."""

    status: int = 200
    body: Mapping[str, Any] = field(default_factory=dict)
    location: str | None = None
    post: tuple[str, Mapping[str, str]] | None = None
    cookies: Mapping[str, tuple[str, int | None]] = field(default_factory=dict, repr=False)


class Site(Protocol):
    """What stands behind a host."""

    def answer(self, request: Request) -> Answer: ...


class Web(Protocol):
    """The sites that there are, and the time."""

    @property
    def now(self) -> float: ...

    def site(self, host: str) -> Site | None: ...


@dataclass(frozen=True, slots=True)
class Page:
    """Where the browser stands: the address, and what is shown there. `form` has Action, Fields and Hidden."""

    url: str
    status: int = 0
    body: Mapping[str, Any] = field(default_factory=dict)

    @property
    def form(self) -> Mapping[str, Any] | None:
        found: Mapping[str, Any] | None = self.body.get("Form")
        return found

    @property
    def host(self) -> str:
        return urlsplit(self.url).netloc


class Browser:
    """One person's browser. `visited` are the addresses it asked for, in order."""

    def __init__(self, web: Web) -> None:
        self.web = web
        self.visited: list[tuple[str, str]] = []
        self._jar: dict[str, dict[str, tuple[str, float | None]]] = {}

    def __repr__(self) -> str:
        return f"Browser({len(self.visited)} requests, cookies of {', '.join(sorted(self._jar)) or 'nobody'})"

    def twin(self, web: Web) -> Browser:
        """Another browser with the same cookies, on another web: that of a simulation that goes its own way."""
        other = Browser(web)
        other.visited = list(self.visited)
        other._jar = {host: dict(cookies) for host, cookies in self._jar.items()}
        return other

    def cookies(self, host: str) -> dict[str, str]:
        """The cookies that go to a host now."""
        held = self._jar.get(host, {})
        return {name: value for name, (value, end) in sorted(held.items()) if end is None or self.web.now < end}

    def forget(self, host: str | None = None) -> None:
        """Throw away the cookies of a host, or all."""
        for each in [host] if host is not None else list(self._jar):
            self._jar.pop(each, None)

    def open(self, url: str) -> Page:
        """Go to an address, and on to where it leads."""
        return self._go("GET", url, {})

    def submit(self, page: Page, **fields: str) -> Page:
        """Fill in the form of a page and send it; InputError where the page has none, or asks for other fields."""
        form = page.form
        if form is None:
            raise InputError(f"{page.url.partition('?')[0]} shows no form to fill in")
        strange = sorted(set(fields) - set(form["Fields"]) - set(form["Hidden"]))
        if strange and not any("[" in name for name in strange):
            raise InputError(f"the form asks for {', '.join(form['Fields'])}, not for {', '.join(strange)}")
        return self._go("POST", urljoin(page.url, form["Action"]), {**form["Hidden"], **fields})

    def post(self, url: str, form: Mapping[str, str]) -> Page:
        """Post a form that no page asked for: a response that a provider begins with."""
        return self._go("POST", url, form)

    def _go(self, method: str, url: str, form: Mapping[str, str]) -> Page:
        for _ in range(_MOST_HOPS):
            self.visited.append((method, url))
            host = urlsplit(url).netloc
            site = self.web.site(host)
            if site is None:
                return Page(url)
            answer = site.answer(Request(method, url, form, self.cookies(host)))
            self._keep(host, answer)
            if answer.post is not None:
                method, (url, form) = "POST", answer.post
            elif answer.location is not None:
                method, url, form = "GET", urljoin(url, answer.location), {}
            else:
                return Page(url, answer.status, answer.body)
        raise InputError(f"{url.partition('?')[0]} sends the browser in circles")

    def _keep(self, host: str, answer: Answer) -> None:
        jar = self._jar.setdefault(host, {})
        for name, (value, age) in answer.cookies.items():
            if age == 0:
                jar.pop(name, None)
            else:
                jar[name] = (value, None if age is None else self.web.now + age)
