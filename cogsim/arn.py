"""Amazon Resource Names: six fields split on the first five colons."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache


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
        found = cls.try_parse(text)
        if found is None:
            raise ValueError(f"not an ARN: {text!r}")
        return found

    @classmethod
    def try_parse(cls, text: str) -> Arn | None:
        """Like `parse`, with None for what is not an ARN."""
        return _read_before(text) if len(text) <= _REMEMBERED else _read(text)

    def __str__(self) -> str:
        return f"arn:{self.partition}:{self.service}:{self.region}:{self.account}:{self.resource}"

    @property
    def name(self) -> str:
        """The last segment of the resource: a role's or user's name without its path."""
        return self.resource.rsplit("/", 1)[-1]


#: Up to how many characters an ARN is kept for the next time that the same text is read; AWS's own end well before.
_REMEMBERED = 512


def _read(text: str) -> Arn | None:
    fields = text.split(":", 5)
    return Arn(*fields[1:]) if len(fields) == 6 and fields[0] == "arn" else None


_read_before = lru_cache(maxsize=16_384)(_read)


def role_arn(partition: str, account: str, path: str, name: str) -> str:
    """The ARN of a role; `path` begins and ends with a slash."""
    return f"arn:{partition}:iam::{account}:role{path}{name}"


def session_arn(role: str, session_name: str) -> str:
    """The `assumed-role` ARN of a session of `role`; the role's path is dropped. # ug:identifiers"""
    arn = Arn.parse(role)
    return f"arn:{arn.partition}:sts::{arn.account}:assumed-role/{arn.name}/{session_name}"
