"""The leak check beside a run: it follows every call, and leaves nothing behind in the cloud.

1. Administrators' word on people is kept apart from what people say of themselves: it begins with the world and takes
   in what the Admin operations state, and only what these state, as long as IAM's own users, roles and services make
   them: whoever came by a token or an assertion, a broker or no name at all is one of the people, also a guest whose
   role may call them.
2. Keys that a broker handed out are whoever's they were handed to, and so are the sessions made with them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from cogsim.actors.broker import BrokerSession
from cogsim.analysis.leak import Exchange, Leak
from cogsim.analysis.leaks import STORES, leaks, withheld
from cogsim.analysis.tenants import Somebody, somebody, standing
from cogsim.aws.call import Credentials, Outcome
from cogsim.decisions.caller import Caller, Root, Service, caller_account
from cogsim.persistent import Map
from cogsim.scenario.result import deciding
from cogsim.world.pool_user import PoolUser
from cogsim.world.world import World

_NEW_SESSIONS = ("sts:AssumeRole", "sts:GetFederationToken", "sts:GetSessionToken")


class Watch:
    """Follows the calls of a run in a world with tenancies; in any other it does nothing."""

    def __init__(self, world: World) -> None:
        self._beginning = self._before = world
        self._handed: dict[str, Somebody] = {}

    def fork(self) -> Watch:
        """One that knows the same, and goes on by itself."""
        twin = Watch(self._before)
        twin._beginning, twin._handed = self._beginning, dict(self._handed)
        return twin

    def hand(self, session: BrokerSession) -> Somebody:
        """Note that a broker handed these keys to the person."""
        broker = next(name for name in self._before.brokers if name == session.broker)
        who = Somebody(session.person, broker=(broker, session.person))
        self._handed[session.credentials.access_key_id] = who
        return who

    def see(self, outcome: Outcome, holder: Somebody | None = None) -> tuple[Leak, ...]:
        """What the call leaked, and what of the caller's own it was refused; `holder` is who makes it, where the story
        says so of keys that several hold."""
        before, self._before = self._before, outcome.world or self._before
        if not before.tenancies:
            return ()
        who = holder or self._holder(outcome)
        person = who or somebody(before, outcome.caller)
        self._chain(outcome, person)
        caller = standing(before, self._beginning, outcome.caller, who)
        if _administers(outcome.caller, person) and not caller.tenants:
            self._administered(outcome)
        if outcome.call.service not in STORES:
            return ()
        exchange = _exchange(outcome, before)
        because = deciding(outcome)
        found = leaks(outcome.call.service, exchange, caller, because)
        return (*found, *withheld(outcome.call.service, exchange, caller, because))

    def _holder(self, outcome: Outcome) -> Somebody | None:
        keys = outcome.call.credentials
        return self._handed.get(keys.access_key_id) if isinstance(keys, Credentials) else None

    def _chain(self, outcome: Outcome, who: Somebody) -> None:
        """A session made with somebody's keys is theirs."""
        made = (outcome.response or {}).get("Credentials") if outcome.call.operation in _NEW_SESSIONS else None
        if isinstance(made, Mapping):
            self._handed[str(made["AccessKeyId"])] = who

    def _administered(self, outcome: Outcome) -> None:
        """Take in what an administrator said of a person."""
        change = _ADMINISTERED.get(outcome.call.operation)
        if change is None or outcome.error is not None:
            return
        params, world = outcome.call.params, self._before
        pool = world.user_pools[params["UserPoolId"]]
        username = world.resolve_username(pool, params["Username"]) or params["Username"]
        now = world.pool_users.get((pool.id, username))
        if now is None:
            return
        known = self._beginning.pool_users.get((pool.id, username))
        if known is None or known.sub != now.sub:
            known = replace(now, attributes=Map(), groups=())
        self._beginning = self._beginning.with_pool_user(change(known, params))


def _administers(caller: Caller, who: Somebody) -> bool:
    """Whether the caller is one of IAM's own, or holds a role that one of these took."""
    return isinstance(caller, Root | Service) or who.principal is not None


def _as_is(user: PoolUser, params: Mapping[str, Any]) -> PoolUser:
    return user


def _attributes(user: PoolUser, params: Mapping[str, Any]) -> PoolUser:
    stated = {each["Name"]: str(each.get("Value", "")) for each in params.get("UserAttributes") or ()}
    return replace(user, attributes=user.attributes.update(stated))


def _without_attributes(user: PoolUser, params: Mapping[str, Any]) -> PoolUser:
    gone = set(params["UserAttributeNames"])
    return replace(user, attributes=Map({name: each for name, each in user.attributes.items() if name not in gone}))


def _joined(user: PoolUser, params: Mapping[str, Any]) -> PoolUser:
    return replace(user, groups=tuple(dict.fromkeys((*user.groups, str(params["GroupName"])))))


def _left(user: PoolUser, params: Mapping[str, Any]) -> PoolUser:
    return replace(user, groups=tuple(name for name in user.groups if name != params["GroupName"]))


#: What administrators say of people, and what it changes.
_ADMINISTERED = {
    "cognito-idp:AdminCreateUser": _attributes,
    "cognito-idp:AdminConfirmSignUp": _as_is,
    "cognito-idp:AdminUpdateUserAttributes": _attributes,
    "cognito-idp:AdminDeleteUserAttributes": _without_attributes,
    "cognito-idp:AdminAddUserToGroup": _joined,
    "cognito-idp:AdminRemoveUserFromGroup": _left,
}


def _exchange(outcome: Outcome, before: World) -> Exchange:
    call, error = outcome.call, outcome.error
    return Exchange(
        operation=call.name,
        params=call.params,
        response=outcome.response,
        error=error.code if error is not None else None,
        error_members=error.members if error is not None else {},
        before=before,
        after=outcome.world or before,
        account=caller_account(outcome.caller) or "",
        region=call.origin.region,
        partition=call.origin.partition,
    )
