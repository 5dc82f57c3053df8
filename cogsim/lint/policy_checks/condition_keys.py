"""Whether condition keys exist, and whether the statement's actions ever have them. # ug:condition-keys"""

from __future__ import annotations

from collections.abc import Iterator

from cogsim.lint.policy_draft import Draft, StatementDraft, Test
from cogsim.lint.policy_finding import PolicyFinding
from cogsim.load import service_data
from cogsim.load.condition_keys import find_key, lacks_tag_name, near_key
from cogsim.policy.document import PolicyKind

#: Keys whose value the caller sends as it likes. # ug:condition-keys §referer
_CALLERS_OWN = ("aws:referer", "aws:useragent")
_ONLY_SOME_SERVICES = ("aws:vpceaccount", "aws:vpceorgid", "aws:vpceorgpaths")
_IRRELEVANT = {"AWS::S3::Bucket": ("s3:resourceaccount",), "AWS::S3::AccessPoint": ("s3:resourceaccount",)}
#: Keys that a service puts into every session it makes for a role, whatever is then asked for. # ug:condition-keys
_OF_SESSIONS = (
    *("ec2:roledelivery", "ec2:sourceinstancearn", "glue:roleassumedby", "glue:credentialissuingservice"),
    *("lambda:sourcefunctionarn", "ssm:sourceinstancearn", "codebuild:buildarn", "codebuild:projectarn"),
    *("identitystore:userid", "ecs:sourceinstancearn"),
)
_PAIRS = {"aws:vpcsourceip": ("aws:SourceVpc", "aws:SourceVpce", "aws:SourceVpcArn")}


def check(draft: Draft) -> Iterator[PolicyFinding]:
    """Unknown keys with what was meant, keys that prove nothing, and keys that the actions lack."""
    for statement in draft.statements:
        for test in statement.tests:
            if test.key.open:
                continue
            faults = list(_exists(test, statement))
            yield from faults or _use(test, statement, draft)


def acting_services(statement: StatementDraft) -> tuple[str, ...]:
    """The services of the statement's actions, as written."""
    texts = statement.actions.texts if statement.actions else ()
    return tuple(sorted({text.partition(":")[0].casefold() for text in texts if ":" in text}))


def _exists(test: Test, statement: StatementDraft) -> Iterator[PolicyFinding]:
    key, text = test.key, test.key.text
    prefix, colon, name = text.partition(":")
    if not colon or not prefix or not name:
        near = near_key(f"aws:{text}") if not colon else None
        message = f"A condition key is written service:name, not {text!r}."
        yield key.finding("INVALID_CONDITION_KEY_FORMAT", message, near or "")
        return
    if text.casefold() == "aws:arn":
        message = "aws:ARN is no longer supported."
        yield key.finding("UNSUPPORTED_GLOBAL_CONDITION_KEY", message, "aws:PrincipalArn or aws:SourceArn")
        return
    if find_key(text) is not None:
        return
    tag = lacks_tag_name(text)
    if tag is not None:
        yield key.finding("MISSING_TAG_KEY_IN_CONDITION", f"{text} does not say which tag.", f"{tag}<tag>")
        return
    near = near_key(text, acting_services(statement)) or ""
    if prefix.casefold() == "aws":
        yield key.finding("INVALID_GLOBAL_CONDITION_KEY", f"AWS has no global condition key {text!r}.", near)
    elif prefix.casefold() in service_data.services() or "." in prefix or prefix.casefold() == "saml":
        yield key.finding("INVALID_SERVICE_CONDITION_KEY", f"{prefix} has no condition key {name!r}.", near)
    else:
        yield key.finding("INVALID_SERVICE", f"AWS has no service {prefix!r}.", near)


def _use(test: Test, statement: StatementDraft, draft: Draft) -> Iterator[PolicyFinding]:
    key, folded = test.key, test.folded
    if folded in _CALLERS_OWN:
        message = f"The caller sends {key.text} as it likes, so it proves nothing."
        yield key.finding("UNTRUSTWORTHY_CONDITION_KEY", message)
    if folded in _ONLY_SOME_SERVICES and _unscoped(statement):
        message = f"Only some services have {key.text}: name their actions in the statement."
        yield key.finding("USE_CONDITION_KEY_ONLY_WITH_SUPPORTED_SERVICES", message)
    if folded in _IRRELEVANT.get(draft.resource_type or "", ()):
        message = f"In a policy of the resource itself {key.text} is always its own account."
        yield key.finding("IRRELEVANT_CONDITION_KEY_IN_POLICY", message, f"remove {key.text}")
    partners = _PAIRS.get(folded)
    if partners and statement.allows and not any(statement.tested(*partners)):
        message = f"Every VPC has such addresses: {key.text} means little without {' or '.join(partners)}."
        yield key.finding("MISSING_PAIRED_CONDITION_KEYS", message, f"add {partners[0]}")
    if draft.kind is not PolicyKind.TRUST:
        yield from _actions(test, statement)


def _unscoped(statement: StatementDraft) -> bool:
    actions = statement.actions
    return actions is not None and (actions.negated or "*" in actions.texts)


def _actions(test: Test, statement: StatementDraft) -> Iterator[PolicyFinding]:
    """Actions without wildcards whose requests never have a service's own key."""
    known = find_key(test.key.text)
    if known is None or not known.service or statement.actions is None or statement.actions.negated:
        return
    if test.name == "Null" or known.service not in service_data.services() or test.folded in _OF_SESSIONS:
        return
    named = [word.text for word in statement.actions.values if not set("*?") & set(word.text)]
    found = [each for each in map(service_data.action, named) if each is not None and each.service == known.service]
    lacking = sorted(each.full_name for each in found if not each.carries(known.name))
    if lacking:
        shown = ", ".join(lacking[:3]) + (f" and {len(lacking) - 3} more" if len(lacking) > 3 else "")
        message = f"Requests for {shown} never have {test.key.text}."
        fix = "move them to a statement without it" if len(lacking) < len(statement.actions.values) else ""
        yield test.key.finding("UNSUPPORTED_ACTION_FOR_CONDITION_KEY", message, fix)
