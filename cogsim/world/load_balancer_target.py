"""What stands behind a target group: an application, by what it believes of a request and which checks it makes."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from cogsim.errors import InvalidValue
from cogsim.world.origin import NOWHERE, Origin, is_placeholder

#: The checks of a target that believes the load balancer's token, by the names under which it may leave one out.
CHECKS = ("signature", "signer", "client", "issuer", "expiry")
#: Who can open a connection to a target, and which header says to it who asks.
REACHABLE = ("load-balancer", "anywhere")
BELIEVED = ("x-amzn-oidc-data", "x-amzn-oidc-identity", "authorization")
#: Where a target reads groups: a verified access token, the load balancer's token (userInfo), or a header of the app's.
GROUPS_FROM = ("access-token", "data", "header")
_HEADER = re.compile(r"[a-z0-9-]{1,64}", re.ASCII)
_HOST = re.compile(r"[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Target:
    """An application by the host at which it is reached without the load balancer.

    `signer`, `issuer` and `client_id` are what it expects of the load balancer's token, or the latter two of the
    client's own in Authorization, which no load balancer signs; `skips` are checks that it does
    not make. With `required_group` it admits members of that group alone, whom it finds by `groups_from`: the claim
    `groups_claim`, or the header `groups_header`. One that takes `guests` answers without an identity too. At
    `logout_path` it takes the session cookie away (unless `keeps_cookie`) and sends the browser to `logout_redirect`.
    One that `reads_underscores` takes `x_amzn_oidc_identity` for `x-amzn-oidc-identity`, as CGI and WSGI do.
    """

    host: str
    region: str
    target_groups: tuple[str, ...] = ()
    reachable_from: str = "load-balancer"
    believes: str = "x-amzn-oidc-data"
    skips: tuple[str, ...] = ()
    signer: str | None = None
    issuer: str | None = None
    client_id: str | None = None
    required_group: str | None = None
    groups_from: str = "access-token"
    groups_claim: str = "cognito:groups"
    groups_header: str = "x-groups"
    guests: bool = False
    logout_path: str | None = None
    logout_redirect: str | None = None
    keeps_cookie: bool = False
    reads_underscores: bool = False
    origin: Origin = field(default=NOWHERE, compare=False, repr=False)

    def __post_init__(self) -> None:
        if not _HOST.fullmatch(self.host) and not is_placeholder(self.host):
            raise InvalidValue("Host", f"{self.host!r} is no host name in lower case")
        for name, value, allowed in (
            ("ReachableFrom", self.reachable_from, REACHABLE),
            ("Believes", self.believes, BELIEVED),
            ("GroupsFrom", self.groups_from, GROUPS_FROM),
        ):
            if value not in allowed:
                raise InvalidValue(name, f"{value!r} is not one of {', '.join(allowed)}")
        for skipped in self.skips:
            if skipped not in CHECKS:
                raise InvalidValue("Skips", f"{skipped!r} is not one of {', '.join(CHECKS)}")
        self._check_expected()
        if not _HEADER.fullmatch(self.groups_header):
            raise InvalidValue("GroupsHeader", f"{self.groups_header!r} is no header's name in lower case")
        if self.logout_path is not None and not self.logout_path.startswith("/"):
            raise InvalidValue("LogoutPath", "must begin with a slash")

    def _check_expected(self) -> None:
        """A check without a value to hold the token against is none."""
        if self.believes == "x-amzn-oidc-identity":
            return
        signed = {"signer": ("Signer", self.signer)} if self.believes == "x-amzn-oidc-data" else {}
        expected = {**signed, "issuer": ("Issuer", self.issuer)}
        for check, (name, value) in {**expected, "client": ("ClientId", self.client_id)}.items():
            if not value and check not in self.skips:
                raise InvalidValue(name, f"is needed unless Skips holds {check}")
