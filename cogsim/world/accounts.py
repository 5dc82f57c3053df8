"""IAM's nouns in the world: principals, their keys and devices, policies, and the providers that accounts trust."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Self

from cogsim.persistent import Map
from cogsim.world.account_document import AccountDocument, DocumentKey
from cogsim.world.iam import (
    AccessKey,
    Group,
    ManagedPolicy,
    MfaDevice,
    OidcProvider,
    Role,
    RootAccess,
    SamlProvider,
    User,
)


@dataclass(frozen=True, slots=True)
class Accounts:
    """The part of a world that IAM keeps; keys are ARNs where nothing else is said."""

    roles: Map[str, Role] = field(default_factory=Map)
    users: Map[str, User] = field(default_factory=Map)
    groups: Map[str, Group] = field(default_factory=Map)
    access_keys: Map[str, AccessKey] = field(default_factory=Map)
    #: Virtual MFA devices, by serial number.
    mfa_devices: Map[str, MfaDevice] = field(default_factory=Map)
    #: Centralized root access, by the organization's management account.
    root_access: Map[str, RootAccess] = field(default_factory=Map)
    managed_policies: Map[str, ManagedPolicy] = field(default_factory=Map)
    saml_providers: Map[str, SamlProvider] = field(default_factory=Map)
    oidc_providers: Map[str, OidcProvider] = field(default_factory=Map)
    #: What else IAM keeps, by partition, account, kind and key.
    account_documents: Map[DocumentKey, AccountDocument] = field(default_factory=Map)

    def _put(self, place: str, key: Any, value: Any) -> Self:
        changes: dict[str, Any] = {place: getattr(self, place).set(key, value)}
        return replace(self, **changes)

    def _drop(self, place: str, key: Any) -> Self:
        changes: dict[str, Any] = {place: getattr(self, place).delete(key)}
        return replace(self, **changes)

    def with_role(self, role: Role) -> Self:
        return self._put("roles", role.arn, role)

    def without_role(self, arn: str) -> Self:
        return self._drop("roles", arn)

    def with_user(self, user: User) -> Self:
        return self._put("users", user.arn, user)

    def without_user(self, arn: str) -> Self:
        return self._drop("users", arn)

    def with_group(self, group: Group) -> Self:
        return self._put("groups", group.arn, group)

    def without_group(self, arn: str) -> Self:
        return self._drop("groups", arn)

    def with_access_key(self, key: AccessKey) -> Self:
        return self._put("access_keys", key.id, key)

    def without_access_key(self, key_id: str) -> Self:
        return self._drop("access_keys", key_id)

    def with_mfa_device(self, device: MfaDevice) -> Self:
        return self._put("mfa_devices", device.serial_number, device)

    def without_mfa_device(self, serial_number: str) -> Self:
        return self._drop("mfa_devices", serial_number)

    def with_root_access(self, access: RootAccess) -> Self:
        return self._put("root_access", access.management_account, access)

    def with_managed_policy(self, policy: ManagedPolicy) -> Self:
        return self._put("managed_policies", policy.arn, policy)

    def without_managed_policy(self, arn: str) -> Self:
        return self._drop("managed_policies", arn)

    def with_saml_provider(self, provider: SamlProvider) -> Self:
        return self._put("saml_providers", provider.arn, provider)

    def without_saml_provider(self, arn: str) -> Self:
        return self._drop("saml_providers", arn)

    def with_oidc_provider(self, provider: OidcProvider) -> Self:
        return self._put("oidc_providers", provider.arn, provider)

    def without_oidc_provider(self, arn: str) -> Self:
        return self._drop("oidc_providers", arn)

    def with_account_document(self, document: AccountDocument) -> Self:
        return self._put("account_documents", document.place, document)

    def without_account_document(self, place: DocumentKey) -> Self:
        return self._drop("account_documents", place)
