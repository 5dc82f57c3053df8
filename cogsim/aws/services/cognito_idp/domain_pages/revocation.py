"""/oauth2/revoke: what RevokeToken does, in the words of OAuth. # idp:revocation-endpoint"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cogsim.aws.context import CallContext
from cogsim.aws.operation import operation
from cogsim.aws.services.cognito_idp.domain_pages.responses import json_answer, oauth_error
from cogsim.aws.services.cognito_idp.domain_pages.visits import visit
from cogsim.aws.services.cognito_idp.sign_out import revoke
from cogsim.decision import Refusal
from cogsim.decisions import oauth_client
from cogsim.errors import AwsError


@operation("cognito-domain:Revoke")
def revoke_by_form(
    ctx: CallContext, /, *, Domain: str, Form: Mapping[str, str], Authorization: str | None = None
) -> Mapping[str, Any]:
    """End the sign-in behind a refresh token; one that is unknown changes nothing."""
    at = visit(ctx, Domain, form=Form)
    client = ctx.take(oauth_client.prove_client(ctx.world, at.pool, Form, Authorization))
    if isinstance(client, Refusal):
        return oauth_error(client, 401 if client.code == oauth_client.INVALID_CLIENT else 400)
    try:
        ctx.require(oauth_client.need_member(Form, "token"))
        revoke(ctx, client, Form["token"], "the revocation endpoint")
    except AwsError as error:
        code = error.code if error.code.islower() else oauth_client.as_oauth(error.code, revoking=True)
        return oauth_error(Refusal(code, ""))
    return json_answer({})
