"""How much of everything the account has, and may have. # iam:api §GetAccountSummary"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cogsim.aws.context import CallContext
from cogsim.aws.operation import operation
from cogsim.aws.services.iam.account import on_everything, owner
from cogsim.aws.services.iam.account_settings import token_version
from cogsim.decisions.iam_account_documents import documents_of
from cogsim.decisions.iam_entities import held
from cogsim.decisions.iam_quotas import (
    INLINE_SIZE,
    MANAGED_POLICY_SIZE,
    QUOTAS,
    TRUST_POLICY_SIZE,
    VERSIONS_PER_POLICY,
)
from cogsim.world.account_document import INSTANCE_PROFILE, SERVER_CERTIFICATE

_QUOTAS = {
    "UsersQuota": QUOTAS["UsersPerAccount"],
    "GroupsQuota": QUOTAS["GroupsPerAccount"],
    "RolesQuota": QUOTAS["RolesPerAccount"],
    "PoliciesQuota": QUOTAS["PoliciesPerAccount"],
    "GroupsPerUserQuota": QUOTAS["GroupsPerUser"],
    "AccessKeysPerUserQuota": QUOTAS["AccessKeysPerUser"],
    "AttachedPoliciesPerUserQuota": QUOTAS["PoliciesPerUser"],
    "AttachedPoliciesPerRoleQuota": QUOTAS["PoliciesPerRole"],
    "AttachedPoliciesPerGroupQuota": QUOTAS["PoliciesPerGroup"],
    "UserPolicySizeQuota": INLINE_SIZE["user"],
    "RolePolicySizeQuota": INLINE_SIZE["role"],
    "GroupPolicySizeQuota": INLINE_SIZE["group"],
    "PolicySizeQuota": MANAGED_POLICY_SIZE,
    "AssumeRolePolicySizeQuota": TRUST_POLICY_SIZE,
    "VersionsPerPolicyQuota": VERSIONS_PER_POLICY,
    "InstanceProfilesQuota": QUOTAS["InstanceProfilesPerAccount"],
    "ServerCertificatesQuota": QUOTAS["ServerCertificatesPerAccount"],
    "SigningCertificatesPerUserQuota": QUOTAS["SigningCertificatesPerUser"],
    "PolicyVersionsInUseQuota": 10000,
}


@operation("iam:GetAccountSummary", requires=on_everything("GetAccountSummary"), reads_only=True)
def get_account_summary(ctx: CallContext, /) -> Mapping[str, Any]:
    """Counts and quotas; a root user's own signing certificates are not modelled, and there are none."""
    account, world = owner(ctx), ctx.world
    policies, devices = held(world.managed_policies, account), held(world.mfa_devices, account)
    root = f"arn:{account.partition}:iam::{account.account}:root"
    providers = len(held(world.saml_providers, account)) + len(held(world.oidc_providers, account))
    counts = {
        "Users": len(held(world.users, account)),
        "Groups": len(held(world.groups, account)),
        "Roles": len(held(world.roles, account)),
        "Policies": len(policies),
        "PolicyVersionsInUse": sum(len(policy.versions) for policy in policies),
        "Providers": providers,
        "MFADevices": len(devices),
        "MFADevicesInUse": sum(device.user_arn is not None for device in devices),
        "InstanceProfiles": len(documents_of(world, account, INSTANCE_PROFILE)),
        "ServerCertificates": len(documents_of(world, account, SERVER_CERTIFICATE)),
        "AccountAccessKeysPresent": int(any(key.user_arn == root for key in world.access_keys.values())),
        "AccountSigningCertificatesPresent": 0,
        "GlobalEndpointTokenVersion": token_version(ctx),
        "AccountMFAEnabled": int(any(device.user_arn == root for device in devices)),
    }
    return {"SummaryMap": {**counts, **_QUOTAS}}
