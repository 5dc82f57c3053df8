"""An app client's terms by their name. # idp:managed-login §terms"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cogsim.aws.context import CallContext
from cogsim.aws.operation import Params, Requirement, operation
from cogsim.aws.services.cognito_idp.access import client_and_pool, operators_pool, pool_arn
from cogsim.aws.services.cognito_idp.terms import described_terms
from cogsim.decisions.branding import terms_of_client
from cogsim.policy.layers import Result


def _shown_by_either(ctx: CallContext, params: Params) -> tuple[Requirement, ...]:
    """The operation's own action; a policy that denies DescribeTerms denies this one too."""
    pool = pool_arn(ctx, params["UserPoolId"])
    own, other = (Requirement(f"cognito-idp:{name}", pool) for name in ("DescribeTermsByClient", "DescribeTerms"))
    denied = ctx.may(other.action, other.resource).value is Result.EXPLICITLY_DENIED
    return (own, other) if denied else (own,)


@operation("cognito-idp:DescribeTermsByClient", requires=_shown_by_either, reads_only=True)
def describe_terms_by_client(
    ctx: CallContext, /, *, UserPoolId: str, ClientId: str, TermsName: str
) -> Mapping[str, Any]:
    """The document of that name with its links."""
    pool = operators_pool(ctx, UserPoolId)
    client_and_pool(ctx, ClientId, pool.id)
    return {"Terms": described_terms(ctx.require(terms_of_client(ctx.world, pool, ClientId, TermsName)))}
