"""Every name of a scenario held against the world and the steps before it, before anything runs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cogsim.aws.model import operation_shape
from cogsim.errors import InputError, Location, suggest
from cogsim.scenario.document import (
    AskAdFs,
    AskBroker,
    Call,
    ChangePassword,
    Confirm,
    ForgotPassword,
    OpenLink,
    Presign,
    Refresh,
    RegisterPasskey,
    RememberDevice,
    ResetPassword,
    Scenario,
    SendForm,
    SetUpAuthenticator,
    SignForm,
    SignIn,
    SignOut,
    SignUp,
    Step,
    Vend,
)
from cogsim.scenario.references import Expression, Reference, references
from cogsim.scenario.saved import CREDENTIAL_MEMBERS, PERSON_ATTRIBUTES, logical_value
from cogsim.world.names import find_ad_fs, find_broker, find_client, find_identity_pool, is_named
from cogsim.world.world import World

#: What a saved name holds: an operation's response, or a person.
_PERSON = "person"
#: What a signed form is known as.
_FORM = "form"
#: What a step uses that another signed: an address that is opened, or a form that is sent.
_SIGNED_KINDS = ("presigned address", "signed form")

#: The fields of people's steps that may hold references.
_NAMED = (
    *("username", "client", "password", "attributes", "code", "operator", "identity_pool", "new_password", "previous"),
    *("broker", "wishes", "console", "party", "directory", "url"),
)
#: The steps of somebody who has signed in.
_Signed = Refresh | Vend | ChangePassword | SetUpAuthenticator | RegisterPasskey | RememberDevice | SignOut


def check(scenario: Scenario, world: World) -> None:
    """Raise InputError, with place and suggestion, for the first name in the scenario that means nothing."""
    known: dict[str, str] = {}
    passkeys: list[str] = []
    later = {step.save: step.location for step in reversed(scenario.steps) if step.save}
    links: dict[str, str] = {}
    for step in scenario.steps:
        for expression in _expressions(step):
            _check_names(expression, known, later, world)
        _check_people(step, known, world)
        _check_passkey(step, passkeys)
        _check_link(step, links)
        if step.save:
            _check_shadow(step.save, step.location, world)
            known[step.save] = _saved_as(step, links)
        for expression in _afterwards(step):
            _check_names(expression, known, later, world)
    for row in scenario.access:
        for expression in (row.who, row.resource, row.context):
            _check_names(expression, known, {}, world)
    for invariant in scenario.invariants:
        _check_names(invariant.spec, known, {}, world)


def _expressions(step: Step) -> Iterator[Expression]:
    """What a step needs before it runs."""
    action = step.action
    if isinstance(action, Call | Presign):
        yield from (action.params, action.signer)
    if isinstance(action, OpenLink):
        yield from (action.link, action.body)
    if isinstance(action, SignForm):
        yield from (action.bucket, action.conditions, action.signer)
    if isinstance(action, SendForm):
        yield from (action.form, action.fields, action.body, action.filename)
    for name in _NAMED:
        yield getattr(action, name, None)
    yield from getattr(action, "answers", ())


def _afterwards(step: Step) -> Iterator[Expression]:
    """What a step's expectations need; they may name what it saves."""
    expect = step.expect
    yield expect.role
    for each in (expect.response, expect.because, expect.differs, expect.id_token, expect.access_token):
        yield from (expected.value for expected in each)
    for message in expect.sent or ():
        yield from (expected.value for expected in message)
    yield from (*(expect.items or ()), *(expect.objects or ()))


def _saved_as(step: Step, links: dict[str, str]) -> str:
    """What the name of a step's `save` holds: a person, or the answer of an operation."""
    action = step.action
    if isinstance(action, OpenLink) and isinstance(action.link, Reference):
        return links[action.link.name]
    if isinstance(action, SendForm):
        return "s3:PutObject"
    if isinstance(action, Presign | SignForm):
        links[step.save or ""] = action.operation if isinstance(action, Presign) else _FORM
    return action.operation if isinstance(action, Call) else _PERSON


def _check_link(step: Step, links: dict[str, str]) -> None:
    """An address is opened, and a form sent, once an earlier step has signed it."""
    action = step.action
    wanted = action.link if isinstance(action, OpenLink) else action.form if isinstance(action, SendForm) else None
    signed = [name for name, what in links.items() if (what == _FORM) == isinstance(action, SendForm)]
    if isinstance(wanted, Reference) and wanted.name not in signed:
        kind, near = _SIGNED_KINDS[isinstance(action, SendForm)], suggest(wanted.name, signed)
        raise InputError(f"{wanted} is no {kind}", wanted.location, f"${near}" if near else None)


def _check_names(expression: Expression, known: dict[str, str], later: dict[str, Location], world: World) -> None:
    for reference in references(expression):
        kind = known.get(reference.name)
        if kind == _PERSON:
            _check_person_path(reference)
        elif kind is not None:
            _check_response_path(reference, kind)
        elif is_named(world, reference.name):
            logical_value(world, reference)
        elif reference.name in later:
            place = later[reference.name]
            raise InputError(f"${reference.name} is used before it is saved, at {place}", reference.location)
        else:
            _unknown(reference, known, world)


def _unknown(reference: Reference, known: dict[str, str], world: World) -> None:
    ambiguous = [name for name in world.names if name.rpartition("/")[2] == reference.name]
    if ambiguous:
        listed = ", ".join(f"${name}" for name in ambiguous)
        raise InputError(f"${reference.name} is in several stacks: write one of {listed}", reference.location)
    stack, slash, logical_id = reference.name.partition("/")
    if slash and (stack in known or is_named(world, stack)):
        raise InputError(
            f"{reference}: nothing in a stack called {stack!r} has the logical id {logical_id!r}",
            reference.location,
            f"$({stack})/{logical_id}",
        )
    choices = [*known, *(name.rpartition("/")[2] for name in world.names), *world.names]
    near = suggest(reference.name, choices)
    raise InputError(
        f"${reference.name}: no step saved that name, and nothing in the world has that logical id",
        reference.location,
        f"${near}" if near else None,
    )


def _check_person_path(reference: Reference) -> None:
    held = reference.path if reference.path[:1] == ("credentials",) else reference.path[:1]
    for name, choices in zip(held, (PERSON_ATTRIBUTES, CREDENTIAL_MEMBERS), strict=False):
        if name not in choices:
            near = suggest(name, choices)
            raise InputError(
                f"${reference.name} has no {name!r}; a person has {', '.join(choices)}",
                reference.location,
                f"${reference.name}.{near}" if near else None,
            )


def _check_response_path(reference: Reference, operation: str) -> None:
    shape: Any = operation_shape(operation).model.output_shape
    so_far = f"${reference.name}"
    for name in reference.path:
        if shape is None or shape.type_name in ("map", "list") or getattr(shape, "is_document_type", False):
            return
        members = shape.members if shape.type_name == "structure" else {}
        if name not in members:
            near = suggest(name, members)
            hint = f"{so_far}.{near}" if near else None
            raise InputError(f"{so_far} holds no {name!r}: {operation} does not answer it", reference.location, hint)
        so_far, shape = f"{so_far}.{name}", members[name]


def _check_shadow(name: str, location: Location, world: World) -> None:
    hidden = [full for full in world.names if full.rpartition("/")[2] == name]
    if hidden:
        raise InputError(
            f"cannot save as {name!r}: the world has {world.names[hidden[0]].type} of that logical id", location
        )


def _check_people(step: Step, known: dict[str, str], world: World) -> None:
    action = step.action
    guest = isinstance(action, Vend) and action.person == "guest"
    if isinstance(action, _Signed) and not guest and not _is_person(action.person, known):
        people = [name for name, kind in known.items() if kind == _PERSON]
        raise InputError(f"{action.person!r} has not signed in", step.location, suggest(action.person, people))
    if isinstance(action, Confirm) and action.client is None and not _is_person(action.person, known):
        raise InputError(f"{action.person!r} has not signed up in this story: say through which client", step.location)
    if isinstance(action, SignUp | SignIn | Confirm | ForgotPassword | ResetPassword) and action.client is not None:
        _check_found(action.client, find_client, world, step.location)
    if isinstance(action, SignIn | Vend) and action.identity_pool is not None:
        _check_found(action.identity_pool, find_identity_pool, world, step.location)
    if isinstance(action, AskBroker) and action.broker is not None:
        _check_found(action.broker, find_broker, world, step.location)
    if isinstance(action, AskAdFs) and action.directory is not None:
        _check_found(action.directory, find_ad_fs, world, step.location)


def _check_passkey(step: Step, registered: list[str]) -> None:
    """A passkey signs in once an earlier step has registered it."""
    action = step.action
    if isinstance(action, RegisterPasskey):
        registered.append(action.passkey)
    elif isinstance(action, SignIn) and action.passkey is not None and action.passkey not in registered:
        near = suggest(action.passkey, registered)
        raise InputError(f"no step before has registered a passkey on {action.passkey!r}", step.location, near)


def _is_person(name: str, known: dict[str, str]) -> bool:
    """A person saved under that name; a name that cannot be saved under is looked up among the usernames later."""
    return known.get(name) == _PERSON or not name.isidentifier()


def _check_found(expression: Expression, finder: Any, world: World, location: Location) -> None:
    """An app client or identity pool that is named outright, or by its logical id, must be there."""
    if isinstance(expression, Reference):
        if not is_named(world, expression.name):
            return
        name, location = logical_value(world, expression), expression.location
    elif isinstance(expression, str):
        name = expression
    else:
        return
    try:
        finder(world, name)
    except InputError as error:
        raise InputError(error.message, location, error.suggestion) from None
