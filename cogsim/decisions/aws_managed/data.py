"""AWS's policies about Cognito, S3, DynamoDB and APIs, as published in 2026. # aws:managed-policies"""

from __future__ import annotations

from cogsim.decisions.aws_managed.published import Published, allow

POLICIES = (
    Published(
        "AWSAppSyncInvokeFullAccess",
        "v1",
        "2018-03-20T21:21:20",
        "2018-03-20T21:21:20",
        (allow("appsync: GraphQL GetGraphqlApi ListGraphqlApis ListApiKeys"),),
    ),
    Published(
        "AmazonAPIGatewayAdministrator",
        "v1",
        "2015-07-09T17:34:45",
        "2015-07-09T17:34:45",
        (allow("apigateway: *", on=("arn:aws:apigateway:*::/*",)),),
    ),
    Published(
        "AmazonAPIGatewayInvokeFullAccess",
        "v2",
        "2015-07-09T17:36:12",
        "2018-12-18T18:25:10",
        (allow("execute-api: Invoke ManageConnections", on=("arn:aws:execute-api:*:*:*",)),),
    ),
    Published(
        "service-role/AmazonAPIGatewayPushToCloudWatchLogs",
        "v1",
        "2015-11-11T23:41:46",
        "2015-11-11T23:41:46",
        (
            allow(
                "logs: CreateLogGroup CreateLogStream DescribeLogGroups DescribeLogStreams PutLogEvents",
                "logs: GetLogEvents FilterLogEvents",
            ),
        ),
    ),
    Published(
        "AmazonCognitoDeveloperAuthenticatedIdentities",
        "v1",
        "2015-03-24T17:22:23",
        "2015-03-24T17:22:23",
        (
            allow(
                "cognito-identity: GetOpenIdTokenForDeveloperIdentity LookupDeveloperIdentity",
                "cognito-identity: MergeDeveloperIdentities UnlinkDeveloperIdentity",
            ),
        ),
    ),
    Published(
        "AmazonCognitoPowerUser",
        "v9",
        "2015-03-24T17:14:56",
        "2026-02-12T18:00:09",
        (
            allow(
                "cognito-identity: *",
                "cognito-idp: *",
                "cognito-sync: *",
                "iam: ListRoles ListOpenIdConnectProviders GetRole ListSAMLProviders GetSAMLProvider",
                "kinesis: ListStreams",
                "lambda: GetPolicy ListFunctions",
                "sns: GetSMSSandboxAccountStatus ListPlatformApplications",
                "ses: ListIdentities GetIdentityVerificationAttributes",
                "mobiletargeting: GetApps",
                "acm: ListCertificates",
                "sms-voice: DescribeAccountAttributes",
            ),
            allow(
                "iam: CreateServiceLinkedRole",
                when={
                    "StringEquals": {
                        "iam:AWSServiceName": ["cognito-idp.amazonaws.com", "email.cognito-idp.amazonaws.com"]
                    }
                },
            ),
            allow(
                "iam: DeleteServiceLinkedRole GetServiceLinkedRoleDeletionStatus",
                on=(
                    "arn:aws:iam::*:role/aws-service-role/cognito-idp.amazonaws.com/AWSServiceRoleForAmazonCognitoIdp*",
                    "arn:aws:iam::*:role/aws-service-role/email.cognito-idp.amazonaws.com/AWSServiceRoleForAmazonCognitoIdpEmail*",
                ),
            ),
        ),
    ),
    Published(
        "AmazonCognitoReadOnly",
        "v4",
        "2015-03-24T17:06:46",
        "2019-08-01T19:21:04",
        (
            allow(
                "cognito-identity: Describe* Get* List*",
                "cognito-idp: Describe* AdminGet* AdminList* List* Get*",
                "cognito-sync: Describe* Get* List*",
                "iam: ListOpenIdConnectProviders ListRoles",
                "sns: ListPlatformApplications",
            ),
        ),
    ),
    Published(
        "AmazonCognitoUnAuthedIdentitiesSessionPolicy",
        "v4",
        "2023-07-19T23:04:05",
        "2026-05-01T19:57:11",
        (
            allow(
                "rum: PutRumEvents",
                "sagemaker: InvokeEndpoint",
                "polly: *",
                "comprehend: *",
                "translate: *",
                "transcribe: *",
                "rekognition: *",
                "mobiletargeting: *",
                "firehose: *",
                "personalize: *",
                "geo: GetMap* ListMaps SearchPlaceIndex* GetPlace CalculateRoute* *Geofence *Geofences",
                "geo: *DevicePosition*",
                "kms: Encrypt Decrypt ReEncryptTo ReEncryptFrom GenerateDataKey GenerateDataKeyPair",
                "kms: GenerateDataKeyPairWithoutPlaintext GenerateDataKeyWithoutPlaintext",
                sid="CognitoUnAuthedIdentitiesSessionPolicy",
            ),
        ),
    ),
    Published(
        "AmazonDynamoDBFullAccess",
        "v15",
        "2015-02-06T18:40:11",
        "2021-01-29T17:38:30",
        (
            allow(
                "dynamodb: *",
                "dax: *",
                "application-autoscaling: DeleteScalingPolicy DeregisterScalableTarget",
                "application-autoscaling: DescribeScalableTargets DescribeScalingActivities",
                "application-autoscaling: DescribeScalingPolicies PutScalingPolicy RegisterScalableTarget",
                "cloudwatch: DeleteAlarms DescribeAlarmHistory DescribeAlarms DescribeAlarmsForMetric",
                "cloudwatch: GetMetricStatistics ListMetrics PutMetricAlarm GetMetricData",
                "datapipeline: ActivatePipeline CreatePipeline DeletePipeline DescribeObjects",
                "datapipeline: DescribePipelines GetPipelineDefinition ListPipelines",
                "datapipeline: PutPipelineDefinition QueryObjects",
                "ec2: DescribeVpcs DescribeSubnets DescribeSecurityGroups",
                "iam: GetRole ListRoles",
                "kms: DescribeKey ListAliases",
                "sns: CreateTopic DeleteTopic ListSubscriptions ListSubscriptionsByTopic ListTopics",
                "sns: Subscribe Unsubscribe SetTopicAttributes",
                "lambda: CreateFunction ListFunctions ListEventSourceMappings CreateEventSourceMapping",
                "lambda: DeleteEventSourceMapping GetFunctionConfiguration DeleteFunction",
                "resource-groups: ListGroups ListGroupResources GetGroup GetGroupQuery DeleteGroup",
                "resource-groups: CreateGroup",
                "tag: GetResources",
                "kinesis: ListStreams DescribeStream DescribeStreamSummary",
            ),
            allow(
                "cloudwatch: GetInsightRuleReport",
                on=("arn:aws:cloudwatch:*:*:insight-rule/DynamoDBContributorInsights*",),
            ),
            allow(
                "iam: PassRole",
                when={
                    "StringLike": {
                        "iam:PassedToService": [
                            "application-autoscaling.amazonaws.com",
                            "application-autoscaling.amazonaws.com.cn",
                            "dax.amazonaws.com",
                        ]
                    }
                },
            ),
            allow(
                "iam: CreateServiceLinkedRole",
                when={
                    "StringEquals": {
                        "iam:AWSServiceName": [
                            "replication.dynamodb.amazonaws.com",
                            "dax.amazonaws.com",
                            "dynamodb.application-autoscaling.amazonaws.com",
                            "contributorinsights.dynamodb.amazonaws.com",
                            "kinesisreplication.dynamodb.amazonaws.com",
                        ]
                    }
                },
            ),
        ),
    ),
    Published(
        "AmazonDynamoDBReadOnlyAccess",
        "v15",
        "2015-02-06T18:40:12",
        "2024-11-18T17:38:15",
        (
            allow(
                "application-autoscaling: DescribeScalableTargets DescribeScalingActivities",
                "application-autoscaling: DescribeScalingPolicies",
                "cloudwatch: DescribeAlarmHistory DescribeAlarms DescribeAlarmsForMetric",
                "cloudwatch: GetMetricStatistics ListMetrics GetMetricData",
                "datapipeline: DescribeObjects DescribePipelines GetPipelineDefinition ListPipelines",
                "datapipeline: QueryObjects",
                "dynamodb: BatchGetItem Describe* List* GetAbacStatus GetItem GetResourcePolicy Query",
                "dynamodb: Scan PartiQLSelect",
                "dax: Describe* List* GetItem BatchGetItem Query Scan",
                "ec2: DescribeVpcs DescribeSubnets DescribeSecurityGroups",
                "iam: GetRole ListRoles",
                "kms: DescribeKey ListAliases",
                "sns: ListSubscriptionsByTopic ListTopics",
                "lambda: ListFunctions ListEventSourceMappings GetFunctionConfiguration",
                "resource-groups: ListGroups ListGroupResources GetGroup GetGroupQuery",
                "tag: GetResources",
                "kinesis: ListStreams DescribeStream DescribeStreamSummary",
                sid="GeneralReadOnlyAccess",
            ),
            allow(
                "cloudwatch: GetInsightRuleReport",
                on=("arn:aws:cloudwatch:*:*:insight-rule/DynamoDBContributorInsights*",),
                sid="CCIAccess",
            ),
        ),
    ),
    Published(
        "AmazonMobileAnalyticsWriteOnlyAccess",
        "v1",
        "2015-02-06T18:40:37",
        "2015-02-06T18:40:37",
        (allow("mobileanalytics: PutEvents"),),
    ),
    Published(
        "AmazonS3FullAccess",
        "v2",
        "2015-02-06T18:40:58",
        "2021-09-27T20:16:37",
        (allow("s3: *", "s3-object-lambda: *"),),
    ),
    Published(
        "AmazonS3ReadOnlyAccess",
        "v3",
        "2015-02-06T18:40:59",
        "2023-08-10T21:31:39",
        (allow("s3: Get* List* Describe*", "s3-object-lambda: Get* List*"),),
    ),
)
