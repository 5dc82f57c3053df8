"""Passkeys of the signed-in user: register, list and delete them. # idp:passwordless"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cogsim.aws.context import CallContext
from cogsim.aws.operation import operation
from cogsim.aws.services.cognito_idp.access import token_bearer
from cogsim.aws.services.cognito_idp.users import change_user
from cogsim.aws.state import Table
from cogsim.clock import at
from cogsim.decisions import passkeys
from cogsim.decisions.passkeys import PendingRegistration
from cogsim.tokens.webauthn_parts import encode
from cogsim.world.pool_user import Passkey

#: (pool id, sub) to the registration that was begun last.
REGISTRATIONS: Table[tuple[str, str], PendingRegistration] = Table("cognito-idp/passkey-registrations")


@operation("cognito-idp:StartWebAuthnRegistration")
def start_web_authn_registration(ctx: CallContext, /, *, AccessToken: str) -> Mapping[str, Any]:
    """Options for the browser; a challenge that was out before is out no more. # idp:StartWebAuthnRegistration"""
    bearer = token_bearer(ctx, AccessToken)
    pool, user = bearer.pool, bearer.user
    ctx.require(passkeys.may_register(pool, user))
    relying_party = ctx.require(passkeys.relying_party(ctx.world, pool))
    challenge = encode(ctx.draw("cognito-idp/passkey-registration", pool.id, user.username).bytes(32))
    pending = PendingRegistration(challenge, bearer.client.id, relying_party, ctx.now)
    ctx.update_state(lambda state: REGISTRATIONS.put(state, (pool.id, user.sub), pending))
    return {"CredentialCreationOptions": passkeys.creation_options(pool, user, relying_party, challenge)}


@operation("cognito-idp:CompleteWebAuthnRegistration")
def complete_web_authn_registration(
    ctx: CallContext, /, *, AccessToken: str, Credential: Mapping[str, Any]
) -> Mapping[str, Any]:
    """Store the passkey that the browser made; the challenge is good for one."""
    bearer = token_bearer(ctx, AccessToken)
    pool, user, key = bearer.pool, bearer.user, (bearer.pool.id, bearer.user.sub)
    ctx.require(passkeys.may_register(pool, user))
    pending = REGISTRATIONS.get(ctx.state, key)
    party = ctx.require(passkeys.current_relying_party(ctx.world, pool))
    accepted = passkeys.accept_registration(pool, user, bearer.client.id, pending, party, Credential, ctx.now)
    passkey = ctx.require(accepted)
    ctx.update_state(lambda state: REGISTRATIONS.drop(state, key))
    change_user(ctx, user, passkeys=passkeys.with_passkey(user, passkey))
    return {}


@operation("cognito-idp:ListWebAuthnCredentials", reads_only=True)
def list_web_authn_credentials(
    ctx: CallContext, /, *, AccessToken: str, NextToken: str | None = None, MaxResults: int | None = None
) -> Mapping[str, Any]:
    """The user's passkeys by their ids, page by page."""
    bearer = token_bearer(ctx, AccessToken)
    page, following = ctx.require(passkeys.page(bearer.user, NextToken, MaxResults))
    return {"Credentials": [_described(passkey) for passkey in page]} | ({"NextToken": following} if following else {})


@operation("cognito-idp:DeleteWebAuthnCredential")
def delete_web_authn_credential(ctx: CallContext, /, *, AccessToken: str, CredentialId: str) -> Mapping[str, Any]:
    """Forget a passkey; it signs nobody in from now on. Sessions it began stay."""
    user = token_bearer(ctx, AccessToken).user
    passkey = ctx.require(passkeys.find_passkey(user, CredentialId))
    change_user(ctx, user, passkeys=user.passkeys.discard(passkey.credential_id))
    return {}


def _described(passkey: Passkey) -> dict[str, Any]:
    """WebAuthnCredentialDescription."""
    members: dict[str, Any] = {
        "CredentialId": passkey.credential_id,
        "FriendlyCredentialName": passkey.name,
        "RelyingPartyId": passkey.relying_party_id,
        "AuthenticatorTransports": list(passkey.transports),
        "CreatedAt": at(passkey.created),
    }
    return members | ({"AuthenticatorAttachment": passkey.attachment} if passkey.attachment else {})
