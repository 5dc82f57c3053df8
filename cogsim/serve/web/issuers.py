"""What issuers publish: the discovery document and key set of every user pool, and those of identity pools.

A user pool's stand under `/<pool id>/.well-known/` at the issuer's host, and at the server's own address. Endpoints in
a document are written as the client reaches them; `issuer` is what stands in the tokens, always. # idp:verify
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from cogsim.decisions.discovery import discovery_document, key_set
from cogsim.decisions.login import COGNITO_ISSUERS
from cogsim.decisions.open_id_token import signing_key
from cogsim.serve.web.answers import json_answer, wrong_method
from cogsim.serve.web.page_request import PageRequest
from cogsim.serve.wire.message import WireResponse
from cogsim.tokens.jwks import jwks
from cogsim.world.user_pool import UserPool
from cogsim.world.world import World

_POOL_HOST = re.compile(r"(?:issuer-)?cognito-idp\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?", re.ASCII)
_DOCUMENT = re.compile(r"/([\w-]{1,55}_[0-9A-Za-z]{1,55})/\.well-known/(openid-configuration|jwks\.json)", re.ASCII)
_IDENTITY_DOCUMENT = re.compile(r"/\.well-known/(openid-configuration|jwks_uri)", re.ASCII)
_A_DAY, _THIRTY_DAYS = "public, max-age=86400", "public, max-age=2592000"
_EXPOSED = {"access-control-expose-headers": "x-amzn-RequestId,x-amzn-ErrorType,x-amzn-ErrorMessage,Date"}


def is_issuer(host: str) -> bool:
    """Whether user pools of a Region, or identity pools of a partition, have their issuer at `host`."""
    return _POOL_HOST.fullmatch(host) is not None or f"https://{host}" in COGNITO_ISSUERS.values()


def publishes(world: World, host: str | None, path: str) -> bool:
    """Whether a path at an issuer's host, or (None) at the server's own address, is that of a document."""
    if host is not None and f"https://{host}" in COGNITO_ISSUERS.values():
        return _IDENTITY_DOCUMENT.fullmatch(path) is not None
    return _DOCUMENT.fullmatch(_under_base(world, host, path)) is not None


def answer(request: PageRequest) -> WireResponse:
    """The document that was asked for."""
    if request.method not in ("GET", "HEAD"):
        return wrong_method("GET, HEAD")
    host = request.arrival.host
    if host is not None and f"https://{host}" in COGNITO_ISSUERS.values():
        return _of_identity_pools(request, f"https://{host}")
    found = _DOCUMENT.fullmatch(_under_base(request.world, host, request.path))
    assert found is not None
    pool = request.world.user_pools.get(found[1])
    region = _POOL_HOST.fullmatch(host) if host is not None else None
    if pool is None or (region is not None and region[1] != pool.region):
        told = {"message": f"User pool {found[1]} does not exist."}
        return json_answer(told, 404, {**_EXPOSED, "x-amzn-errortype": "ResourceNotFoundException"})
    body = key_set(pool) if found[2] == "jwks.json" else _discovery(request, pool)
    return json_answer(body, headers=_EXPOSED, kept=_A_DAY)


def _discovery(request: PageRequest, pool: UserPool) -> Mapping[str, Any]:
    return reachable(request, discovery_document(request.world, pool))


def reachable(request: PageRequest, document: Mapping[str, Any]) -> dict[str, Any]:
    """A discovery document whose endpoints this client reaches."""
    return {
        name: request.reach(value) if name.endswith("_endpoint") or name == "jwks_uri" else value
        for name, value in document.items()
    }


def _of_identity_pools(request: PageRequest, issuer: str) -> WireResponse:
    """The issuer of identity pools: one for a partition, with a key for each Region. # ci:authentication-flow"""
    if request.path.endswith("jwks_uri"):
        pools = request.world.identity_pools
        regions = {pools[key].id.partition(":")[0] for key in pools} | {request.world.home.region}
        return json_answer(jwks(signing_key(region) for region in sorted(regions)), kept=_THIRTY_DAYS)
    document = {
        "id_token_signing_alg_values_supported": ["RS512"],
        "issuer": issuer,
        "jwks_uri": f"{issuer}/.well-known/jwks_uri",
        "response_types_supported": ["token"],
        "subject_types_supported": ["public"],
    }
    return json_answer(reachable(request, document), kept=_THIRTY_DAYS)


def _under_base(world: World, host: str | None, path: str) -> str:
    """A path at the server's own address without that of the world's issuers."""
    base = urlsplit(world.issuer_base).path if host is None else ""
    return path.removeprefix(base)
