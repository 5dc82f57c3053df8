"""Amazon Resource Names: six fields split on the first five colons."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Arn:
    """`arn:partition:service:region:account:resource`; region and account may be empty. # ug:arn"""

    partition: str
    service: str
    region: str
    account: str
    resource: str

    @classmethod
    def parse(cls, text: str) -> Arn:
        """The ARN written as `text`; raises ValueError where it has fewer than six fields or no `arn` in front."""
        fields = text.split(":", 5)
        if len(fields) != 6 or fields[0] != "arn":
            raise ValueError(f"not an ARN: {text!r}")
        return cls(*fields[1:])

    @classmethod
    def try_parse(cls, text: str) -> Arn | None:
        """Like `parse`, with None for what is not an ARN."""
        fields = text.split(":", 5)
        return cls(*fields[1:]) if len(fields) == 6 and fields[0] == "arn" else None

    def __str__(self) -> str:
        return f"arn:{self.partition}:{self.service}:{self.region}:{self.account}:{self.resource}"

    @property
    def name(self) -> str:
        """The last segment of the resource: a role's or user's name without its path."""
        return self.resource.rsplit("/", 1)[-1]


def role_arn(partition: str, account: str, path: str, name: str) -> str:
    """The ARN of a role; `path` begins and ends with a slash."""
    return f"arn:{partition}:iam::{account}:role{path}{name}"


def session_arn(role: str, session_name: str) -> str:
    """The `assumed-role` ARN of a session of `role`; the role's path is dropped. # ug:identifiers"""
    arn = Arn.parse(role)
    return f"arn:{arn.partition}:sts::{arn.account}:assumed-role/{arn.name}/{session_name}"
