"""The CloudTrail records of a running cloud, in AWS's own form; secrets never appear in them.

May import what `aws` may, but not `cloud.py` or a service: a record is made of outcomes alone. Start reading at
`log.py` (which records there are), then `record.py` (what one holds) and `redaction.py` (what it must not hold).
"""

from cogsim.aws.trail.log import records
from cogsim.aws.trail.redaction import HIDDEN

__all__ = ["HIDDEN", "records"]
