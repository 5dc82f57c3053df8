"""The steps `presign:` and `open_link:`: somebody signs an address of S3, and whoever has it opens it.

Whoever opens it is whose eyes see what comes back, not the one whose keys it was signed with: the leak check is told.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from cogsim.actors.broker import BrokerSession
from cogsim.actors.presigner import open_link, presign
from cogsim.analysis.tenants import Somebody
from cogsim.clock import duration
from cogsim.errors import InputError
from cogsim.load.nodes import Record, Scalar
from cogsim.scenario.document import Action, OpenLink, Presign, Step
from cogsim.scenario.fields import expression, fields, text
from cogsim.scenario.leaks import Watch
from cogsim.scenario.parameters import check_operation, parameters
from cogsim.scenario.references import Reference, evaluate
from cogsim.scenario.saved import Names, NotSaved, Person
from cogsim.simulation import Simulation
from cogsim.world.world import World


def _presign(node: Record) -> Action:
    body = node.get("presign")
    assert body is not None
    body = fields(body, "presign", ("as", "call", "with", "expires"), ("as", "call"))
    if node.get("save") is None:
        raise body.error("presign needs a field 'save' beside it: the name of the address")
    written, span = body.get("call"), body.get("expires")
    assert isinstance(written, Scalar)
    operation = check_operation(written)
    if not operation.startswith("s3:"):
        raise written.error(f"an address is presigned for an operation of S3, not for {operation}")
    try:
        seconds = 3600.0 if span is None else duration(text(span, "expires"))
    except InputError as error:
        raise (span or body).error(error.message) from None
    return Presign(operation, parameters(operation, body.get("with")), expression(body, "as"), seconds)


def _open_link(node: Record) -> Action:
    body = node.get("open_link")
    assert body is not None
    body = fields(body, "open_link", ("as", "link", "body"), ("as", "link"))
    visitor, link = body.get("as"), expression(body, "link")
    assert visitor is not None
    if not isinstance(link, Reference) or link.path:
        raise body.key("link").error("link is the name that an address was saved under, such as $link")
    return OpenLink(text(visitor, "as").removeprefix("$"), link, expression(body, "body"))


#: The two steps, by the word they are written with.
LINKS: dict[str, Callable[[Record], Action]] = {"presign": _presign, "open_link": _open_link}


def sign(action: Presign, step: Step, door: Simulation, names: Names) -> Mapping[str, Any]:
    """The address, as `Url`; it is kept under the step's name."""
    params = evaluate(action.params, names.value)
    link = presign(door, action.operation, params, names.signer(action.signer), action.seconds)
    names.links[step.save or ""] = link
    return {"Url": link.url}


def follow(action: OpenLink, door: Simulation, names: Names) -> Mapping[str, Any]:
    """What the address gives; AWS's refusals are raised."""
    assert isinstance(action.link, Reference)
    link = names.links.get(action.link.name)
    if link is None:
        raise NotSaved(str(action.link))
    return open_link(door, link, names.text(action.body))


def opener(action: OpenLink, names: Names, watch: Watch) -> Somebody:
    """Who sees what comes back: the person of that name, by the session that they hold or have signed in to."""
    person, simulation = names.person(action.visitor), names.simulation
    if person is None:
        return Somebody(action.visitor)
    if isinstance(person.identity, BrokerSession):
        return watch.hand(person.identity)
    world = simulation.world
    identity = world.identities.get(person.identity.identity_id) if person.identity is not None else None
    held = ((identity.pool_id, person.identity.identity_id),) if person.identity is not None and identity else ()
    return Somebody(person.username, _account(person, world), held)


def _account(person: Person, world: World) -> tuple[tuple[str, str], ...]:
    """The user of a pool that the person is signed in as, by the pool and the subject."""
    if person.session is None:
        return ()
    pool = world.user_pools[person.session.pool_id]
    username = world.resolve_username(pool, person.session.username)
    user = world.pool_users.get((pool.id, username)) if username is not None else None
    return ((pool.id, user.sub),) if user is not None else ()
