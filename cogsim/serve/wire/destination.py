"""Where a request is meant to go: the service, the Region, the partition, and the bucket that a host names.

1. A JSON request names its service in X-Amz-Target, which wins: it is what the service's own front looks at.
2. A signature names service and Region; an unsigned form names its API by the version.
3. Else the host does. What names nothing is S3's, whose buckets are read without a signature.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, quote

from cogsim.errors import AwsError, NotModelled
from cogsim.serve.wire.s3_requests import access_point_of, is_of_account

if TYPE_CHECKING:
    from botocore.model import ServiceModel

    from cogsim.serve.wire.message import WireRequest
    from cogsim.serve.wire.signature import Signed

#: JSON services by the prefix of X-Amz-Target.
_TARGETS = {
    "AWSCognitoIdentityProviderService": "cognito-idp",
    "AWSCognitoIdentityService": "cognito-identity",
    "DynamoDB_20120810": "dynamodb",
}
#: Signing names that are not botocore's service name.
_SIGNING = {
    "execute-api": "apigateway",
    "monitoring": "cloudwatch",
    "elasticloadbalancing": "elbv2",
    "email": "sesv2",
    "states": "stepfunctions",
}
#: What a query API calls itself by its version.
_VERSIONS = {"2011-06-15": "sts", "2010-05-08": "iam"}
_BY_HOST = frozenset({"cognito-idp", "cognito-identity", "cognito-sync", "sts", "iam", "dynamodb", "execute-api"})

#: Partitions by how their Regions begin; every other Region is of `aws`. # ug:arn
_PARTITIONS = {
    "cn-": "aws-cn",
    "us-gov-": "aws-us-gov",
    "us-iso-": "aws-iso",
    "us-isob-": "aws-iso-b",
    "eu-isoe-": "aws-iso-e",
    "us-isof-": "aws-iso-f",
    "eusc-": "aws-eusc",
}
#: Every partition, and the Region that stands for it where none is named.
HOME_REGIONS = {
    "aws": "us-east-1",
    "aws-cn": "cn-north-1",
    "aws-us-gov": "us-gov-west-1",
    "aws-iso": "us-iso-east-1",
    "aws-iso-b": "us-isob-east-1",
    "aws-iso-e": "eu-isoe-west-1",
    "aws-iso-f": "us-isof-south-1",
    "aws-eusc": "eusc-de-east-1",
}
_REGION = re.compile(r"[a-z]{2,4}(-[a-z]+)+-\d")
_AWS_HOST = re.compile(r"\.amazonaws\.(com|com\.cn|eu)$")
#: A virtual host of S3: the bucket, then S3's own name. # s3:virtual-hosting
_BUCKET_HOST = re.compile(r"(?P<bucket>.+)\.s3(?:[.-](?P<region>[a-z0-9-]+))?(?:\.localhost|\.amazonaws\.com(?:\.cn)?)")
_LOCAL_BUCKET = re.compile(r"(?!s3(?:\.|-))(?P<bucket>.+)\.localhost")


def service_of(request: WireRequest, signed: Signed | None) -> str:
    """The service that a request is for, by botocore's name; AwsError for a target that is nobody's."""
    target = request.headers.get("x-amz-target", "")
    if target:
        found = _TARGETS.get(target.partition(".")[0])
        if found is None and signed is None:
            raise AwsError("UnknownOperationException", f"Could not find operation {target}")
        if found is not None:
            return found
    if signed is not None:
        if signed.service == "s3" and is_of_account(request):
            return "s3control"
        return _known(_SIGNING.get(signed.service, signed.service))
    form = _unsigned_form(request)
    if form is not None:
        return form
    if request.headers.get("content-type", "").startswith("application/x-amz-json"):
        raise AwsError("UnknownOperationException", "The request names no operation: X-Amz-Target is missing")
    first = request.host.split(".")[0]
    return _SIGNING.get(first, first) if first in _BY_HOST else "s3"


def _unsigned_form(request: WireRequest) -> str | None:
    """The service that an unsigned form or query names by its version."""
    named = request.parameter("Version") if request.parameter("Action") is not None else None
    if request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        given = dict(parse_qsl(request.body.decode("utf-8", "replace"), keep_blank_values=True))
        if "Action" in given:
            named = given.get("Version", named or "")
    return _VERSIONS.get(named) if named else None


@cache
def _known(name: str) -> str:
    from cogsim.aws.model import service_names

    if name not in service_names():
        raise NotModelled(f"the service {name!r}")
    return name


def protocol_of(request: WireRequest, model: ServiceModel) -> str:
    """The protocol that the request speaks, of those that the service knows: newer ones know several."""
    known = model.metadata.get("protocols") or [model.protocol]
    if "smithy-protocol" in request.headers:
        return "smithy-rpc-v2-cbor"
    if "x-amz-target" in request.headers and "json" in known:
        return "json"
    form = request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded")
    return "query" if form and "query" in known else str(model.protocol)


def seeming_protocol(request: WireRequest) -> str:
    """The protocol that a request seems to speak, as far as its head tells."""
    kind = request.headers.get("content-type", "")
    if "x-amz-target" in request.headers or kind.startswith("application/x-amz-json"):
        return "json"
    return "query" if kind.startswith("application/x-www-form-urlencoded") else "rest-xml"


def region_of(request: WireRequest) -> str | None:
    """The Region that a request's host names, None where it names none."""
    host = request.host.partition(":")[0]
    if not _AWS_HOST.search(host):
        return None
    virtual = _BUCKET_HOST.fullmatch(host)
    named = virtual["region"] if virtual else host.split(".")[1]
    return named if named and is_region(named) else None


def is_region(text: str) -> bool:
    """Whether `text` is written as Regions are."""
    return _REGION.fullmatch(text) is not None


def partition_of(region: str) -> str:
    """The partition that a Region is in."""
    return next((name for start, name in _PARTITIONS.items() if region.startswith(start)), "aws")


def path_of(request: WireRequest, service: str) -> str:
    """The path with the bucket in front, where S3's host names it instead."""
    if service != "s3":
        return request.path
    host = request.host.partition(":")[0]
    point = access_point_of(host)
    if point is not None:
        return f"/{quote(point, safe='')}{request.path}"
    found = _BUCKET_HOST.fullmatch(host) or _LOCAL_BUCKET.fullmatch(host)
    if found is None or found["bucket"] == "s3":
        return request.path
    return f"/{quote(found['bucket'])}{request.path}"
