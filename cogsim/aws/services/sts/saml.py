"""AssumeRoleWithSAML: the bearer of an assertion becomes a role; nobody signs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cogsim.arn import Arn
from cogsim.aws.context import CallContext
from cogsim.aws.operation import operation
from cogsim.aws.services.sts.credentials import issue, policy_arns
from cogsim.aws.state import Table
from cogsim.decisions.saml_session import SamlLogin, accept_assertion, saml_duration
from cogsim.decisions.session import federated_session
from cogsim.decisions.session_policies import packed_percentage, packed_tags, passed_policies
from cogsim.decisions.trust import assume_keys, may_assume

#: Assertions that were presented: (provider ARN, id) to the instant from which nobody can present them any more.
PRESENTED: Table[tuple[str, str], float] = Table("sts/saml-assertions")


@operation("sts:AssumeRoleWithSAML")
def assume_role_with_saml(
    ctx: CallContext,
    *,
    RoleArn: str,
    PrincipalArn: str,
    SAMLAssertion: str,
    PolicyArns: list[Mapping[str, str]] | None = None,
    Policy: str | None = None,
    DurationSeconds: int | None = None,
) -> dict[str, Any]:
    """A session of the role for the assertion's bearer: the response is believed first, then the trust policy asked."""
    seen = frozenset(key[1] for key in PRESENTED.rows(ctx.state) if key[0] == PrincipalArn)
    login = ctx.require(accept_assertion(ctx.world, PrincipalArn, RoleArn, SAMLAssertion, now=ctx.now, seen=seen))
    bearer, action = login.bearer, "sts:AssumeRoleWithSAML"
    keys = assume_keys(
        login.session_name,
        tags=bearer.tags,
        transitive_tag_keys=bearer.transitive_tag_keys,
        source_identity=bearer.source_identity,
    )
    ctx.require(may_assume(ctx.world, RoleArn, bearer, action, origin=ctx.call.origin, now=ctx.now, context=keys))
    role = ctx.world.roles[RoleArn]
    seconds = ctx.require(saml_duration(DurationSeconds, role, login.session_end, now=ctx.now))
    arns = policy_arns(ctx, PolicyArns)
    policies = ctx.require(passed_policies(ctx.world, Policy, arns, Arn.parse(role.arn).account))
    ctx.require(packed_tags(bearer.tags, Policy, arns))
    session = federated_session(role, login.session_name, bearer, policies, now=ctx.now, seconds=seconds)
    presented = (PrincipalArn, login.assertion.id)
    ctx.update_state(lambda state: PRESENTED.put(state, presented, login.assertion.remember_until))
    packed = packed_percentage(Policy, arns, len(bearer.tags), bearer.tags)
    shown = {} if packed is None else {"PackedPolicySize": packed}
    return {**issue(ctx, session), **_said(login), **shown}


def _said(login: SamlLogin) -> dict[str, Any]:
    return {
        "Subject": login.assertion.name_id,
        "SubjectType": login.subject_type,
        "Issuer": login.assertion.issuer,
        "Audience": login.assertion.recipient,
        "NameQualifier": login.name_qualifier,
    }
