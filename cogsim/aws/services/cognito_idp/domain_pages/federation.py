"""To an external provider and back: what goes out, and what becomes of who comes in. # idp:providers"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from cogsim.aws.services.cognito_idp import sign_in_triggers, triggers
from cogsim.aws.services.cognito_idp.attempt import Attempt
from cogsim.aws.services.cognito_idp.domain_pages import outgoing
from cogsim.aws.services.cognito_idp.domain_pages.records import FEDERATIONS
from cogsim.aws.services.cognito_idp.domain_pages.responses import BOUND, Response, cookie, redirect
from cogsim.aws.services.cognito_idp.domain_pages.sessions import begin_session
from cogsim.aws.services.cognito_idp.domain_pages.visits import Errand
from cogsim.aws.services.cognito_idp.users import change_user, new_user, release_aliases
from cogsim.aws.token_families import digest
from cogsim.decision import Refusal
from cogsim.decisions import federated_attributes as attributes
from cogsim.decisions import federated_identity as identity
from cogsim.decisions.federated_identity import ExternalSignIn, Known
from cogsim.decisions.federated_request import FederationRequest
from cogsim.decisions.linking import with_identities
from cogsim.decisions.managed_login import FLOW, check_offered, signed_in_as
from cogsim.decisions.progress import FEDERATED, Progress, Sent
from cogsim.decisions.refusals import all_of
from cogsim.decisions.trigger_sign_up import registered
from cogsim.decisions.usernames import NewName
from cogsim.errors import AwsError
from cogsim.persistent import Map
from cogsim.world.pool_members import UserPoolIdentityProvider, group_of_provider
from cogsim.world.pool_user import PoolUser, UserStatus


def send_to_provider(asked: Errand, provider: UserPoolIdentityProvider) -> Response:
    """Send the browser to the provider, with a state that only this browser can bring back."""
    at, ctx = asked.visit, asked.visit.ctx
    draw = ctx.draw("cognito-domain/federation", at.pool.id, provider.name)
    state, bound, serial = draw.alnum(128), draw.bytes(160)[128:].hex(), draw.uuid()
    saml = provider.type == "SAML"
    way = FederationRequest(
        at.pool.id,
        at.host,
        provider.name,
        Map(at.query),
        ctx.now,
        bound,
        request_id=f"_{serial}" if saml else None,
        nonce=None if saml else draw.base32(200)[157:],
    )
    try:
        address = (
            outgoing.saml_request(asked, provider, way, state)
            if saml
            else outgoing.oidc_request(asked, provider, way, state)
        )
    except AwsError as error:
        return asked.refuse(Refusal("invalid_request", error.message))
    ctx.update_state(lambda state_now: FEDERATIONS.put(state_now, digest(state), way))
    return redirect(address, {BOUND: cookie(bound, 300)})


def come_in(asked: Errand, provider: UserPoolIdentityProvider, external: ExternalSignIn) -> Response:
    """Sign in whom the provider vouches for: the profile made or brought up to date, the triggers fired."""
    ctx = asked.visit.ctx
    try:
        user = _user(asked, provider, external)
    except AwsError as error:
        code = error.code if error.code.islower() else "invalid_request"
        return asked.refuse(Refusal(code, error.message))
    saml = external.type == "SAML"
    nonce = ctx.draw("cognito-domain/nonce", asked.visit.pool.id, user.username).alnum(86)
    return begin_session(
        asked,
        user,
        Progress(FLOW).having(FEDERATED),
        provider=provider.name,
        name_id=external.subject if saml else None,
        session_index=external.session_index,
        nonce=nonce,
    )


def _user(asked: Errand, provider: UserPoolIdentityProvider, external: ExternalSignIn) -> PoolUser:
    ctx, pool = asked.visit.ctx, asked.visit.pool
    given = _given(asked, provider, external)
    known = ctx.require(identity.find_user(ctx.world, pool, external, given))
    ctx.require(all_of(check_offered(asked.client, provider), signed_in_as(known.user)))
    if known.user is None:
        return _first_time(asked, provider, external, known, given)
    profile = ctx.require(attributes.profile_of(ctx.world, pool, asked.client, known.user, known.name, given))
    attempt = _attempt(asked, known.user)
    sign_in_triggers.before(attempt)
    release_aliases(ctx, pool, known.user.username, profile.taken)
    held = ctx.world.pool_users[pool.id, known.user.username]
    user = identity.settled(replace(held, attributes=profile.attributes), known, external)
    if user != held:
        user = change_user(ctx, user)
    sign_in_triggers.after(attempt.changed(user))
    return user


def _given(asked: Errand, provider: UserPoolIdentityProvider, external: ExternalSignIn) -> Mapping[str, str]:
    """The attributes that the provider gives, as the pool's function leaves them. # idp:inbound-federation"""
    ctx, pool = asked.visit.ctx, asked.visit.pool
    mapped = ctx.take(attributes.mapped_attributes(provider, external.claims))
    if not triggers.has_trigger(pool, "InboundFederation"):
        return mapped
    response = triggers.fire(
        ctx,
        pool,
        "InboundFederation",
        "InboundFederation_ExternalProvider",
        username=f"{external.provider}_{external.subject}",
        client_id=asked.client.id,
        request={
            "providerName": provider.name,
            "providerType": provider.type,
            "attributes": {name: external.sources[name] for name in sorted(external.sources)},
        },
    )
    return ctx.take(attributes.from_function(provider, response, external.claims, mapped))


def _first_time(
    asked: Errand,
    provider: UserPoolIdentityProvider,
    external: ExternalSignIn,
    known: Known,
    given: Mapping[str, str],
) -> PoolUser:
    """A profile of its own, in the group that came with the provider; neither of the triggers of a sign-in fires.
    # idp:triggers"""
    ctx, pool = asked.visit.ctx, asked.visit.pool
    profile = ctx.require(attributes.profile_of(ctx.world, pool, asked.client, None, known.name, given))
    granted = _before_profile(asked, known, dict(profile.attributes.items()))
    ctx.require(identity.still_nobody(ctx.world, pool, known, external))
    release_aliases(ctx, pool, known.name, profile.taken)
    sub = ctx.draw("cognito-idp/sub", pool.id, known.name).uuid()
    made = new_user(ctx, pool, NewName(known.name, granted), sub, UserStatus.EXTERNAL_PROVIDER, None)
    group = group_of_provider(provider).name
    groups = (group,) if (pool.id, group) in ctx.world.pool_groups else ()
    user = change_user(ctx, with_identities(made, (identity.own_identity(external, ctx.now),)), groups=groups)
    sign_in_triggers.confirmed(ctx, pool, user, client_id=asked.client.id)
    return user


def _before_profile(asked: Errand, known: Known, found: Mapping[str, str]) -> Mapping[str, str]:
    """The attributes after PreSignUp, which may refuse the profile or verify its addresses."""
    ctx, pool = asked.visit.ctx, asked.visit.pool
    if not triggers.has_trigger(pool, "PreSignUp"):
        return found
    response = triggers.fire(
        ctx,
        pool,
        "PreSignUp",
        "PreSignUp_ExternalProvider",
        username=known.name,
        client_id=asked.client.id,
        attributes=found,
        request={"validationData": None},
    )
    return ctx.require(registered(response, found, by_operator=False)).attributes


def _attempt(asked: Errand, user: PoolUser) -> Attempt:
    ctx = asked.visit.ctx
    sent = Sent(ip_address=ctx.call.origin.source_ip)
    progress = Progress(FLOW).having(FEDERATED)
    return Attempt(ctx, asked.visit.pool, asked.client, user.username, user, progress, sent)
