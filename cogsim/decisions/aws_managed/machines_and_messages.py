"""AWS's policies about machines, queues and messages, as published in 2026. # aws:managed-policies"""

from __future__ import annotations

from cogsim.decisions.aws_managed.published import Published, allow

POLICIES = (
    Published(
        "AmazonEC2ContainerRegistryPowerUser",
        "v3",
        "2015-12-21T17:05:33",
        "2019-12-10T20:48:08",
        (
            allow(
                "ecr: GetAuthorizationToken BatchCheckLayerAvailability GetDownloadUrlForLayer",
                "ecr: GetRepositoryPolicy DescribeRepositories ListImages DescribeImages BatchGetImage",
                "ecr: GetLifecyclePolicy GetLifecyclePolicyPreview ListTagsForResource",
                "ecr: DescribeImageScanFindings InitiateLayerUpload UploadLayerPart CompleteLayerUpload",
                "ecr: PutImage",
            ),
        ),
    ),
    Published(
        "AmazonEC2ContainerRegistryReadOnly",
        "v3",
        "2015-12-21T17:04:15",
        "2019-12-10T20:56:32",
        (
            allow(
                "ecr: GetAuthorizationToken BatchCheckLayerAvailability GetDownloadUrlForLayer",
                "ecr: GetRepositoryPolicy DescribeRepositories ListImages DescribeImages BatchGetImage",
                "ecr: GetLifecyclePolicy GetLifecyclePolicyPreview ListTagsForResource",
                "ecr: DescribeImageScanFindings",
            ),
        ),
    ),
    Published(
        "AmazonEC2FullAccess",
        "v5",
        "2015-02-06T18:40:15",
        "2018-11-27T02:16:56",
        (
            allow("ec2: *"),
            allow("elasticloadbalancing: *"),
            allow("cloudwatch: *"),
            allow("autoscaling: *"),
            allow(
                "iam: CreateServiceLinkedRole",
                when={
                    "StringEquals": {
                        "iam:AWSServiceName": [
                            "autoscaling.amazonaws.com",
                            "ec2scheduled.amazonaws.com",
                            "elasticloadbalancing.amazonaws.com",
                            "spot.amazonaws.com",
                            "spotfleet.amazonaws.com",
                            "transitgateway.amazonaws.com",
                        ]
                    }
                },
            ),
        ),
    ),
    Published(
        "AmazonEC2ReadOnlyAccess",
        "v5",
        "2015-02-06T18:40:17",
        "2026-02-12T18:03:17",
        (
            allow("ec2: Describe* GetSecurityGroupsForVpc"),
            allow("elasticloadbalancing: Describe*"),
            allow("cloudwatch: ListMetrics GetMetricStatistics Describe*"),
            allow("autoscaling: Describe*"),
        ),
    ),
    Published(
        "service-role/AmazonECSTaskExecutionRolePolicy",
        "v1",
        "2017-11-16T18:48:22",
        "2017-11-16T18:48:22",
        (
            allow(
                "ecr: GetAuthorizationToken BatchCheckLayerAvailability GetDownloadUrlForLayer",
                "ecr: BatchGetImage",
                "logs: CreateLogStream PutLogEvents",
            ),
        ),
    ),
    Published(
        "AmazonEKSWorkerNodePolicy",
        "v3",
        "2018-05-27T21:09:01",
        "2023-11-27T00:06:13",
        (
            allow(
                "ec2: DescribeInstances DescribeInstanceTypes DescribeRouteTables DescribeSecurityGroups",
                "ec2: DescribeSubnets DescribeVolumes DescribeVolumesModifications DescribeVpcs",
                "eks: DescribeCluster",
                "eks-auth: AssumeRoleForPodIdentity",
                sid="WorkerNodePermissions",
            ),
        ),
    ),
    Published("AmazonKinesisFullAccess", "v1", "2015-02-06T18:40:29", "2015-02-06T18:40:29", (allow("kinesis: *"),)),
    Published(
        "AmazonKinesisReadOnlyAccess",
        "v1",
        "2015-02-06T18:40:30",
        "2015-02-06T18:40:30",
        (allow("kinesis: Get* List* Describe*"),),
    ),
    Published(
        "AmazonRDSReadOnlyAccess",
        "v7",
        "2015-02-06T18:40:53",
        "2023-04-14T12:32:09",
        (
            allow(
                "rds: Describe* ListTagsForResource",
                "ec2: DescribeAccountAttributes DescribeAvailabilityZones DescribeInternetGateways",
                "ec2: DescribeSecurityGroups DescribeSubnets DescribeVpcAttribute DescribeVpcs",
            ),
            allow(
                "cloudwatch: GetMetricStatistics ListMetrics GetMetricData",
                "logs: DescribeLogStreams GetLogEvents",
                "devops-guru: GetResourceCollection",
            ),
            allow(
                "devops-guru: SearchInsights ListAnomaliesForInsight",
                when={
                    "ForAllValues:StringEquals": {"devops-guru:ServiceNames": ["RDS"]},
                    "Null": {"devops-guru:ServiceNames": "false"},
                },
            ),
        ),
    ),
    Published(
        "AmazonRoute53FullAccess",
        "v7",
        "2015-02-06T18:40:54",
        "2026-02-12T18:00:40",
        (
            allow(
                "route53: *",
                "route53domains: *",
                "cloudfront: ListDistributions GetDistributionTenantByDomain GetConnectionGroup",
                "cloudwatch: DescribeAlarms GetMetricStatistics GetMetricData",
                "ec2: DescribeVpcs DescribeVpcEndpoints DescribeRegions",
                "elasticloadbalancing: DescribeLoadBalancers",
                "elasticbeanstalk: DescribeEnvironments",
                "es: ListDomainNames DescribeDomains",
                "lightsail: GetContainerServices",
                "s3: ListBucket GetBucketLocation GetBucketWebsite",
                "sns: ListTopics ListSubscriptionsByTopic",
                "tag: GetResources",
            ),
            allow("apigateway: GET", on=("arn:aws:apigateway:*::/domainnames",)),
        ),
    ),
    Published("AmazonSESFullAccess", "v1", "2015-02-06T18:41:02", "2015-02-06T18:41:02", (allow("ses: *"),)),
    Published(
        "AmazonSESReadOnlyAccess",
        "v2",
        "2015-02-06T18:41:03",
        "2024-05-14T12:03:02",
        (allow("ses: Get* List* BatchGetMetricData", sid="SESReadOnlyAccess"),),
    ),
    Published(
        "AmazonSNSFullAccess",
        "v2",
        "2015-02-06T18:41:05",
        "2024-09-24T22:32:05",
        (
            allow("sns: *", sid="SNSFullAccess"),
            allow(
                "sms-voice: DescribeVerifiedDestinationNumbers CreateVerifiedDestinationNumber",
                "sms-voice: SendDestinationNumberVerificationCode SendTextMessage",
                "sms-voice: DeleteVerifiedDestinationNumber VerifyDestinationNumber",
                "sms-voice: DescribeAccountAttributes DescribeSpendLimits DescribePhoneNumbers",
                "sms-voice: SetTextMessageSpendLimitOverride DescribeOptedOutNumbers DeleteOptedOutNumber",
                when={"StringEquals": {"aws:CalledViaLast": "sns.amazonaws.com"}},
                sid="SMSAccessViaSNS",
            ),
        ),
    ),
    Published(
        "AmazonSNSReadOnlyAccess",
        "v2",
        "2015-02-06T18:41:06",
        "2024-09-24T22:13:12",
        (
            allow(
                "sns: GetTopicAttributes List* CheckIfPhoneNumberIsOptedOut GetEndpointAttributes",
                "sns: GetDataProtectionPolicy GetPlatformApplicationAttributes GetSMSAttributes",
                "sns: GetSMSSandboxAccountStatus GetSubscriptionAttributes",
                sid="SNSReadOnlyAccess",
            ),
            allow(
                "sms-voice: DescribeVerifiedDestinationNumbers DescribeAccountAttributes",
                "sms-voice: DescribeSpendLimits DescribePhoneNumbers DescribeOptedOutNumbers",
                when={"StringEquals": {"aws:CalledViaLast": "sns.amazonaws.com"}},
                sid="SMSAccessViaSNS",
            ),
        ),
    ),
    Published("AmazonSQSFullAccess", "v1", "2015-02-06T18:41:07", "2015-02-06T18:41:07", (allow("sqs: *"),)),
    Published(
        "AmazonSQSReadOnlyAccess",
        "v4",
        "2015-02-06T18:41:08",
        "2024-05-24T18:16:44",
        (
            allow(
                "sqs: GetQueueAttributes GetQueueUrl ListDeadLetterSourceQueues ListQueues",
                "sqs: ListMessageMoveTasks ListQueueTags",
                sid="AmazonSQSReadOnlyAccess",
            ),
        ),
    ),
    Published(
        "AmazonSSMManagedInstanceCore",
        "v2",
        "2019-03-15T17:22:12",
        "2019-05-23T16:54:21",
        (
            allow(
                "ssm: DescribeAssociation GetDeployablePatchSnapshotForInstance GetDocument",
                "ssm: DescribeDocument GetManifest GetParameter GetParameters ListAssociations",
                "ssm: ListInstanceAssociations PutInventory PutComplianceItems PutConfigurePackageResult",
                "ssm: UpdateAssociationStatus UpdateInstanceAssociationStatus UpdateInstanceInformation",
            ),
            allow("ssmmessages: CreateControlChannel CreateDataChannel OpenControlChannel OpenDataChannel"),
            allow(
                "ec2messages: AcknowledgeMessage DeleteMessage FailMessage GetEndpoint GetMessages",
                "ec2messages: SendReply",
            ),
        ),
    ),
)
