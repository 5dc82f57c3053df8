"""The recipes: several calls through the door, as the people of a story would make them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from cogsim.actors.app import secret_hash
from cogsim.errors import InputError
from cogsim.scenario.document import Action, Call, Confirm, Refresh, SignIn, SignUp, Step, Vend
from cogsim.scenario.references import Reference, evaluate, references
from cogsim.scenario.saved import Names, Person, Saved
from cogsim.simulation import Simulation
from cogsim.world.names import find_client
from cogsim.world.user_pool_client import UserPoolClient


def perform(step: Step, door: Simulation, names: Names) -> Saved:
    """Do what the step says and give what it leaves behind; AWS's refusals are raised."""
    action = step.action
    match action:
        case Call():
            params = evaluate(action.params, names.value)
            return door.call(action.operation, params, names.signer(action.signer))
        case SignUp():
            return _sign_up(action, door, names)
        case Confirm():
            return _confirm(action, door, names)
        case SignIn():
            return _sign_in(action, door, names)
        case Refresh():
            return _refresh(action, door, names)
        case Vend():
            return _vend(action, step, door, names)
        case _:
            raise TypeError(f"not an action of a person: {action!r}")


def _client(expression: Any, names: Names, person: Person | None) -> UserPoolClient:
    name = names.text(expression)
    return find_client(names.simulation.world, name or (person.client_id if person else None))


def _sign_up(action: SignUp, door: Simulation, names: Names) -> Person:
    client = _client(action.client, names, None)
    username, password = names.text(action.username) or action.person, names.text(action.password)
    attributes = evaluate(action.attributes, names.value)
    written = [{"Name": name, "Value": attributes[name]} for name in attributes]
    hashed = secret_hash(client, username)
    answer = door.call(
        "cognito-idp:SignUp",
        {
            "ClientId": client.id,
            "Username": username,
            "Password": password,
            **({"UserAttributes": written} if written else {}),
            **({"SecretHash": hashed["SECRET_HASH"]} if hashed else {}),
        },
    )
    return Person(username, client.id, client.pool_id, password, answer)


def _confirm(action: Confirm, door: Simulation, names: Names) -> Person:
    person = names.person(action.person)
    client = _client(action.client, names, person)
    person = person or Person(action.person, client.id, client.pool_id)
    code = names.text(action.code)
    if code is None:
        code = _code(action.person, person, names)
    hashed = secret_hash(client, person.username)
    door.call(
        "cognito-idp:ConfirmSignUp",
        {
            "ClientId": client.id,
            "Username": person.username,
            "ConfirmationCode": code,
            **({"SecretHash": hashed["SECRET_HASH"]} if hashed else {}),
        },
    )
    return person


def _code(name: str, person: Person, names: Names) -> str:
    sent = [message.code for message in names.simulation.mailbox(person.username, person.pool_id) if message.code]
    if not sent:
        raise InputError(f"no code in the mailbox of {name!r}")
    return sent[-1]


def _sign_in(action: SignIn, door: Simulation, names: Names) -> Person:
    known = names.person(action.person)
    client = _client(action.client, names, known)
    username = names.text(action.username) or (known.username if known else action.person)
    password = names.text(action.password) or (known.password if known else None)
    operator = names.signer(action.operator)
    session = door.sign_in(username, client.id, password, operator)
    person = replace(
        known or Person(username), username=username, client_id=client.id, pool_id=client.pool_id, session=session
    )
    person = replace(person, password=password, identity=None)
    pool = names.text(action.identity_pool)
    return person if pool is None else replace(person, identity=door.credentials(session, pool))


def _person(name: str, names: Names) -> Person:
    person = names.person(name)
    if person is None or person.session is None:
        raise InputError(f"{name!r} has not signed in")
    return person


def _refresh(action: Refresh, door: Simulation, names: Names) -> Person:
    person = _person(action.person, names)
    assert person.session is not None
    return replace(person, session=door.refresh(person.session))


def _vend(action: Vend, step: Step, door: Simulation, names: Names) -> Person:
    pool = names.text(action.identity_pool)
    if action.person == "guest":
        return Person("guest", identity=door.credentials(None, pool))
    person = _person(action.person, names)
    return replace(person, identity=door.credentials(person.session, pool))


def actor(action: Action) -> str:
    """Who acts, in a reader's word."""
    if isinstance(action, Call):
        signer = action.signer
        if isinstance(signer, Reference):
            return ".".join((signer.name, *signer.path))
        return str(signer) if signer is not None else _bearer(action)
    return str(getattr(action, "person", ""))


def _bearer(action: Call) -> str:
    """Whose token or identity an unsigned call bears."""
    for reference in references(action.params):
        if reference.path[-1:] in (("AccessToken",), ("IdToken",), ("RefreshToken",), ("IdentityId",)):
            return reference.name
    return "anyone"
