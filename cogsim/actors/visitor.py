"""A person who opens a web application, and signs in with name and password where a page on the way asks for it."""

from __future__ import annotations

from urllib.parse import urlsplit

from cogsim.actors.browser import Browser, Page
from cogsim.actors.hosted import Person, fields_of
from cogsim.actors.web import Sky
from cogsim.decisions.oidc_issue import discovery
from cogsim.errors import CogsimError
from cogsim.world.names import find_user
from cogsim.world.world import World

_MOST_PAGES = 12


class SiteRefusal(CogsimError):
    """A site does not take what a person types."""


def visit(sky: Sky, browser: Browser, url: str, username: str, password: str | None = None) -> Page:
    """The page where nothing more is asked. The password is the one that the world knows of the person at the site that
    asks, unless given; SiteRefusal where a site does not take what they type."""
    page, shown = browser.open(url), list[str]()
    for _ in range(_MOST_PAGES):
        if page.form is None:
            return page
        name, refused = str(page.body.get("Challenge") or page.body.get("Page")), page.body.get("Error")
        if refused and name in shown:
            raise SiteRefusal(f"{username!r} does not get past the page {name}: {refused}")
        shown.append(name)
        typed = password or password_at(sky.world, page.host, username) or ""
        page = browser.submit(page, **fields_of(page, name, Person(username, typed), sky.now))
    raise SiteRefusal(f"{username!r} is led over ever more pages: {', '.join(shown)}")


def password_at(world: World, host: str, username: str) -> str | None:
    """The password that the world knows of a person at a site, None where it knows none."""
    for domain in world.domains.values():
        if domain.host() == host:
            user = find_user(world, username, domain.pool_id)
            return world.known_passwords.get((user.pool_id, user.username))
    for server in world.ad_fs.values():
        if urlsplit(server.base_url).netloc == host and username.lower() in server.users:
            return server.users[username.lower()].password
    for issuer in world.oidc_issuers.values():
        if urlsplit(str(discovery(issuer).get("authorization_endpoint"))).netloc == host and username in issuer.users:
            return issuer.users[username].password
    return None
