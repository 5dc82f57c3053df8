"""The certificate that verifies a pool's signed SAML requests. # idp:saml-signing"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cogsim.aws.context import CallContext
from cogsim.aws.operation import operation
from cogsim.aws.services.cognito_idp.access import on_pool, operators_pool
from cogsim.tokens.certificates import self_signed
from cogsim.tokens.keys import rsa_key

_YEAR = 365 * 86400


@operation("cognito-idp:GetSigningCertificate", requires=on_pool("GetSigningCertificate"), reads_only=True)
def get_signing_certificate(ctx: CallContext, /, *, UserPoolId: str) -> Mapping[str, Any]:
    """A self-signed certificate in Base64, good for ten years. Each year of the pool has a new one; since all are of
    one key, the older ones verify as before."""
    pool = operators_pool(ctx, UserPoolId)
    years = int(max(ctx.now - pool.created, 0.0)) // _YEAR
    key = rsa_key("cognito-idp", pool.id, "saml")
    return {"Certificate": self_signed(key, pool.id, pool.created + years * _YEAR)}
