"""What a rule writes anew in a request before it goes to a target: its host, or its address. # elb:rule-transforms"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from cogsim.errors import InvalidValue
from cogsim.world.load_balancer_regex import check_expression
from cogsim.world.origin import is_placeholder

#: The types of transforms, and the configuration of each.
TRANSFORMS = {"host-header-rewrite": "HostHeaderRewriteConfig", "url-rewrite": "UrlRewriteConfig"}
_LONGEST = 1024


@dataclass(frozen=True, slots=True)
class Transform:
    """What fits `regex` becomes `replace`, in which `$1` to `$9` stand for what its groups hold."""

    type: str
    regex: str
    replace: str

    def __post_init__(self) -> None:
        if self.type not in TRANSFORMS:
            raise InvalidValue("Type", f"{self.type!r} is not one of {', '.join(TRANSFORMS)}")
        if not is_placeholder(self.regex):
            check_expression(self.regex, "Regex", longest=_LONGEST)
        if len(self.replace) > _LONGEST:
            raise InvalidValue("Replace", f"has more than {_LONGEST} characters")


def check_transforms(transforms: Sequence[Transform]) -> None:
    """One of each type at most."""
    twice = [kind for kind, number in Counter(each.type for each in transforms).items() if number > 1]
    if twice:
        raise InvalidValue("Transforms", f"hold {twice[0]} more than once")
