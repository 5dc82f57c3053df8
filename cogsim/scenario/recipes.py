"""The recipes: several calls through the door, as the people of a story would make them."""

from __future__ import annotations

from dataclasses import replace

from cogsim.actors.account import with_hash
from cogsim.actors.app import SignedIn
from cogsim.aws.call import Outcome
from cogsim.scenario.account_recipes import client_of, code_of, manage, signed_in_as
from cogsim.scenario.browsing import browse
from cogsim.scenario.document import (
    Action,
    AskAdFs,
    AskBroker,
    Browse,
    Call,
    Confirm,
    OpenLink,
    Presign,
    Refresh,
    SendForm,
    SignForm,
    SignIn,
    SignUp,
    Step,
    Vend,
)
from cogsim.scenario.links import follow, sign, sign_upload, upload
from cogsim.scenario.references import Reference, evaluate, references
from cogsim.scenario.saved import Names, Person, Saved
from cogsim.simulation import Simulation
from cogsim.world.names import find_ad_fs
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
        case AskBroker():
            return _ask_broker(action, door, names)
        case AskAdFs():
            return _ask_ad_fs(action, door, names)
        case Browse():
            return browse(action, door, names)
        case Presign():
            return sign(action, step, door, names)
        case OpenLink():
            return follow(action, door, names)
        case SignForm():
            return sign_upload(action, step, door, names)
        case SendForm():
            return upload(action, door, names)
        case _:
            return manage(action, door, names)


def _sign_up(action: SignUp, door: Simulation, names: Names) -> Person:
    client = client_of(action.client, names, None)
    username, password = names.text(action.username) or action.person, names.text(action.password)
    attributes = evaluate(action.attributes, names.value)
    written = [{"Name": name, "Value": attributes[name]} for name in attributes]
    proved = {} if password is None else {"Password": password}
    params = {**with_hash(client, username), **proved, **({"UserAttributes": written} if written else {})}
    answer = door.call("cognito-idp:SignUp", params)
    return Person(username, client.id, client.pool_id, password, answer)


def _confirm(action: Confirm, door: Simulation, names: Names) -> Person:
    person = names.person(action.person)
    client = client_of(action.client, names, person)
    person = person or Person(action.person, client.id, client.pool_id)
    code = code_of(action.code, action.person, person, names)
    door.call("cognito-idp:ConfirmSignUp", {**with_hash(client, person.username), "ConfirmationCode": code})
    return person


def _sign_in(action: SignIn, door: Simulation, names: Names) -> Person:
    known = names.person(action.person)
    client = client_of(action.client, names, known)
    username = names.text(action.username) or (known.username if known else action.person)
    if action.provider is not None:
        username = names.text(action.username) or action.person
    password, before = names.text(action.password) or (known.password if known else None), len(door.cloud.log)
    session = _session(action, door, names, client, username, password)
    username = session.username if action.provider is not None else username
    made = known or Person(username)
    person = replace(made, username=username, client_id=client.id, pool_id=client.pool_id, session=session)
    chosen = names.text(action.new_password) if _had_to_choose(door, before) else None
    person = replace(person, password=chosen or password, identity=None)
    pool = names.text(action.identity_pool)
    return person if pool is None else replace(person, identity=door.credentials(session, pool))


def _had_to_choose(door: Simulation, before: int) -> bool:
    """Whether one of the calls since chose a first password."""
    made = (entry for entry in door.cloud.log[before:] if isinstance(entry, Outcome))
    answers = (outcome.call.params.get("Form") or outcome.call.params for outcome in made)
    return any(answer.get("ChallengeName") == "NEW_PASSWORD_REQUIRED" for answer in answers)


def _session(
    action: SignIn, door: Simulation, names: Names, client: UserPoolClient, username: str, password: str | None
) -> SignedIn:
    """By the pool's own questions, by a chosen factor, or as the client's flows have it."""
    held, pool = names.belongings, door.world.user_pools[client.pool_id]
    account = (pool.id, door.world.resolve_username(pool, username) or username)
    app = held.app(action.authenticator, *account) if action.authenticator else None
    device = held.device(action.device, *account) if action.device else None
    if device is not None:
        device.remember = action.remember
    if action.answers:
        proved = names.text(action.password)
        solutions = [names.text(answer) or "" for answer in action.answers]
        return door.sign_in_by_answers(
            username, solutions, client.id, password=proved, authenticator=app, device=device, mfa=action.mfa
        )
    new_password = names.text(action.new_password)
    if action.provider is not None:
        return door.sign_in_hosted(
            username,
            *(client.id, action.provider, names.text(action.password)),
            browser=held.browser(action.browser, door.browser) if action.browser else None,
            scope=action.scope,
            new_password=new_password,
            authenticator=app,
            mfa=action.mfa,
        )
    if action.factor is None:
        operator = names.signer(action.operator)
        return door.sign_in(
            username,
            *(client.id, password, operator),
            new_password=new_password,
            authenticator=app,
            device=device,
            mfa=action.mfa,
        )
    return door.sign_in_by_choice(
        username,
        *(action.factor, client.id),
        password=password if action.factor.startswith("PASSWORD") else None,
        passkey=held.passkeys(action.passkey) if action.passkey else None,
        origin=action.page,
        new_password=new_password,
        authenticator=app,
        device=device,
        mfa=action.mfa,
    )


def _refresh(action: Refresh, door: Simulation, names: Names) -> Person:
    person, session = signed_in_as(action.person, names)
    return replace(person, session=door.refresh(session))


def _vend(action: Vend, step: Step, door: Simulation, names: Names) -> Person:
    pool = names.text(action.identity_pool)
    if action.person == "guest":
        return Person("guest", identity=door.credentials(None, pool))
    person, session = signed_in_as(action.person, names)
    return replace(person, identity=door.credentials(session, pool))


def _ask_broker(action: AskBroker, door: Simulation, names: Names) -> Person:
    """The session, and what tells it apart: `Arn`, and the `SigninToken` of the console."""
    username, console = names.text(action.username) or action.person, names.text(action.console)
    said = evaluate(action.wishes, names.value)
    made = door.broker_session(
        username, names.text(action.broker), names.text(action.password), wishes=said, console=console
    )
    told = {"Arn": made.arn, "SigninToken": made.signin_token}
    return Person(username, answer={name: value for name, value in told.items() if value is not None}, identity=made)


def _ask_ad_fs(action: AskAdFs, door: Simulation, names: Names) -> Person:
    """The response that the person's browser would post, as `SAMLResponse`; they keep what they held."""
    username, party = names.text(action.username) or action.person, names.text(action.party)
    provider = find_ad_fs(door.world, names.text(action.directory))
    known = provider.users.get(username.lower())
    said = names.text(action.password) or (known.password if known is not None else "")
    posted = names.belongings.ad_fs(provider.entity_id).start(door.world, party or "", username, said, now=door.now)
    person = names.person(action.person) or Person(username)
    return replace(person, username=username, answer={**person.answer, "SAMLResponse": posted.saml_response})


def actor(action: Action) -> str:
    """Who acts, in a reader's word."""
    if isinstance(action, Call | Presign | SignForm):
        signer = action.signer
        if isinstance(signer, Reference):
            return ".".join((signer.name, *signer.path))
        return str(signer) if signer is not None or isinstance(action, Presign | SignForm) else _bearer(action)
    return str(getattr(action, "person", "") or getattr(action, "visitor", ""))


def _bearer(action: Call) -> str:
    """Whose token or identity an unsigned call bears."""
    for reference in references(action.params):
        if reference.path[-1:] in (("AccessToken",), ("IdToken",), ("RefreshToken",), ("IdentityId",)):
            return reference.name
    return "anyone"
