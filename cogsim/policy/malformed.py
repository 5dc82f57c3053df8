"""The refusal of a policy document: AWS's code and text, with the rule that was broken and where."""

from __future__ import annotations

from cogsim.errors import AwsError, Location

Path = tuple[str | int, ...]

# The texts AWS is known to answer with; anything else is a plain syntax error.
SYNTAX = "Syntax errors in policy."
NO_ACTIONS = "Policy statement must contain actions."
NO_RESOURCES = "Policy statement must contain resources."
DUPLICATE_SIDS = "Statement IDs (SID) in a single policy must be unique."
NO_VENDOR = "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."


class MalformedPolicy(AwsError):
    """`MalformedPolicyDocument`: `message` is AWS's text, `rule` ours, `path` the place in the document."""

    def __init__(self, message: str, rule: str, path: Path = (), location: Location | None = None) -> None:
        super().__init__("MalformedPolicyDocument", message)
        self.rule = rule
        self.path = path
        self.location = location

    def __str__(self) -> str:
        place = f"{self.location}: " if self.location else ""
        where = f" at {path_text(self.path)}" if self.path else ""
        return f"{place}{self.code}: {self.message} ({self.rule}{where})"

    def __reduce__(self) -> tuple[object, ...]:
        return (MalformedPolicy, (self.message, self.rule, self.path, self.location))


def path_text(path: Path) -> str:
    """A path as one reads it: `Statement[0].Condition.Bool`."""
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text
