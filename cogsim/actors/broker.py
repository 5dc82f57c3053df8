"""A custom identity broker at work: it signs a person in by itself and asks AWS for a session with its own keys.

It decides nothing: who comes in and what is asked for is `decisions.broker_choice`'s to say. What it hands out are
keys, and on request the URL that signs a browser in to the console. # ug:console-federation
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from cogsim.actors.app import Door, identity_session
from cogsim.arn import Arn
from cogsim.aws.call import Credentials
from cogsim.decision import Decision, Refusal
from cogsim.decisions.broker_call import RULE, SESSION_NAME, TENANT, Grant
from cogsim.decisions.broker_choice import authenticate_person, choose_session
from cogsim.decisions.console_session import login_url
from cogsim.errors import AwsError, CogsimError, InputError, suggest
from cogsim.frozen import thaw
from cogsim.policy.built_in_issuers import COGNITO_PRINCIPALS
from cogsim.world.broker import Broker


class BrokerRefusal(CogsimError):
    """What a broker says to a person instead of getting a session; `decision` has its reasons."""

    def __init__(self, message: str, decision: Decision[Any]) -> None:
        super().__init__(message)
        self.decision = decision


@dataclass(frozen=True, slots=True)
class BrokerSession:
    """What a broker handed a person: keys, until when they hold (seconds; None for long-term ones), and AWS's answer.

    `decision` are the broker's own reasons; `console_url` signs a browser in, where that was asked for.
    """

    person: str
    broker: str
    credentials: Credentials
    expires_at: float | None
    answer: Mapping[str, Any] = field(repr=False)
    decision: Decision[Grant] = field(repr=False)
    identity_id: str | None = None
    #: The identity pool's token for a developer identity, which the person's app holds.
    token: str | None = field(default=None, repr=False)
    console_url: str | None = field(default=None, repr=False)

    @property
    def signin_token(self) -> str | None:
        """The token in the console's URL."""
        found = dict(parse_qsl(urlsplit(self.console_url or "").query))
        return found.get("SigninToken")

    @property
    def arn(self) -> str | None:
        """Who the session is to AWS, as far as the answer says."""
        for member in ("AssumedRoleUser", "FederatedUser"):
            if member in self.answer:
                return str(self.answer[member]["Arn"])
        return None


def open_session(
    door: Door,
    broker: Broker,
    person: str,
    password: str,
    wishes: Mapping[str, str],
    own: Credentials,
    client: Door | None = None,
) -> BrokerSession:
    """Sign `person` in at the broker and get what its rules give; `own` are the broker's credentials, and `client` is
    the door as the person's app sees it, where that makes a call of its own.

    What the broker refuses is a BrokerRefusal, what AWS refuses an AwsError; a wish that no broker hears is an
    InputError.
    """
    _check_wishes(broker, wishes)
    admitted = authenticate_person(broker, person, password)
    if isinstance(admitted.value, Refusal):
        raise BrokerRefusal(admitted.value.message, admitted)
    chosen = choose_session(broker, admitted.value, wishes)
    if isinstance(chosen.value, Refusal):
        raise BrokerRefusal(chosen.value.message, Decision(chosen.value, (*admitted.steps, *chosen.steps)))
    grant = chosen.value
    decision = Decision(grant, (*admitted.steps, *chosen.steps))
    if grant.operation is None:
        return BrokerSession(person, broker.name, own, None, {}, decision)
    answer = _ask(door, grant, own)
    if "Credentials" in answer:
        return BrokerSession(person, broker.name, *_keys(answer), answer, decision)
    # ci:developer: the key under which an identity pool takes its own tokens
    pool = COGNITO_PRINCIPALS.get(Arn.parse(broker.principal_arn).partition, "")
    logins = {"IdentityId": answer["IdentityId"], "Logins": {pool: answer["Token"]}}
    vended = (client or door).call("cognito-identity:GetCredentialsForIdentity", logins)
    held = identity_session(vended)
    keys, until, token = held.credentials, held.expires_at, str(answer["Token"])
    return BrokerSession(person, broker.name, keys, until, vended, decision, held.identity_id, token)


def open_console(
    door: Door, broker: Broker, session: BrokerSession, destination: str, seconds: int | None, partition: str
) -> str:
    """The URL that opens the console at `destination` for `seconds` (None: as long as the keys hold)."""
    keys = session.credentials
    asked = {"SessionId": keys.access_key_id, "SessionKey": keys.secret_access_key, "SessionToken": keys.session_token}
    if keys.session_token is None:
        raise InputError("long-term keys open no console: there is no session")
    length = {} if seconds is None else {"SessionDuration": seconds}
    token = door.call("cogsim:GetSigninToken", {**asked, **length})["SigninToken"]
    return login_url(str(token), broker.url, destination, partition)


def _check_wishes(broker: Broker, wishes: Mapping[str, str]) -> None:
    """A client may say anything; one that no broker could hear is a slip of whoever wrote it."""
    known = (RULE, SESSION_NAME, TENANT, *broker.wishes)
    for name in wishes:
        if name not in known:
            raise InputError(f"the broker {broker.name!r} knows no wish {name!r}", suggestion=suggest(name, known))


def _ask(door: Door, grant: Grant, own: Credentials) -> Mapping[str, Any]:
    assert grant.operation is not None
    try:
        return door.call(grant.operation, thaw(grant.params), own)
    except AwsError as error:
        if error.code != "PackedPolicyTooLarge" or grant.fallback is None:
            raise
        return door.call(grant.operation, thaw(grant.fallback), own)


def _keys(answer: Mapping[str, Any]) -> tuple[Credentials, float]:
    keys = answer["Credentials"]
    made = Credentials(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"])
    return made, float(keys["Expiration"].timestamp())
