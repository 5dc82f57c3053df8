"""Which session tags an identity pool makes of a login's claims: attributes for access control.

A tag that comes of a claim the user may write is a tag the user may choose; the steps name claim and tag. # ci:afac
"""

from __future__ import annotations

from collections.abc import Mapping

from cogsim.assumptions import choice
from cogsim.decision import Basis, Decision, Step
from cogsim.decisions.login import AcceptedLogin
from cogsim.decisions.role_selection import claim_text
from cogsim.errors import Location, NotModelled
from cogsim.persistent import Map
from cogsim.world.identity_pool import IdentityPool

#: Tag to claim where the pool uses the default mapping. # ci:provider-mappings
DEFAULT_TAGS: tuple[tuple[str, str], ...] = (("client", "aud"), ("username", "sub"))

_XML_CLAIMS = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims"


def default_tags(login: AcceptedLogin) -> dict[str, str]:
    """Tag to claim by the default mapping of the login's provider; a developer's user has none.
    # ci:provider-mappings
    """
    if login.kind == "saml":
        return {"client": f"{_XML_CLAIMS}/nameidentifier", "username": f"{_XML_CLAIMS}/name"}
    if login.kind == "developer":
        return {}
    user = "user_id" if login.provider_name == "www.amazon.com" else "sub"
    return {**dict(DEFAULT_TAGS), "username": user}


_MOST_TAGS, _LONGEST_VALUE, _MOST_BYTES = 50, 256, 460


def principal_tags(pool: IdentityPool, login: AcceptedLogin | None) -> Decision[Map[str, str]]:
    """The tags of the session by key; a claim that is absent makes no tag. Beyond AWS's limits: NotModelled."""
    if login is not None and login.kind == "developer":
        return _of_token(login)
    named = _named(pool, login)
    mapping = pool.principal_tags.get(named)
    if login is None or mapping is None:
        found = "a guest" if login is None else f"no tag map for {login.provider_name}"
        return Decision(Map(), (Step("which session tags does the pool make?", "none", found, "ci:afac"),))
    wanted = default_tags(login) if mapping.use_defaults else dict(mapping.tags)
    origin = pool.tags_origins.get(named)
    tags: dict[str, str] = {}
    steps: list[Step] = []
    for tag in sorted(wanted):
        claim = wanted[tag]
        place = origin.at(f"PrincipalTags.{tag}") if origin is not None else None
        if claim not in login.claims:
            steps.append(Step(f"tag {tag}?", "no tag", f"the claim {claim} is absent", "ci:afac", location=place))
            continue
        value = login.claims[claim]
        tags[tag] = _single(value)
        steps.append(_tag_step(tag, claim, tags[tag], isinstance(value, list | tuple), place))
    _check_limits(tags)
    if not steps:
        steps.append(Step("which session tags does the pool make?", "none", "an empty tag map", "ci:afac"))
    return Decision(Map(tags), tuple(steps))


def _named(pool: IdentityPool, login: AcceptedLogin | None) -> str:
    """The provider of the tag map: its name, or the ARN it has with IAM."""
    names = (login.provider_name, login.provider_arn) if login is not None else ("",)
    return next((name for name in names if name in pool.principal_tags), names[0])


def _of_token(login: AcceptedLogin) -> Decision[Map[str, str]]:
    """The tags that the developer put into the token when it was made. # ci:api §GetOpenIdTokenForDeveloperIdentity"""
    said = login.claims.get("https://aws.amazon.com/tags", {})
    written = said.get("principal_tags", {}) if isinstance(said, Mapping) else {}
    tags = {key: str(value[0]) if isinstance(value, list | tuple) else str(value) for key, value in written.items()}
    found = ", ".join(sorted(tags)) or "none"
    return Decision(
        Map(tags), (Step("which session tags did the developer give?", found, login.subject, "ci:developer"),)
    )


def _single(value: object) -> str:
    """A tag has one value; what a list becomes is not documented."""
    if isinstance(value, list | tuple) and choice("identity.listClaimsInTags") == "first":
        return claim_text(value[0]) if value else ""
    return claim_text(value)


def _tag_step(tag: str, claim: str, value: str, listed: bool, place: Location | None) -> Step:
    return Step(
        f"tag {tag}?",
        value,
        f"from the claim {claim}",
        "ci:afac",
        Basis.ASSUMED if listed else Basis.DOCUMENTED,
        place,
        "identity.listClaimsInTags" if listed else None,
        facts=(("tag", tag), ("claim", claim), ("value", value)),
    )


def _check_limits(tags: dict[str, str]) -> None:
    size = sum(len(key.encode()) + len(value.encode()) for key, value in tags.items())
    if len(tags) > _MOST_TAGS or size > _MOST_BYTES or any(len(value) > _LONGEST_VALUE for value in tags.values()):
        limits = f"{_MOST_TAGS} tags, {_LONGEST_VALUE} characters a value, {_MOST_BYTES} bytes together"
        raise NotModelled("a tag map whose tags exceed AWS's limits", hint=limits)
