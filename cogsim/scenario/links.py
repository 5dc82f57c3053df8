"""Steps with what somebody signs of S3 and others use: `presign:` and `open_link:`, `sign_form:` and `send_form:`.

Whoever uses it is whose eyes see what comes back, not the one whose keys it was signed with: the leak check is told.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from cogsim.actors.broker import BrokerSession
from cogsim.actors.form_uploads import send_form, sign_form
from cogsim.actors.presigner import open_link, presign
from cogsim.analysis.tenants import Somebody
from cogsim.clock import duration
from cogsim.errors import InputError
from cogsim.load.nodes import Record, Scalar, Series
from cogsim.scenario.document import Action, OpenLink, Presign, SendForm, SignForm, Step
from cogsim.scenario.fields import expression, fields, text, texts
from cogsim.scenario.leaks import Watch
from cogsim.scenario.parameters import check_operation, parameters, untyped
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
    written = body.get("call")
    assert isinstance(written, Scalar)
    operation = check_operation(written)
    if not operation.startswith("s3:"):
        raise written.error(f"an address is presigned for an operation of S3, not for {operation}")
    return Presign(operation, parameters(operation, body.get("with")), expression(body, "as"), _span(body))


def _span(body: Record) -> float:
    """`expires:`, an hour where it is not said."""
    span = body.get("expires")
    try:
        return 3600.0 if span is None else duration(text(span, "expires"))
    except InputError as error:
        raise (span or body).error(error.message) from None


def _sign_form(node: Record) -> Action:
    body = node.get("sign_form")
    assert body is not None
    needed = ("as", "bucket", "conditions")
    body = fields(body, "sign_form", (*needed, "expires"), needed)
    if node.get("save") is None:
        raise body.error("sign_form needs a field 'save' beside it: the name of the form")
    stated = body.get("conditions")
    assert stated is not None
    if not isinstance(stated, Series):
        raise stated.error("conditions are a list, each a mapping or a list of three")
    return SignForm(expression(body, "bucket"), untyped(stated), expression(body, "as"), _span(body))


def _send_form(node: Record) -> Action:
    body = node.get("send_form")
    assert body is not None
    body = fields(body, "send_form", ("as", "form", "fields", "body", "filename"), ("as", "form"))
    visitor, form = body.get("as"), expression(body, "form")
    assert visitor is not None
    if not isinstance(form, Reference) or form.path:
        raise body.key("form").error("form is the name that a form was saved under, such as $form")
    name = text(visitor, "as").removeprefix("$")
    return SendForm(name, form, texts(body, "fields"), expression(body, "body"), expression(body, "filename"))


def _open_link(node: Record) -> Action:
    body = node.get("open_link")
    assert body is not None
    body = fields(body, "open_link", ("as", "link", "body"), ("as", "link"))
    visitor, link = body.get("as"), expression(body, "link")
    assert visitor is not None
    if not isinstance(link, Reference) or link.path:
        raise body.key("link").error("link is the name that an address was saved under, such as $link")
    return OpenLink(text(visitor, "as").removeprefix("$"), link, expression(body, "body"))


#: The steps, by the word they are written with.
LINKS: dict[str, Callable[[Record], Action]] = {
    "presign": _presign,
    "open_link": _open_link,
    "sign_form": _sign_form,
    "send_form": _send_form,
}


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


def sign_upload(action: SignForm, step: Step, door: Simulation, names: Names) -> Mapping[str, Any]:
    """The fields that sign the form; it is kept under the step's name."""
    conditions = evaluate(action.conditions, names.value)
    signer, bucket = names.signer(action.signer), names.text(action.bucket) or ""
    names.forms[step.save or ""] = form = sign_form(door, bucket, conditions, signer, action.seconds)
    return {"Fields": dict(form.fields)}


def upload(action: SendForm, door: Simulation, names: Names) -> Mapping[str, Any]:
    """What S3 answers to the form; its refusals are raised."""
    assert isinstance(action.form, Reference)
    form = names.forms.get(action.form.name)
    if form is None:
        raise NotSaved(str(action.form))
    filled = evaluate(action.fields, names.value)
    return send_form(door, form, filled, names.text(action.body) or "", names.text(action.filename) or "")


def opener(action: OpenLink | SendForm, names: Names, watch: Watch) -> Somebody:
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
