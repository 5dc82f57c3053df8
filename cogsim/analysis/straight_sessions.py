"""The sessions that STS gives the bearer of an assertion or a token straight away: no identity pool is asked.

The door takes the same steps in the same order: the bearer is accepted, the role's trust policy asked, then the
session's length and the size of its tags. # sts:AssumeRoleWithSAML, sts:AssumeRoleWithWebIdentity
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from cogsim.analysis.passage import NOW, Outcome, default_origin
from cogsim.analysis.placeholders import placeholder_steps
from cogsim.decision import Decision, Refusal, Step, decided
from cogsim.decisions.saml_session import SamlLogin, saml_duration
from cogsim.decisions.session import DEFAULT_DURATION, duration, federated_session
from cogsim.decisions.session_policies import packed_tags
from cogsim.decisions.trust import FederatedBearer, assume_keys, may_assume
from cogsim.decisions.web_identity import accept_web_identity
from cogsim.policy.document import Effect, Statement
from cogsim.policy.layers import NamedPolicy
from cogsim.policy.reference.match import action_matches
from cogsim.policy.request import PrincipalKind
from cogsim.world.iam import Role
from cogsim.world.world import World

BY_SAML, BY_TOKEN = "sts:AssumeRoleWithSAML", "sts:AssumeRoleWithWebIdentity"
_SESSION_NAME = "session"


def with_assertion(world: World, role: Role | str, login: SamlLogin, *, now: float = NOW) -> Outcome:
    """The session of the role for an accepted assertion's bearer at `now` (seconds), or STS's refusal."""
    trusted = _trusted(world, role, login.bearer, BY_SAML, login.session_name, now)
    if trusted.value is not None:
        return decided(trusted.value, *trusted.steps)
    found = world.roles[role] if isinstance(role, str) else role
    lasting = saml_duration(None, found, login.session_end, now=now)
    return _made(found, login.bearer, login.session_name, trusted.steps, lasting, now)


def with_token(world: World, role: Role, token: str, provider_id: str | None = None, *, now: float = NOW) -> Outcome:
    """The session of the role for the bearer of a token that STS looks at at `now` (seconds), or STS's refusal."""
    accepted = accept_web_identity(world, token, role.arn, now=now, provider_id=provider_id)
    if isinstance(accepted.value, Refusal):
        return decided(accepted.value, *accepted.steps)
    made = with_bearer(world, role, accepted.value, now=now)
    return decided(made.value, *made.steps, after=accepted.steps)


def with_bearer(
    world: World, role: Role, bearer: FederatedBearer, name: str = _SESSION_NAME, *, now: float = NOW
) -> Outcome:
    """The session of the role, called `name`, for whoever holds an accepted token or assertion."""
    action = BY_SAML if bearer.kind is PrincipalKind.SAML else BY_TOKEN
    trusted = _trusted(world, role, bearer, action, name, now)
    if trusted.value is not None:
        return decided(trusted.value, *trusted.steps)
    return _made(role, bearer, name, trusted.steps, duration(None, role), now)


def _trusted(
    world: World, role: Role | str, bearer: FederatedBearer, action: str, name: str, now: float
) -> Decision[Refusal | None]:
    keys = assume_keys(
        name,
        tags=bearer.tags,
        transitive_tag_keys=bearer.transitive_tag_keys,
        source_identity=bearer.source_identity,
    )
    asked = may_assume(world, role, bearer, action, origin=default_origin(world), now=now, context=keys)
    found = world.roles.get(role) if isinstance(role, str) else role
    if asked.value is None or found is None:
        return asked
    trust = (NamedPolicy(f"trust policy of {found.arn}", found.trust),)
    return Decision(asked.value, (*asked.steps, *placeholder_steps(trust, action, found.arn)))


def _made(
    role: Role,
    bearer: FederatedBearer,
    name: str,
    before: tuple[Step, ...],
    lasting: Decision[int | Refusal],
    now: float,
) -> Outcome:
    packed = packed_tags(bearer.tags, None, ())
    steps = (*before, *lasting.steps, *packed.steps)
    if isinstance(lasting.value, Refusal):
        return decided(lasting.value, *steps)
    if packed.value is not None:
        return decided(packed.value, *steps)
    return decided(
        federated_session(role, name, bearer, None, now=now, seconds=lasting.value or DEFAULT_DURATION), *steps
    )


def roles_trusting(world: World, providers: Collection[str]) -> Iterator[Role]:
    """The roles whose trust policy may let the bearer of a token of one of these Federated principals in."""
    for role in world.roles.values():
        if any(lets_in(statement, providers, BY_TOKEN) for statement in role.trust.statements):
            yield role


def lets_in(statement: Statement, providers: Collection[str], action: str) -> bool:
    """Whether the statement allows the action to one of the providers, whatever its conditions say."""
    who, actions = statement.principals, statement.actions
    if statement.effect is not Effect.ALLOW or who is None:
        return False
    if any(action_matches(written, action) for written in actions.values) is actions.negated:
        return False
    if who.everyone or who.negated or ("AWS", "*") in who.entries:
        return True
    return any(kind == "Federated" and value in providers for kind, value in who.entries)
