"""How much IAM keeps: numbers of things, and sizes of documents. # ug:quotas

White space does not count in a document's size. A stored document is measured as it would be written without any.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from cogsim.assumptions import choice
from cogsim.decision import Refusal
from cogsim.decisions.refusals import Check, passed, refused
from cogsim.policy.document import Policy
from cogsim.policy.parse import unparse

#: The default quotas, by the names that the refusals give them.
QUOTAS: Mapping[str, int] = {
    "UsersPerAccount": 5000,
    "GroupsPerAccount": 300,
    "RolesPerAccount": 1000,
    "PoliciesPerAccount": 1500,
    "PoliciesPerUser": 10,
    "PoliciesPerRole": 10,
    "PoliciesPerGroup": 10,
    "GroupsPerUser": 10,
    "AccessKeysPerUser": 2,
    "MFADevicesPerUser": 8,
    "SAMLProvidersPerAccount": 100,
    "InstanceProfilesPerAccount": 1000,
    "ServerCertificatesPerAccount": 20,
    "SSHPublicKeysPerUser": 5,
    "SigningCertificatesPerUser": 2,
    "ServiceSpecificCredentialsPerUser": 2,
    "ClientIdsPerOpenIdConnectProvider": 100,
}
VERSIONS_PER_POLICY = 5
TAGS_PER_ENTITY = 50
THUMBPRINTS_PER_PROVIDER = 5
MANAGED_POLICY_SIZE = 6144
TRUST_POLICY_SIZE = 2048
#: What all inline policies of one entity may hold together.
INLINE_SIZE: Mapping[str, int] = {"user": 2048, "role": 10240, "group": 5120}

_LIMIT = "LimitExceeded"


def room_for(quota: str, used: int) -> Check:
    """Whether one more fits under the quota of that name, of which `used` are there."""
    most, assumption = QUOTAS.get(quota), None
    if most is None:
        most, assumption = int(choice("iam.oidcProviderQuota")), "iam.oidcProviderQuota"
    question, found = f"is there room under {quota}?", f"{used} of {most}"
    if used < most:
        return passed(question, found, "ug:quotas", assumption=assumption)
    refusal = Refusal(_LIMIT, f"Cannot exceed quota for {quota}: {most}")
    return refused(refusal, question, found, "ug:quotas", assumption=assumption)


def version_fits(used: int) -> Check:
    """Whether a policy may have one version more. # ug:policy-versions"""
    question, found = "may the policy have another version?", f"{used} of {VERSIONS_PER_POLICY}"
    if used < VERSIONS_PER_POLICY:
        return passed(question, found, "ug:policy-versions")
    text = (
        f"A managed policy can have up to {VERSIONS_PER_POLICY} versions. Before you create a new version, "
        "you must delete an existing version."
    )
    return refused(Refusal(_LIMIT, text), question, found, "ug:policy-versions")


def size(text: str) -> int:
    """The characters of a document that count: all but white space."""
    return len("".join(text.split()))


def policy_text(policy: Policy) -> str:
    """A stored document as IAM gives it back: JSON without white space between its tokens."""
    return json.dumps(unparse(policy), separators=(",", ":"), ensure_ascii=False)


def managed_fits(text: str) -> Check:
    """Whether the document of a managed policy is small enough."""
    return _fits(size(text), MANAGED_POLICY_SIZE, f"Cannot exceed quota for PolicySize: {MANAGED_POLICY_SIZE}")


def trust_fits(text: str) -> Check:
    """Whether a trust policy is small enough."""
    return _fits(size(text), TRUST_POLICY_SIZE, f"Cannot exceed quota for ACLSizePerRole: {TRUST_POLICY_SIZE}")


def inline_fits(kind: str, name: str, inline: Mapping[str, Policy], policy_name: str, text: str) -> Check:
    """Whether the inline policies of the entity are small enough together, `text` under `policy_name` among them."""
    others = sum(size(policy_text(policy)) for title, policy in inline.items() if title != policy_name)
    most = INLINE_SIZE[kind]
    return _fits(others + size(text), most, f"Maximum policy size of {most} bytes exceeded for {kind} {name}")


def _fits(characters: int, most: int, message: str) -> Check:
    question, found = "is the document small enough?", f"{characters} of {most} characters"
    if characters <= most:
        return passed(question, found, "ug:quotas")
    return refused(Refusal(_LIMIT, message), question, found, "ug:quotas")
