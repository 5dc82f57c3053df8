"""Where a call comes from, as far as policies and risk can see it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from ipaddress import ip_address

from cogsim.arn import Arn
from cogsim.errors import InputError


@dataclass(frozen=True, slots=True)
class CallOrigin:
    """The place a call is made from and the endpoint it is made to; a scenario step sets it with `from:`.

    `source_vpc` is the id of the network that the VPC endpoint stands in, or its ARN, which tells its account too;
    `vpc_source_ip` the caller's address inside it. Both are seen through an endpoint only. InputError for one without
    the other, and for an address that is none.
    """

    region: str = "us-east-1"
    partition: str = "aws"
    source_ip: str = "198.51.100.1"
    user_agent: str = "cogsim"
    vpc_endpoint: str | None = None
    tls: bool = True
    source_vpc: str | None = None
    vpc_source_ip: str | None = None
    #: What S3 sees of the connection and of the signature: its TLS version, where the signature stood (REST-HEADER, or
    #: REST-QUERY-STRING for a presigned URL), how old it was (milliseconds), and by which version it was made.
    #: `content_sha256` is what it says of the body, where that is known otherwise than by the body.
    #: # s3:sigv4-policy-keys
    tls_version: str = "1.3"
    auth_type: str = "REST-HEADER"
    signature_age: int = 0
    signature_version: str = "AWS4-HMAC-SHA256"
    content_sha256: str | None = None

    def __post_init__(self) -> None:
        if self.source_vpc is None and self.vpc_source_ip is None:
            return
        if self.vpc_endpoint is None:
            name = "source_vpc" if self.source_vpc is not None else "vpc_source_ip"
            raise InputError(f"{name} goes with vpc_endpoint: no other way shows the network")
        if self.vpc_source_ip is not None and not is_address(self.vpc_source_ip):
            raise InputError(f"vpc_source_ip is an IP address, not {self.vpc_source_ip!r}")
        if self.source_vpc is not None and not _names_vpc(self.source_vpc):
            raise InputError(f"source_vpc is vpc-… or its ARN, not {self.source_vpc!r}")

    @property
    def vpc_id(self) -> str | None:
        """The id of the network, however it was given."""
        return None if self.source_vpc is None else self.source_vpc.rpartition("/")[2]

    @property
    def vpc_arn(self) -> str | None:
        """The ARN of the network, where its account is known."""
        return self.source_vpc if self.source_vpc is not None and self.source_vpc.startswith("arn:") else None


@lru_cache(maxsize=4096)
def is_address(text: str) -> bool:
    """Whether it is an IP address: a call that a service makes shows the service's name in its place."""
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _names_vpc(text: str) -> bool:
    if not text.startswith("arn:"):
        return text.startswith("vpc-")
    arn = Arn.try_parse(text)
    return arn is not None and arn.service == "ec2" and arn.resource.startswith("vpc/vpc-")
