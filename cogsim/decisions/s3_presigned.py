"""Whether a presigned address still opens: until it says it is over, or the keys that signed it are.

1. It holds for a week at most, and less where its maker said so. # s3:using-presigned-url
2. The keys that signed it open it and nothing else: what ends them, or takes their rights, ends the address. The door
   asks for them as for every call; nothing of that is decided here.
"""

from __future__ import annotations

from cogsim.clock import iso
from cogsim.decision import Refusal
from cogsim.decisions.refusals import Check, passed, refused

#: For how long an address may hold at most (seconds).
LONGEST = 604_800


def still_opens(made_at: float, seconds: float, now: float) -> Check:
    """Argument 1; instants in seconds since the epoch. S3 looks at how long it holds when it is opened."""
    if not 1 <= seconds <= LONGEST:
        text = f"X-Amz-Expires must be between 1 and {LONGEST} seconds"
        refusal, asked = Refusal("AuthorizationQueryParametersError", text), "may an address hold for so long?"
        return refused(refusal, asked, f"{seconds:g} seconds", "s3:using-presigned-url")
    question, found = "does the address still hold?", f"until {iso(made_at + seconds)}"
    if now >= made_at + seconds:
        return refused(Refusal("AccessDenied", "Request has expired"), question, found, "s3:using-presigned-url")
    return passed(question, found, "s3:using-presigned-url")
