"""What a user pool publishes of itself: the discovery document and the key set of its issuer. # idp:verify"""

from __future__ import annotations

from typing import Any

from cogsim.decisions.token_contents import pool_keys
from cogsim.tokens.jwks import jwks
from cogsim.world.user_pool import UserPool
from cogsim.world.world import World


def pool_domain_url(world: World, pool: UserPool) -> str | None:
    """Where the pool's pages stand: a custom domain before a prefix; None where it has neither. # idp:domain"""
    domains = [domain for domain in world.domains.values() if domain.pool_id == pool.id]
    first = min(domains, key=lambda each: not each.custom, default=None)
    return f"https://{first.host()}" if first is not None else None


def discovery_document(world: World, pool: UserPool) -> dict[str, Any]:
    """The body at `<issuer>/.well-known/openid-configuration`: its endpoints are those of the pool's domain."""
    document: dict[str, Any] = {
        "id_token_signing_alg_values_supported": ["RS256"],
        "issuer": pool.issuer,
        "jwks_uri": f"{pool.issuer}/.well-known/jwks.json",
        "response_types_supported": ["code", "token"],
        "scopes_supported": ["openid", "email", "phone", "profile"],
        "subject_types_supported": ["public"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
    }
    domain = pool_domain_url(world, pool)
    if domain is not None:
        document |= {
            "authorization_endpoint": f"{domain}/oauth2/authorize",
            "end_session_endpoint": f"{domain}/logout",
            "revocation_endpoint": f"{domain}/oauth2/revoke",
            "token_endpoint": f"{domain}/oauth2/token",
            "userinfo_endpoint": f"{domain}/oauth2/userInfo",
        }
    return dict(sorted(document.items()))


def key_set(pool: UserPool) -> dict[str, list[dict[str, str]]]:
    """The body at `<issuer>/.well-known/jwks.json`: every key that is published, public halves only."""
    return jwks(pool_keys(pool).values())
