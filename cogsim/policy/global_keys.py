"""The global condition keys with their types, and the claims that every federated provider has keys for."""

from __future__ import annotations

# ug:condition-keys: name → type, in the words of the service authorization reference; ArrayOf… keys have many values.
GLOBAL_KEYS: dict[str, str] = {
    "aws:AssumedRoot": "Bool",
    "aws:CalledVia": "ArrayOfString",
    "aws:CalledViaAWSMCP": "String",
    "aws:CalledViaFirst": "String",
    "aws:CalledViaLast": "String",
    "aws:ChatbotSourceArn": "ARN",
    "aws:CurrentTime": "Date",
    "aws:Ec2InstanceSourcePrivateIPv4": "IPAddress",
    "aws:Ec2InstanceSourceVpc": "String",
    "aws:EpochTime": "Date",
    "aws:FederatedProvider": "String",
    "aws:IsMcpServiceAction": "Bool",
    "aws:MultiFactorAuthAge": "Numeric",
    "aws:MultiFactorAuthPresent": "Bool",
    "aws:PrincipalAccount": "String",
    "aws:PrincipalArn": "ARN",
    "aws:PrincipalIsAWSService": "Bool",
    "aws:PrincipalOrgID": "String",
    "aws:PrincipalOrgPaths": "ArrayOfString",
    "aws:PrincipalServiceName": "String",
    "aws:PrincipalServiceNamesList": "ArrayOfString",
    "aws:PrincipalTag/": "String",
    "aws:PrincipalType": "String",
    "aws:RequestedRegion": "String",
    "aws:RequestTag/": "String",
    "aws:ResourceAccount": "String",
    "aws:ResourceOrgID": "String",
    "aws:ResourceOrgPaths": "ArrayOfString",
    "aws:ResourceTag/": "String",
    "aws:SecureTransport": "Bool",
    "aws:SignInSessionArn": "ARN",
    "aws:SourceAccount": "String",
    "aws:SourceArn": "ARN",
    "aws:SourceIdentity": "String",
    "aws:SourceIp": "IPAddress",
    "aws:SourceOrgID": "String",
    "aws:SourceOrgPaths": "ArrayOfString",
    "aws:SourceOwner": "String",
    "aws:SourceVpc": "String",
    "aws:SourceVpcArn": "ARN",
    "aws:SourceVpce": "String",
    "aws:TagKeys": "ArrayOfString",
    "aws:TokenIssueTime": "Date",
    "aws:UserAgent": "String",
    "aws:ViaAWSMCPService": "Bool",
    "aws:ViaAWSService": "Bool",
    "aws:VpceAccount": "String",
    "aws:VpceOrgID": "String",
    "aws:VpceOrgPaths": "ArrayOfString",
    "aws:VpcSourceIp": "IPAddress",
    "aws:referer": "String",
    "aws:userid": "String",
    "aws:username": "String",
}
"""Keys that end in a slash are followed by the name of a tag."""

# ug:iam-condition-keys §federated: what stands after `<provider>:`; amr and aud may be lists in the token
CLAIM_KEYS: dict[str, str] = {
    "amr": "ArrayOfString",
    "app_id": "String",
    "aud": "String",
    "azp": "String",
    "email": "String",
    "id": "String",
    "iss": "String",
    "oaud": "String",
    "sub": "String",
    "user_id": "String",
}
"""The keys of an identity provider, by the name after the colon. # ug:iam-condition-keys"""

# ug:iam-condition-keys §saml: published as single strings, and lists in every assertion that has several
SAML_LISTS = frozenset(
    f"saml:{name}"
    for name in (
        *("edupersonaffiliation", "edupersonentitlement", "edupersonscopedaffiliation", "edupersonorgunitdn"),
        *("edupersonnickname", "edupersonassurance", "eduorghomepageuri", "eduorgidentityauthnpolicyuri"),
        *("eduorglegalname", "eduorgsuperioruri", "eduorgwhitepagesuri", "cn"),
    )
)

#: The keys that name one tenant: a wildcard in their values opens the door to every other. # ug:condition-keys
TENANT_KEYS = frozenset(
    f"aws:{name}".casefold()
    for name in (
        *("PrincipalAccount", "PrincipalOrgID", "ResourceAccount", "ResourceOrgID", "SourceAccount"),
        *("SourceOrgID", "SourceVpc", "SourceVpce", "VpceAccount", "VpceOrgID"),
    )
)
