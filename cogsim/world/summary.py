"""A world in one line: how many of each noun it holds. Never a name, a policy or a secret."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cogsim.markup import html_table

if TYPE_CHECKING:
    from cogsim.world.world import World

_NOUNS = (
    ("user_pools", "user pools"),
    ("clients", "app clients"),
    ("pool_groups", "pool groups"),
    ("pool_users", "pool users"),
    ("pool_providers", "pool identity providers"),
    ("resource_servers", "resource servers"),
    ("domains", "domains"),
    ("risk_configurations", "risk configurations"),
    ("pool_documents", "pool documents"),
    ("identity_pools", "identity pools"),
    ("identities", "identities"),
    ("roles", "roles"),
    ("users", "IAM users"),
    ("groups", "IAM groups"),
    ("access_keys", "access keys"),
    ("mfa_devices", "MFA devices"),
    ("root_access", "organizations with root access"),
    ("managed_policies", "managed policies"),
    ("saml_providers", "SAML providers"),
    ("oidc_providers", "OIDC providers"),
    ("account_documents", "account documents"),
    ("ad_fs", "AD FS"),
    ("brokers", "brokers"),
    ("buckets", "buckets"),
    ("tables", "tables"),
    ("load_balancers", "load balancers"),
)


def summary(world: World) -> str:
    """`World(111122223333 eu-west-1; user pools: 1, roles: 4)`; an unresolved reference is counted too."""
    held = ", ".join(f"{name}: {number}" for name, number in _counts(world)) or "empty"
    return f"World({world.home.account} {world.home.region}; {held})"


def summary_html(world: World) -> str:
    return html_table(("noun", "how many"), _counts(world)) if _counts(world) else "<p>an empty world</p>"


def _counts(world: World) -> list[tuple[str, int]]:
    counted = [(shown, len(getattr(world, name))) for name, shown in _NOUNS]
    counted.append(("unresolved references", len(world.completeness.unresolved)))
    return [(shown, number) for shown, number in counted if number]
