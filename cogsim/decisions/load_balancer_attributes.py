"""The attributes of load balancers and target groups: their names, what they are unless stated, what they may be."""

from __future__ import annotations

import re
from collections.abc import Mapping

from cogsim.decision import Refusal
from cogsim.decisions.refusals import Check, passed, refused
from cogsim.persistent import Map

#: Attributes of Application Load Balancers. # elb:api §API_LoadBalancerAttribute
OF_BALANCERS = {
    "access_logs.s3.bucket": "",
    "access_logs.s3.enabled": "false",
    "access_logs.s3.prefix": "",
    "client_keep_alive.seconds": "3600",
    "connection_logs.s3.bucket": "",
    "connection_logs.s3.enabled": "false",
    "connection_logs.s3.prefix": "",
    "deletion_protection.enabled": "false",
    "health_check_logs.s3.bucket": "",
    "health_check_logs.s3.enabled": "false",
    "health_check_logs.s3.prefix": "",
    "idle_timeout.timeout_seconds": "60",
    "ipv6.deny_all_igw_traffic": "false",
    "load_balancing.cross_zone.enabled": "true",
    "routing.http.desync_mitigation_mode": "defensive",
    "routing.http.drop_invalid_header_fields.enabled": "false",
    "routing.http.preserve_host_header.enabled": "false",
    "routing.http.x_amzn_tls_version_and_cipher_suite.enabled": "false",
    "routing.http.xff_client_port.enabled": "false",
    "routing.http.xff_header_processing.mode": "append",
    "routing.http2.enabled": "true",
    "waf.fail_open.enabled": "false",
    "zonal_shift.config.enabled": "false",
}
#: Attributes of target groups of Application Load Balancers. # elb:api §API_TargetGroupAttribute
OF_GROUPS = {
    "deregistration_delay.timeout_seconds": "300",
    "lambda.multi_value_headers.enabled": "false",
    "load_balancing.algorithm.anomaly_mitigation": "off",
    "load_balancing.algorithm.type": "round_robin",
    "load_balancing.cross_zone.enabled": "use_load_balancer_configuration",
    "slow_start.duration_seconds": "0",
    "stickiness.app_cookie.cookie_name": "",
    "stickiness.app_cookie.duration_seconds": "86400",
    "stickiness.enabled": "false",
    "stickiness.lb_cookie.duration_seconds": "86400",
    "stickiness.type": "lb_cookie",
    "target_group_health.dns_failover.minimum_healthy_targets.count": "1",
    "target_group_health.dns_failover.minimum_healthy_targets.percentage": "off",
    "target_group_health.unhealthy_state_routing.minimum_healthy_targets.count": "1",
    "target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage": "off",
}
_WORDS = {
    "routing.http.desync_mitigation_mode": ("monitor", "defensive", "strictest"),
    "routing.http.xff_header_processing.mode": ("append", "preserve", "remove"),
    "load_balancing.algorithm.type": ("round_robin", "least_outstanding_requests", "weighted_random"),
    "load_balancing.algorithm.anomaly_mitigation": ("on", "off"),
    "stickiness.type": ("lb_cookie", "app_cookie"),
}
_RANGES = {
    "client_keep_alive.seconds": (60, 604_800),
    "idle_timeout.timeout_seconds": (1, 4000),
    "deregistration_delay.timeout_seconds": (0, 3600),
    "slow_start.duration_seconds": (0, 900),
    "stickiness.app_cookie.duration_seconds": (1, 604_800),
    "stickiness.lb_cookie.duration_seconds": (1, 604_800),
}


def attributes_fit(known: Mapping[str, str], asked: Mapping[str, str], what: str) -> Check:
    """Known names with values that they may have; `what` is the kind of thing, in words."""
    question = "may it have these attributes?"
    for key, value in sorted(asked.items()):
        text = None
        if key not in known:
            text = f"{what} attribute key '{key}' is not recognized"
        elif not _may_be(key, value, known[key]):
            text = f"{what} attribute value '{value}' for key '{key}' is not valid"
        if text is not None:
            return refused(Refusal("ValidationError", text), question, key[:80], "elb:api")
    return passed(question, ", ".join(sorted(asked)), "elb:api")


def _may_be(key: str, value: str, default: str) -> bool:
    if key in _WORDS:
        return value in _WORDS[key]
    if key in _RANGES:
        least, most = _RANGES[key]
        return re.fullmatch(r"\d{1,7}", value, re.ASCII) is not None and least <= int(value) <= most
    return value in ("true", "false") if default in ("true", "false") else True


def in_force(known: Mapping[str, str], stated: Map[str, str]) -> list[dict[str, str]]:
    """Every attribute as it is in force, as the API lists them."""
    held = {**known, **dict(stated.items())}
    return [{"Key": key, "Value": held[key]} for key in sorted(held)]
