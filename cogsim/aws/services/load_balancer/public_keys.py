"""The public keys of a Region's load balancers: one host, one key for everybody's. # elb:authenticate"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cogsim.aws.context import CallContext
from cogsim.aws.operation import operation
from cogsim.decisions.load_balancer_token import published_key


@operation("load-balancer:PublicKey", reads_only=True)
def public_key(ctx: CallContext, /, *, Region: str, Kid: str) -> Mapping[str, Any]:
    """The key in PEM, or 404."""
    pem = published_key(Region, Kid)
    return {"Status": 404, "Body": {"Error": "Not Found"}} if pem is None else {"Status": 200, "Body": {"Text": pem}}
