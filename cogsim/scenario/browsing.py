"""The step `browse:`: a person opens an address, and signs in where a page on the way asks for it."""

from __future__ import annotations

from dataclasses import replace

from cogsim.actors.visitor import visit
from cogsim.scenario.document import Browse
from cogsim.scenario.saved import Names, Person
from cogsim.simulation import Simulation


def browse(action: Browse, door: Simulation, names: Names) -> Person:
    """The person, with what the browser shows in the end: `Status`, `Url`, `Body`, and behind a load balancer what its
    `Target` saw; `Cookies` are those of the site, which whoever takes them has."""
    known = names.person(action.person)
    username = names.text(action.username) or (known.username if known else action.person)
    browser = names.belongings.browser(action.browser or action.person, door.browser)
    page = visit(door, browser, names.text(action.url) or "", username, names.text(action.password))
    body = {name: value for name, value in page.body.items() if name != "Target"}
    shown = {"Status": page.status, "Url": page.url, "Body": body, "Target": page.body.get("Target", {})}
    person = known or Person(username)
    return replace(person, answer={**person.answer, **shown, "Cookies": browser.cookies(page.host)})
