"""Who somebody is in a user pool whom an external provider vouches for, statically: the app's request, the profile.

The functions of the sign-in are asked where the world declares them; of others a step says what was taken. A profile
that is not there yet is made as the first sign-in makes it; its `sub` is given then, and is another one here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from cogsim.analysis.passage import NOW
from cogsim.analysis.user_tokens import unread_step
from cogsim.analysis.walk import StoppedError, Walk
from cogsim.decision import Refusal, Step
from cogsim.decisions import federated_attributes as attributes
from cogsim.decisions import federated_identity as identity
from cogsim.decisions.authorization_code import s256
from cogsim.decisions.authorize import find_requester, read_request
from cogsim.decisions.federated_identity import ExternalSignIn, Known
from cogsim.decisions.linking import with_identities
from cogsim.decisions.managed_login import check_offered, choose_provider, pages_available, signed_in_as
from cogsim.decisions.oauth_grant import Grant, check_scopes_readable
from cogsim.decisions.refusals import all_of
from cogsim.decisions.trigger_events import blank_response, event, function_of, taken_back, user_attributes
from cogsim.decisions.trigger_rules import apply, find_trigger
from cogsim.decisions.trigger_sign_up import registered
from cogsim.decisions.trigger_walk import pass_guards
from cogsim.entropy import named
from cogsim.persistent import Map
from cogsim.world.pool_members import UserPoolIdentityProvider, group_of_provider
from cogsim.world.pool_user import PoolUser, UserStatus
from cogsim.world.user_pool import UserPool
from cogsim.world.user_pool_client import UserPoolClient
from cogsim.world.world import World

_CONTACTS = ("email", "phone_number")


@dataclass(frozen=True, slots=True)
class PageErrand:
    """What an app sends a browser to a pool's pages for: to sign in at a provider."""

    pool: UserPool
    client: UserPoolClient
    provider: UserPoolIdentityProvider
    host: str
    grant: Grant


def page_errand(walk: Walk, world: World, client: UserPoolClient, provider: UserPoolIdentityProvider) -> PageErrand:
    """The app's request at the pool's domain for that provider, with every scope that the client has."""
    pool = world.user_pools[provider.pool_id]
    domain = next((each for each in world.domains.values() if each.pool_id == pool.id), None)
    if domain is None:
        step = Step("has the pool a domain?", "no", pool.id, "idp:domain", location=pool.origin.location, decides=True)
        raise walk.stop(Refusal("InputError", f"user pool {pool.id} has no domain"), step)
    kind = "token" if "code" not in client.allowed_oauth_flows and "implicit" in client.allowed_oauth_flows else "code"
    query = {
        "response_type": kind,
        "client_id": client.id,
        "redirect_uri": next(iter(client.callback_urls), ""),
        "state": "state",
        "nonce": "nonce",
        "identity_provider": provider.name,
        **({"code_challenge": s256("v" * 64), "code_challenge_method": "S256"} if kind == "code" else {}),
    }
    requester: tuple[UserPoolClient, str] = walk.take(find_requester(world, pool, query))
    walk.take(pages_available(world, pool, domain, client))
    asked = walk.take(read_request(world, pool, client, requester[1], query))
    chosen = walk.told(choose_provider(world, pool, client, asked))
    if isinstance(chosen, Refusal):
        raise StoppedError(chosen)
    walk.take(check_scopes_readable(pool, client, asked.scopes))
    grant = Grant(asked.scopes, asked.nonce, asked.resource)
    if not grant.has_openid:
        question, place = "do the scopes give an ID token?", client.origin.at("AllowedOAuthScopes")
        step = Step(question, "no", grant.scope or "none", "idp:scopes", location=place, decides=True)
        raise walk.stop(Refusal("InputError", "no ID token without the scope openid"), step)
    return PageErrand(pool, client, provider, domain.host(), grant)


def come_in(walk: Walk, world: World, errand: PageErrand, external: ExternalSignIn) -> tuple[World, PoolUser]:
    """The user as whom the external sign-in ends, in a world that has them as it leaves them."""
    pool, client = errand.pool, errand.client
    given = _given(walk, world, errand, external)
    known = walk.take(identity.find_user(world, pool, external, given))
    walk.take(all_of(check_offered(client, errand.provider), signed_in_as(known.user)))
    if known.user is None:
        user = _first_time(walk, world, errand, external, known, given)
        return world.with_pool_user(user), user
    profile = walk.take(attributes.profile_of(world, pool, client, known.user, known.name, given))
    changed = replace(known.user, attributes=profile.attributes)
    user = identity.settled(changed, known, external)
    walk.take(pass_guards(world, pool, client, user))
    return world.with_pool_user(user), user


def _given(walk: Walk, world: World, errand: PageErrand, external: ExternalSignIn) -> Mapping[str, str]:
    """The attributes that the provider gives, as the pool's function leaves them. # idp:inbound-federation"""
    mapped = walk.told(attributes.mapped_attributes(errand.provider, external.claims))
    request = {
        "providerName": errand.provider.name,
        "providerType": errand.provider.type,
        "attributes": {name: external.sources[name] for name in sorted(external.sources)},
    }
    username = f"{external.provider}_{external.subject}"
    response = _answer(
        walk, world, errand, "InboundFederation", "InboundFederation_ExternalProvider", username, request
    )
    if response is None:
        return mapped
    return walk.told(attributes.from_function(errand.provider, response, external.claims, mapped))


def _first_time(
    walk: Walk,
    world: World,
    errand: PageErrand,
    external: ExternalSignIn,
    known: Known,
    given: Mapping[str, str],
) -> PoolUser:
    """A profile of its own, in the group that came with the provider. # idp:triggers"""
    pool, client, name = errand.pool, errand.client, known.name
    profile = walk.take(attributes.profile_of(world, pool, client, None, name, given))
    found = dict(profile.attributes.items())
    request = {"userAttributes": found, "validationData": None}
    response = _answer(walk, world, errand, "PreSignUp", "PreSignUp_ExternalProvider", name, request)
    if response is not None:
        found = dict(walk.take(registered(response, found, by_operator=False)).attributes)
    walk.take(identity.still_nobody(world, pool, known, external))
    for contact in _CONTACTS:
        if found.get(contact):
            found.setdefault(f"{contact}_verified", "false")
    sub = named("analysis/sub", pool.id, name).uuid()
    walk.steps.append(
        Step("is the profile there already?", "no: its sub is given when it is made", name, "idp:providers")
    )
    group = group_of_provider(errand.provider).name
    groups = (group,) if (pool.id, group) in world.pool_groups else ()
    held = Map({key: value for key, value in found.items() if value})
    status = UserStatus.EXTERNAL_PROVIDER
    user = PoolUser(pool.id, name, sub, held, status, groups=groups, created=NOW, modified=NOW)
    user = with_identities(user, (identity.own_identity(external, NOW),))
    confirmed = {"userAttributes": user_attributes(pool, user)}
    _answer(walk, world, errand, "PostConfirmation", "PostConfirmation_ConfirmSignUp", name, confirmed)
    return user


def _answer(
    walk: Walk, world: World, errand: PageErrand, trigger: str, source: str, username: str, request: Mapping[str, Any]
) -> Mapping[str, Any] | None:
    """The declared function's answer; None where the pool has none, or one whose code is not read."""
    function = function_of(errand.pool, trigger)
    if function is None:
        return None
    declared = find_trigger(world, function.arn)
    if declared is None:
        walk.steps.append(unread_step(errand.pool, function, "change in the profile"))
        return None
    blank = blank_response(trigger, function.version)
    made = event(errand.pool, function, source, username, errand.client.id, request, blank)
    response = walk.take(apply(declared, trigger, made))
    returned = taken_back(function, trigger, {"response": response})
    if isinstance(returned, Refusal):
        place = errand.pool.origin.at(f"LambdaConfig.{function.setting}")
        question = f"is what the {trigger} trigger returns of the right form?"
        raise walk.stop(returned, Step(question, "no", function.arn, "idp:triggers", location=place, decides=True))
    return returned
