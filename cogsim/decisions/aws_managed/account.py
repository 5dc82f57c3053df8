"""AWS's policies about accounts, identity and keys, as published in 2026. # aws:managed-policies"""

from __future__ import annotations

from cogsim.decisions.aws_managed.published import Published, allow, deny

POLICIES = (
    Published(
        "AWSCloudFormationFullAccess", "v1", "2019-07-26T21:50:35", "2019-07-26T21:50:35", (allow("cloudformation: *"),)
    ),
    Published(
        "AWSCloudFormationReadOnlyAccess",
        "v7",
        "2015-02-06T18:39:49",
        "2026-02-12T18:02:00",
        (
            allow(
                "cloudformation: Describe* BatchDescribe* EstimateTemplateCost Get* List*",
                "cloudformation: ValidateTemplate Detect*",
            ),
        ),
    ),
    Published(
        "AWSCloudTrail_ReadOnlyAccess",
        "v1",
        "2022-06-14T17:19:05",
        "2022-06-14T17:19:05",
        (allow("cloudtrail: Get* Describe* List* LookupEvents"),),
    ),
    Published("AWSDenyAll", "v2", "2019-05-01T22:36:14", "2023-12-18T16:42:05", (deny("*", sid="DenyAll"),)),
    Published(
        "AWSKeyManagementServicePowerUser",
        "v2",
        "2015-02-06T18:40:40",
        "2017-03-07T00:55:11",
        (
            allow(
                "kms: CreateAlias CreateKey DeleteAlias Describe* GenerateRandom Get* List* TagResource",
                "kms: UntagResource",
                "iam: ListGroups ListRoles ListUsers",
            ),
        ),
    ),
    Published(
        "AWSOrganizationsReadOnlyAccess",
        "v6",
        "2018-11-06T20:32:38",
        "2024-06-07T21:32:16",
        (
            allow("organizations: Describe* List*", sid="AWSOrganizationsReadOnly"),
            allow(
                "account: GetAlternateContact GetContactInformation ListRegions GetRegionOptStatus",
                "account: GetPrimaryEmail",
                sid="AWSOrganizationsReadOnlyAccount",
            ),
        ),
    ),
    Published(
        "AWSSupportAccess",
        "v4",
        "2015-02-06T18:41:11",
        "2026-02-12T17:59:31",
        (allow("support: *", "support-console: *"),),
    ),
    Published("AdministratorAccess", "v1", "2015-02-06T18:39:46", "2015-02-06T18:39:46", (allow("*"),)),
    Published(
        "IAMFullAccess",
        "v2",
        "2015-02-06T18:40:38",
        "2019-06-21T19:40:00",
        (
            allow(
                "iam: *",
                "organizations: DescribeAccount DescribeOrganization DescribeOrganizationalUnit",
                "organizations: DescribePolicy ListChildren ListParents ListPoliciesForTarget ListRoots",
                "organizations: ListPolicies ListTargetsForPolicy",
            ),
        ),
    ),
    Published(
        "IAMReadOnlyAccess",
        "v4",
        "2015-02-06T18:40:39",
        "2018-01-25T19:11:27",
        (
            allow(
                "iam: GenerateCredentialReport GenerateServiceLastAccessedDetails Get* List*",
                "iam: SimulateCustomPolicy SimulatePrincipalPolicy",
            ),
        ),
    ),
    Published(
        "IAMSelfManageServiceSpecificCredentials",
        "v1",
        "2016-12-22T17:25:18",
        "2016-12-22T17:25:18",
        (
            allow(
                "iam: CreateServiceSpecificCredential ListServiceSpecificCredentials",
                "iam: UpdateServiceSpecificCredential DeleteServiceSpecificCredential",
                "iam: ResetServiceSpecificCredential",
                on=("arn:aws:iam::*:user/${aws:username}",),
            ),
        ),
    ),
    Published(
        "IAMUserChangePassword",
        "v5",
        "2016-11-15T00:25:16",
        "2026-02-12T17:58:57",
        (
            allow(
                "iam: ChangePassword",
                on=(
                    "arn:aws:iam::*:user/${aws:username}",
                    "arn:aws:iam::*:user/*/${aws:username}",
                ),
            ),
            allow("iam: GetAccountPasswordPolicy"),
        ),
    ),
    Published(
        "IAMUserSSHKeys",
        "v1",
        "2015-07-09T17:08:54",
        "2015-07-09T17:08:54",
        (
            allow(
                "iam: DeleteSSHPublicKey GetSSHPublicKey ListSSHPublicKeys UpdateSSHPublicKey",
                "iam: UploadSSHPublicKey",
                on=("arn:aws:iam::*:user/${aws:username}",),
            ),
        ),
    ),
    Published(
        "PowerUserAccess",
        "v12",
        "2015-02-06T18:39:47",
        "2026-02-12T17:59:14",
        (
            allow("iam: *", "organizations: *", "account: *", all_but=True),
            allow(
                "account: GetAccountInformation GetGovCloudAccountInformation GetPrimaryEmail ListRegions",
                "iam: CreateServiceLinkedRole DeleteServiceLinkedRole ListRoles",
                "organizations: DescribeEffectivePolicy DescribeOrganization",
            ),
        ),
    ),
    Published(
        "SecretsManagerReadWrite",
        "v6",
        "2018-04-04T18:05:29",
        "2026-08-25T23:37:10",
        (
            allow(
                "secretsmanager: *",
                "cloudformation: CreateChangeSet DescribeChangeSet DescribeStackResource DescribeStacks",
                "cloudformation: ExecuteChangeSet",
                "docdb-elastic: GetCluster ListClusters",
                "ec2: DescribeSecurityGroups DescribeSubnets DescribeVpcs",
                "kms: DescribeKey ListAliases ListKeys",
                "lambda: ListFunctions",
                "rds: DescribeDBClusters DescribeDBInstances",
                "redshift: DescribeClusters",
                "redshift-serverless: ListWorkgroups GetNamespace",
                "tag: GetResources",
                sid="BasePermissions",
            ),
            allow(
                "lambda: AddPermission CreateFunction GetFunction InvokeFunction",
                "lambda: UpdateFunctionConfiguration",
                on=("arn:aws:lambda:*:*:function:SecretsManager*",),
                sid="LambdaPermissions",
            ),
            allow(
                "serverlessrepo: CreateCloudFormationChangeSet GetApplication",
                on=("arn:aws:serverlessrepo:*:*:applications/SecretsManager*",),
                sid="SARPermissions",
            ),
            allow(
                "s3: GetObject",
                on=(
                    "arn:aws:s3:::awsserverlessrepo-changesets*",
                    "arn:aws:s3:::secrets-manager-rotation-apps-*/*",
                ),
                sid="S3Permissions",
            ),
            allow(
                "cloudformation: TagResource UntagResource",
                when={"StringEquals": {"cloudformation:CreateAction": ["CreateChangeSet", "ExecuteChangeSet"]}},
                sid="CloudFormationTagOnCreate",
            ),
        ),
    ),
)
