"""What a document is as a whole: its version, its length, the ids of its statements. # ug:version # ug:sid"""

from __future__ import annotations

import re
from collections.abc import Iterator

from cogsim.lint.policy_draft import Draft
from cogsim.lint.policy_finding import PolicyFinding
from cogsim.policy import grammar
from cogsim.policy.document import PolicyKind
from cogsim.policy.sizes import size_limit

_IAM_SID = re.compile("[A-Za-z0-9]*")
_SIZE_CODES = {
    PolicyKind.IDENTITY: "POLICY_SIZE_EXCEEDS_IDENTITY_POLICY_QUOTA",
    PolicyKind.BOUNDARY: "POLICY_SIZE_EXCEEDS_IDENTITY_POLICY_QUOTA",
    PolicyKind.SESSION: "POLICY_SIZE_EXCEEDS_IDENTITY_POLICY_QUOTA",
    PolicyKind.TRUST: "POLICY_SIZE_EXCEEDS_ROLE_TRUST_POLICY_QUOTA",
    PolicyKind.SCP: "POLICY_SIZE_EXCEEDS_SCP_QUOTA",
    PolicyKind.RCP: "POLICY_SIZE_EXCEEDS_RCP_QUOTA",
}


def check(draft: Draft) -> Iterator[PolicyFinding]:
    """A missing version, a length beyond the limit, and Sids that repeat, are empty or use other characters."""
    if draft.version is None and draft.statements:
        message = "Without a Version the policy is read by the rules of 2008-10-17, which know no policy variables."
        yield draft.name.finding("MISSING_VERSION", message, '"Version": "2012-10-17"')
    yield from _size(draft)
    yield from _sids(draft)


def _size(draft: Draft) -> Iterator[PolicyFinding]:
    """The finding for a document that is too long for what keeps it. # ug:quotas"""
    limit = size_limit(draft.kind, draft.resource_type)
    if draft.length > limit.most:
        code = _SIZE_CODES.get(draft.kind, "POLICY_SIZE_EXCEEDS_RESOURCE_POLICY_QUOTA")
        message = f"The policy is {draft.length} {limit.counted.value} long, and at most {limit.most} are kept."
        yield draft.name.finding(code, message)


def _sids(draft: Draft) -> Iterator[PolicyFinding]:
    seen: set[str] = set()
    rules = grammar.RULES[draft.kind]
    for statement in draft.statements:
        sid = statement.sid
        if sid is None or sid.open:
            continue
        if not sid.text:
            yield sid.finding("EMPTY_SID_VALUE", "The Sid is empty and names nothing.", "remove Sid")
        elif sid.text in seen:
            code = "UNIQUE_SIDS_REQUIRED" if rules.iam or rules.control else "UNIQUE_SIDS_RECOMMENDED"
            yield sid.finding(code, f"Another statement has the Sid {sid.text!r} already.")
        elif rules.iam and not _IAM_SID.fullmatch(sid.text):
            fixed = re.sub("[^A-Za-z0-9]", "", sid.text)
            message = f"A Sid is letters and digits in IAM, not {sid.text!r}."
            yield sid.finding("UNSUPPORTED_SID", message, f'"Sid": "{fixed}"' if fixed else "")
        seen.add(sid.text)
