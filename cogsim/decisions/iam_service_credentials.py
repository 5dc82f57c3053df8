"""Which services take a name and a password of an IAM user. # iam:api §CreateServiceSpecificCredential"""

from __future__ import annotations

from cogsim.decisions.iam_entities import unseen
from cogsim.decisions.refusals import Check, passed

_SERVICES = ("cassandra.amazonaws.com", "codecommit.amazonaws.com")


def supported(service: str) -> Check:
    """Whether the service takes such credentials; keys of Bedrock, which end, are made otherwise."""
    question = "does the service take credentials of its own?"
    if service in _SERVICES:
        return passed(question, service, "iam:api")
    text = f"No such service {service} is supported for Service Specific Credentials"
    return unseen("NotSupportedService", text, question, service)
