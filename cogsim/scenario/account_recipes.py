"""The recipes for one's own account: passwords, second factors, passkeys, devices, signing out."""

from __future__ import annotations

from dataclasses import replace

from cogsim.actors import account
from cogsim.actors.app import SignedIn
from cogsim.errors import InputError
from cogsim.scenario.document import (
    Action,
    ChangePassword,
    ForgotPassword,
    RegisterPasskey,
    RememberDevice,
    ResetPassword,
    SetUpAuthenticator,
    SignOut,
)
from cogsim.scenario.references import Expression
from cogsim.scenario.saved import Names, NotSaved, Person
from cogsim.simulation import Simulation
from cogsim.world.names import find_client
from cogsim.world.user_pool_client import UserPoolClient


def manage(action: Action, door: Simulation, names: Names) -> Person:
    """Do what a person does about their account; AWS's refusals are raised."""
    match action:
        case ForgotPassword() | ResetPassword():
            return _recover(action, door, names)
        case ChangePassword():
            return _change_password(action, door, names)
        case SetUpAuthenticator() | RegisterPasskey() | RememberDevice() | SignOut():
            return _signed_in(action, door, names)
        case _:
            raise TypeError(f"not an action of a person: {action!r}")


def _recover(action: ForgotPassword | ResetPassword, door: Simulation, names: Names) -> Person:
    known = names.person(action.person)
    client = client_of(action.client, names, known)
    username = names.text(action.username) or (known.username if known else action.person)
    person = replace(known or Person(username), username=username, client_id=client.id, pool_id=client.pool_id)
    if isinstance(action, ForgotPassword):
        account.forgot_password(door, client, username)
        return person
    code, password = code_of(action.code, action.person, person, names), names.text(action.password) or ""
    account.reset_password(door, client, username, code, password)
    return replace(person, password=password)


def _change_password(action: ChangePassword, door: Simulation, names: Names) -> Person:
    person, session = signed_in_as(action.person, names)
    world, password = door.world, names.text(action.password) or ""
    known = person.password or world.known_passwords.get((session.pool_id, session.username))
    account.change_password(door, session, names.text(action.previous) or known, password)
    return replace(person, password=password)


def _signed_in(
    action: SetUpAuthenticator | RegisterPasskey | RememberDevice | SignOut, door: Simulation, names: Names
) -> Person:
    person, session = signed_in_as(action.person, names)
    pool = door.world.user_pools[session.pool_id]
    match action:
        case SetUpAuthenticator():
            username = door.world.resolve_username(pool, session.username) or session.username
            app = names.belongings.app(action.authenticator, pool.id, username)
            account.set_up_authenticator(door, session, app, prefer=action.prefer)
        case RegisterPasskey():
            door.register_passkey(session, names.belongings.passkeys(action.passkey), action.page)
        case RememberDevice():
            account.remember_device(door, session, remember=action.remember)
        case SignOut():
            client = door.world.clients[session.client_id]
            account.sign_out(door, client, session, everywhere=action.everywhere)
    return person


def client_of(expression: Expression, names: Names, person: Person | None) -> UserPoolClient:
    """The app client that a step names, else the one the person used last, else the only one."""
    name = names.text(expression)
    return find_client(names.simulation.world, name or (person.client_id if person else None))


def signed_in_as(name: str, names: Names) -> tuple[Person, SignedIn]:
    """The person of that name, and the session they hold."""
    person = names.person(name)
    if (person is None or person.session is None) and name in names.missed:
        raise NotSaved(f"${name}")
    if person is None or person.session is None:
        raise InputError(f"{name!r} has not signed in")
    return person, person.session


def code_of(expression: Expression, name: str, person: Person, names: Names) -> str:
    """The code that a step states, else the newest in the person's mailbox."""
    written = names.text(expression)
    if written is not None:
        return written
    sent = [message.code for message in names.simulation.mailbox(person.username, person.pool_id) if message.code]
    if not sent:
        raise InputError(f"no code in the mailbox of {name!r}")
    return sent[-1]
