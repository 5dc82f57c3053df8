"""AWS's policies about functions and what they log, as published in 2026. # aws:managed-policies"""

from __future__ import annotations

from cogsim.decisions.aws_managed.published import Published, allow

POLICIES = (
    Published(
        "service-role/AWSLambdaBasicExecutionRole",
        "v1",
        "2015-04-09T15:03:43",
        "2015-04-09T15:03:43",
        (allow("logs: CreateLogGroup CreateLogStream PutLogEvents"),),
    ),
    Published(
        "service-role/AWSLambdaDynamoDBExecutionRole",
        "v1",
        "2015-04-09T15:09:29",
        "2015-04-09T15:09:29",
        (
            allow(
                "dynamodb: DescribeStream GetRecords GetShardIterator ListStreams",
                "logs: CreateLogGroup CreateLogStream PutLogEvents",
            ),
        ),
    ),
    Published(
        "service-role/AWSLambdaKinesisExecutionRole",
        "v2",
        "2015-04-09T15:14:16",
        "2018-11-19T20:09:24",
        (
            allow(
                "kinesis: DescribeStream DescribeStreamSummary GetRecords GetShardIterator ListShards",
                "kinesis: ListStreams SubscribeToShard",
                "logs: CreateLogGroup CreateLogStream PutLogEvents",
            ),
        ),
    ),
    Published(
        "service-role/AWSLambdaRole",
        "v1",
        "2015-02-06T18:41:28",
        "2015-02-06T18:41:28",
        (allow("lambda: InvokeFunction", on=("*",)),),
    ),
    Published(
        "service-role/AWSLambdaSQSQueueExecutionRole",
        "v1",
        "2018-06-14T21:50:45",
        "2018-06-14T21:50:45",
        (
            allow(
                "sqs: ReceiveMessage DeleteMessage GetQueueAttributes",
                "logs: CreateLogGroup CreateLogStream PutLogEvents",
            ),
        ),
    ),
    Published(
        "service-role/AWSLambdaVPCAccessExecutionRole",
        "v3",
        "2016-02-11T23:15:26",
        "2024-01-05T22:38:26",
        (
            allow(
                "logs: CreateLogGroup CreateLogStream PutLogEvents",
                "ec2: CreateNetworkInterface DescribeNetworkInterfaces DescribeSubnets",
                "ec2: DeleteNetworkInterface AssignPrivateIpAddresses UnassignPrivateIpAddresses",
                sid="AWSLambdaVPCAccessExecutionPermissions",
            ),
        ),
    ),
    Published(
        "AWSLambda_FullAccess",
        "v7",
        "2020-11-17T21:14:08",
        "2026-02-12T18:00:51",
        (
            allow(
                "cloudformation: DescribeStacks ListStackResources",
                "cloudwatch: ListMetrics GetMetricData",
                "ec2: DescribeSecurityGroups DescribeSubnets DescribeVpcs",
                "kms: DescribeKey ListAliases",
                "iam: GetPolicy GetPolicyVersion GetRole GetRolePolicy ListAttachedRolePolicies",
                "iam: ListRolePolicies ListRoles",
                "lambda: *",
                "logs: DescribeLogGroups",
                "states: DescribeStateMachine ListStateMachines",
                "tag: GetResources",
                "xray: GetTraceSummaries BatchGetTraces",
            ),
            allow("iam: PassRole", when={"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}}),
            allow(
                "logs: DescribeLogStreams GetLogEvents FilterLogEvents StartLiveTail StopLiveTail",
                on=("arn:aws:logs:*:*:log-group:/aws/lambda/*",),
            ),
            allow(
                "iam: CreateServiceLinkedRole",
                on=("arn:aws:iam::*:role/aws-service-role/lambda.amazonaws.com/AWSServiceRoleForLambda",),
                when={"StringEquals": {"iam:AWSServiceName": "lambda.amazonaws.com"}},
            ),
        ),
    ),
    Published(
        "AWSLambda_ReadOnlyAccess",
        "v5",
        "2020-11-17T21:10:32",
        "2026-02-12T18:02:55",
        (
            allow(
                "cloudformation: DescribeStacks ListStacks ListStackResources",
                "cloudwatch: GetMetricData ListMetrics",
                "ec2: DescribeSecurityGroups DescribeSubnets DescribeVpcs",
                "kms: ListAliases",
                "iam: GetPolicy GetPolicyVersion GetRole GetRolePolicy ListAttachedRolePolicies",
                "iam: ListRolePolicies ListRoles",
                "logs: DescribeLogGroups",
                "lambda: Get* List*",
                "states: DescribeStateMachine ListStateMachines",
                "tag: GetResources",
                "xray: GetTraceSummaries BatchGetTraces",
            ),
            allow(
                "logs: DescribeLogStreams GetLogEvents FilterLogEvents StartQuery StopQuery",
                "logs: DescribeQueries GetLogGroupFields GetLogRecord GetQueryResults StartLiveTail",
                "logs: StopLiveTail",
                on=("arn:aws:logs:*:*:log-group:/aws/lambda/*",),
            ),
        ),
    ),
    Published("AWSStepFunctionsFullAccess", "v1", "2017-01-11T21:51:32", "2017-01-11T21:51:32", (allow("states: *"),)),
    Published(
        "AWSXRayDaemonWriteAccess",
        "v2",
        "2018-08-28T23:00:33",
        "2024-02-13T21:58:30",
        (
            allow(
                "xray: PutTraceSegments PutTelemetryRecords GetSamplingRules GetSamplingTargets",
                "xray: GetSamplingStatisticSummaries",
                on=("*",),
                sid="AWSXRayDaemonWriteAccess",
            ),
        ),
    ),
    Published(
        "CloudWatchAgentServerPolicy",
        "v3",
        "2018-03-07T01:06:44",
        "2024-02-06T16:37:37",
        (
            allow(
                "cloudwatch: PutMetricData",
                "ec2: DescribeVolumes DescribeTags",
                "logs: PutLogEvents PutRetentionPolicy DescribeLogStreams DescribeLogGroups",
                "logs: CreateLogStream CreateLogGroup",
                "xray: PutTraceSegments PutTelemetryRecords GetSamplingRules GetSamplingTargets",
                "xray: GetSamplingStatisticSummaries",
                sid="CWACloudWatchServerPermissions",
            ),
            allow(
                "ssm: GetParameter", on=("arn:aws:ssm:*:*:parameter/AmazonCloudWatch-*",), sid="CWASSMServerPermissions"
            ),
        ),
    ),
    Published(
        "CloudWatchFullAccess",
        "v4",
        "2015-02-06T18:40:00",
        "2022-11-27T13:23:49",
        (
            allow(
                "autoscaling: Describe*",
                "cloudwatch: *",
                "logs: *",
                "sns: *",
                "iam: GetPolicy GetPolicyVersion GetRole",
                "oam: ListSinks",
            ),
            allow(
                "iam: CreateServiceLinkedRole",
                on=("arn:aws:iam::*:role/aws-service-role/events.amazonaws.com/AWSServiceRoleForCloudWatchEvents*",),
                when={"StringLike": {"iam:AWSServiceName": "events.amazonaws.com"}},
            ),
            allow("oam: ListAttachedLinks", on=("arn:aws:oam:*:*:sink/*",)),
        ),
    ),
    Published(
        "CloudWatchLogsFullAccess",
        "v8",
        "2015-02-06T18:40:02",
        "2026-02-12T18:00:33",
        (
            allow(
                "logs: *",
                "cloudwatch: GenerateQuery GenerateQueryResultsSummary",
                "observabilityadmin: GetS3TableIntegration ListS3TableIntegrations ListTelemetryPipelines",
                sid="CloudWatchLogsFullAccess",
            ),
        ),
    ),
    Published(
        "CloudWatchLogsReadOnlyAccess",
        "v12",
        "2015-02-06T18:40:03",
        "2026-02-12T17:59:13",
        (
            allow(
                "logs: Describe* Get* List* StartQuery StopQuery TestMetricFilter FilterLogEvents",
                "logs: StartLiveTail StopLiveTail",
                "cloudwatch: GenerateQuery GenerateQueryResultsSummary",
                "observabilityadmin: ListS3TableIntegrations GetS3TableIntegration ListTelemetryPipelines",
                sid="CloudWatchLogsReadOnlyAccess",
            ),
        ),
    ),
)
