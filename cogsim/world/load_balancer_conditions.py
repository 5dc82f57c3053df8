"""The conditions of a load balancer's rules: which requests a rule takes. # elb:rule-conditions"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import ip_network

from cogsim.errors import InvalidValue
from cogsim.world.load_balancer_regex import check_expression
from cogsim.world.origin import is_placeholder

#: The fields of conditions; of the first four a rule has one at most, and the first, second and fifth take expressions.
FIELDS = ("host-header", "path-pattern", "http-request-method", "source-ip", "http-header", "query-string")
WITH_EXPRESSIONS = ("host-header", "path-pattern", "http-header")
#: The configuration of each field.
CONDITION_CONFIGS = {
    "host-header": "HostHeaderConfig",
    "path-pattern": "PathPatternConfig",
    "http-header": "HttpHeaderConfig",
    "http-request-method": "HttpRequestMethodConfig",
    "query-string": "QueryStringConfig",
    "source-ip": "SourceIpConfig",
}
_ONCE = FIELDS[:4]
_LONGEST, _LONGEST_NAME = 128, 40
#: Values of all conditions of a rule together, and wildcards in them. # elb:quotas
_MOST_VALUES, _MOST_WILDCARDS = 5, 5
_METHOD = re.compile(r"[A-Z_-]{1,40}", re.ASCII)
_HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,40}", re.ASCII)
_HOST = re.compile(r"[A-Za-z0-9*?_.-]*\.[A-Za-z*?]*", re.ASCII)
_PATH = re.compile(r"[A-Za-z0-9_.$/~\"'@:+&*?;-]*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition holds where one of its values matches. `header` names the header of an http-header condition; the
    `pairs` of a query-string condition have a key, or None for any. With `regex` the values are regular expressions."""

    field: str
    values: tuple[str, ...] = ()
    header: str | None = None
    pairs: tuple[tuple[str | None, str], ...] = ()
    regex: bool = False

    def __post_init__(self) -> None:
        if self.field not in FIELDS:
            raise InvalidValue("Field", f"{self.field!r} is not one of {', '.join(FIELDS)}")
        if not (self.pairs if self.field == "query-string" else self.values):
            raise InvalidValue("Values", f"of the condition {self.field} are empty")
        if self.field == "http-header":
            self._check_header()
        for value in (*self.values, *(text for pair in self.pairs for text in pair if text is not None)):
            if not is_placeholder(value):
                self._check(value)

    def _check_header(self) -> None:
        if not self.header:
            raise InvalidValue("HttpHeaderConfig", "names no header")
        if is_placeholder(self.header):
            return
        if not _HEADER.fullmatch(self.header):
            raise InvalidValue("HttpHeaderName", f"{self.header!r} is no header's name of at most 40 characters")
        if self.header.lower() == "host":
            raise InvalidValue("HttpHeaderName", "cannot be Host: use a host-header condition")

    def _check(self, value: str) -> None:
        if self.regex:
            if self.field not in WITH_EXPRESSIONS:
                raise InvalidValue("RegexValues", f"cannot be used with the field {self.field}")
            return check_expression(value, "RegexValues", longest=_LONGEST)
        if len(value) > (_LONGEST_NAME if self.field == "http-request-method" else _LONGEST):
            raise InvalidValue("Values", f"of the condition {self.field} hold more than {_LONGEST} characters")
        if not value and self.field != "query-string":
            raise InvalidValue("Values", f"of the condition {self.field} cannot be empty")
        rule = {"host-header": _HOST, "path-pattern": _PATH, "http-request-method": _METHOD}.get(self.field)
        if rule is not None and not rule.fullmatch(value):
            raise InvalidValue("Values", f"{value!r} is none that the condition {self.field} can have")
        if self.field == "source-ip":
            _check_network(value)
        return None

    @property
    def wildcards(self) -> int:
        """How many characters of its values stand for others."""
        if self.regex or self.field in ("http-request-method", "source-ip"):
            return 0
        texts = (*self.values, *(text for pair in self.pairs for text in pair if text is not None))
        return sum(len(re.findall(r"(?<!\\)[*?]", text)) for text in texts)


def _check_network(value: str) -> None:
    try:
        ip_network(value)
    except ValueError:
        raise InvalidValue("Values", f"{value!r} is not an address range in CIDR form") from None
    if "/" not in value:
        raise InvalidValue("Values", f"{value!r} is not an address range in CIDR form: it has no prefix length")


def check_conditions(conditions: Sequence[Condition]) -> None:
    """What one rule may ask: each of four fields once, five values in all, five wildcards. # elb:quotas"""
    if not conditions:
        raise InvalidValue("Conditions", "are empty")
    counted = Counter(each.field for each in conditions)
    twice = next((field for field in _ONCE if counted[field] > 1), None)
    if twice is not None:
        raise InvalidValue("Conditions", f"hold the field {twice} more than once")
    if sum(len(each.pairs or each.values) for each in conditions) > _MOST_VALUES:
        raise InvalidValue("Conditions", f"hold more than {_MOST_VALUES} values")
    if sum(each.wildcards for each in conditions) > _MOST_WILDCARDS:
        raise InvalidValue("Conditions", f"hold more than {_MOST_WILDCARDS} wildcards")
