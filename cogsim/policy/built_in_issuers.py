"""The identity providers that every AWS account knows: the Federated principals that are no resource of IAM."""

from __future__ import annotations

#: The principal of every identity pool and the prefix of its condition keys, in each partition that has any.
#: # ug:iam-condition-keys
COGNITO_PRINCIPALS = {
    "aws": "cognito-identity.amazonaws.com",
    "aws-cn": "cognito-identity.cn-north-1.amazonaws.com.cn",
    "aws-us-gov": "cognito-identity-us-gov.amazonaws.com",
}

#: All of them. # ug:principal §federated
BUILT_IN_ISSUERS = (*COGNITO_PRINCIPALS.values(), "accounts.google.com", "graph.facebook.com", "www.amazon.com")
