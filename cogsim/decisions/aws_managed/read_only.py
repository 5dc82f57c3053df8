"""ReadOnlyAccess, the longest of AWS's policies that is attached often, as published in 2026. # aws:managed-policies"""

from __future__ import annotations

from cogsim.decisions.aws_managed import read_only_first, read_only_second
from cogsim.decisions.aws_managed.published import Published, allow

POLICIES = (
    Published(
        "ReadOnlyAccess",
        "v190",
        "2015-02-06T18:39:48",
        "2026-09-24T17:37:08",
        (
            allow(read_only_first.ACTIONS, sid="ReadOnlyActionsGroup1"),
            allow(read_only_second.ACTIONS, sid="ReadOnlyActionsGroup2"),
            allow(
                "s3express: CreateSession",
                when={"StringEquals": {"s3express:SessionMode": "ReadOnly"}},
                sid="S3ExpressReadOnlySessionObjectAccess",
            ),
        ),
    ),
)
