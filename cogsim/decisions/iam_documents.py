"""Whether IAM saves a policy document: its grammar, and what a trust policy needs besides.

1. The document must parse as a policy of its kind; the step says which rule it breaks and where.
2. The principals of a trust policy must exist. # ug:principal
3. An issuer that many organizations share signs tokens for all of them: a statement that admits it must test the claim
   that tells them apart, or anybody's pipeline or identity pool could assume the role. # ug:shared-oidc
"""

from __future__ import annotations

from cogsim.arn import Arn
from cogsim.assumptions import choice
from cogsim.decision import Decision, Refusal, Step, decided
from cogsim.decisions.iam_entities import unseen
from cogsim.decisions.iam_principals import MALFORMED, principals_as_saved
from cogsim.decisions.refusals import Check, passed, refused
from cogsim.policy.built_in_issuers import COGNITO_PRINCIPALS
from cogsim.policy.document import Effect, Policy, PolicyKind, Statement
from cogsim.policy.malformed import path_text
from cogsim.policy.parse import Locate, MalformedPolicy, parse
from cogsim.world.world import World

_BY_SUBJECT = (
    *("agent.buildkite.com", "oidc.codefresh.io", "studio.datachain.ai/api", "token.actions.githubusercontent.com"),
    *("oidc-configuration.audit-log.githubusercontent.com", "vstoken.actions.githubusercontent.com", "gitlab.com"),
    *("oidc.op1.openshiftapps.com/2f785sojlpb85i7402pk3qogugim5nfb", "scalr.io", "tokens.cloud.shisho.dev"),
    *("app.terraform.io", "proidc.upbound.io"),
)
_BY_AUDIENCE = (*COGNITO_PRINCIPALS.values(), "api.pulumi.com/oidc", "sandboxes.cloud", "oidc.vercel.com")

#: The condition key that tells an issuer's tenants apart, by the issuer without its scheme. # ug:shared-oidc
TENANT_KEYS = {
    **{issuer: f"{issuer}:sub" for issuer in _BY_SUBJECT},
    **{issuer: f"{issuer}:aud" for issuer in _BY_AUDIENCE},
    "sts.windows.net/33e01921-4d64-4f8c-a055-5bdaffd5e33d": "sts:RoleSessionName",
}


def accept_document(text: str, kind: PolicyKind, locate: Locate, code: str = MALFORMED) -> Decision[Policy | Refusal]:
    """The policy that `text` is, or the refusal with `code`; the step holds the rule that was broken and its place."""
    question = "is it a policy document?"
    try:
        policy = parse(text, kind, locate)
    except MalformedPolicy as error:
        place = f"{error.rule} at {path_text(error.path)}" if error.path else error.rule
        return refused(Refusal(code, error.message), question, place, "ug:grammar", location=error.location)
    return decided(policy, Step(question, "yes", f"{len(policy.statements)} statements", "ug:grammar"))


def accept_trust(world: World, text: str, locate: Locate) -> Decision[Policy | Refusal]:
    """The trust policy that `text` is, as it is kept, or the refusal."""
    parsed = accept_document(text, PolicyKind.TRUST, locate)
    if isinstance(parsed.value, Refusal):
        return parsed
    shared = tenants_told_apart(parsed.value)
    if shared.value is not None:
        return Decision(shared.value, (*parsed.steps, *shared.steps))
    saved = principals_as_saved(world, parsed.value)
    return Decision(saved.value, (*parsed.steps, *shared.steps, *saved.steps))


def tenants_told_apart(trust: Policy) -> Check:
    """Whether every allowance to a shared issuer tests the claim that names the tenant."""
    question = "does every statement that admits a shared issuer test whose token it is?"
    admitted: list[str] = []
    for statement in trust.statements:
        for issuer in _shared_issuers(statement):
            needed = TENANT_KEYS[issuer]
            if not _tests(statement, issuer, needed):
                text = f"A trust policy that admits {issuer} must test the condition key {needed}"
                return unseen(MALFORMED, text, question, f"no {needed} for {issuer}", "ug:shared-oidc")
            admitted.append(issuer)
    by_switch = any(issuer in COGNITO_PRINCIPALS.values() for issuer in admitted)
    return passed(
        question,
        ", ".join(admitted) or "none is admitted",
        "ug:shared-oidc",
        assumption="iam.cognitoTrustCondition" if by_switch else None,
    )


def _shared_issuers(statement: Statement) -> list[str]:
    if statement.effect is Effect.DENY or statement.principals is None:
        return []
    values = [_issuer(value) for kind, value in statement.principals.entries if kind == "Federated"]
    return [value for value in values if value in TENANT_KEYS]


def _issuer(principal: str) -> str:
    arn = Arn.try_parse(principal)
    return arn.resource.removeprefix("oidc-provider/") if arn is not None else principal


def _tests(statement: Statement, issuer: str, needed: str) -> bool:
    keys = {condition.key.casefold() for condition in statement.conditions}
    if issuer in COGNITO_PRINCIPALS.values() and choice("iam.cognitoTrustCondition") == "any-key":
        return bool(keys)
    return needed.casefold() in keys
