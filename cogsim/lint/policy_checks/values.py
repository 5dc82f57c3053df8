"""The values that conditions compare with: whether they are what the operator and the key can ever meet.

# ug:condition-operators
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator

from cogsim.lint.policy_checks.operators import family
from cogsim.lint.policy_draft import Draft, Test, Word
from cogsim.lint.policy_finding import PolicyFinding
from cogsim.load import service_data

_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")
_EPOCH = re.compile(r"\d+(\.\d+)?")
_DATE = re.compile(r"\d{4}(-\d{2}(-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?)?)?")
_VPC, _VPCE = re.compile(r"vpc-([0-9a-f]{8}|[0-9a-f]{17})"), re.compile(r"vpce-([0-9a-f]{8}|[0-9a-f]{17})")
_KMS_KEY = re.compile(r"arn:[^:]+:kms:[a-z0-9-]+:\d{12}:(key|alias)/.+")
_KMS_VALUES = ("s3:x-amz-server-side-encryption-aws-kms-key-id",)
_VIA_SERVICE = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)*\.amazonaws\.com(\.cn)?")
_SERVICE_VALUES = ("iam:passedtoservice", "iam:awsservicename", "aws:principalservicename", "kms:viaservice")
_EXACT = ("StringEquals", "StringNotEquals", "StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase")


def check(draft: Draft) -> Iterator[PolicyFinding]:
    """Values of the wrong type or form, several where one is asked for, and such that add nothing."""
    for statement in draft.statements:
        for test in statement.tests:
            yield from _forms(test)
            for word in test.values:
                if not word.open and "${" not in word.text:
                    yield from _of_operator(test, word)
                    yield from _of_key(test, word)
            yield from _redundant_numbers(test)


def _forms(test: Test) -> Iterator[PolicyFinding]:
    if len({word.form for word in test.values}) > 1:
        message = f"The values of {test.key.text} mix texts, numbers and truth values."
        yield test.key.finding("INVALID_CONDITION_DATA_TYPE", message, "write all of them in quotation marks")
    single = test.name == "Null" or (test.name == "Bool" and test.operator is not None and not test.operator.qualifier)
    if single and len(test.values) > 1:
        message = f"{test.name} compares {test.key.text} with one truth value, not {len(test.values)}."
        yield test.key.finding("INVALID_CONDITION_MULTIPLE_BOOLEAN", message)


def _of_operator(test: Test, word: Word) -> Iterator[PolicyFinding]:
    text, group = word.text, family(test.name)
    if (group == "Bool" or test.name == "Null") and text.casefold() not in ("true", "false"):
        yield word.finding("TYPE_MISMATCH_BOOLEAN", f"{text!r} is neither true nor false.")
    elif group == "Numeric" and not _NUMBER.fullmatch(text):
        yield word.finding("TYPE_MISMATCH_NUMBER", f"{text!r} is no number.")
    elif group == "Date" and _EPOCH.fullmatch(text) and len(text) != 4:
        message = f"{text!r} counts seconds since 1970, which few readers can check: write the date."
        yield word.finding("INVALID_DATE_VALUE", message)
    elif group == "Date" and not _DATE.fullmatch(text):
        yield word.finding("TYPE_MISMATCH_DATE", f"{text!r} is no date: write YYYY-MM-DD or YYYY-MM-DDThh:mm:ssZ.")
    elif group == "Binary" and not _is_base64(text):
        yield word.finding("TYPE_MISMATCH_STRING", f"{text!r} is not Base64.")


def _is_base64(text: str) -> bool:
    try:
        base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return False
    return True


def _of_key(test: Test, word: Word) -> Iterator[PolicyFinding]:
    text, folded = word.text, test.folded
    if test.name not in _EXACT:
        return
    if folded == "aws:sourcevpc" and not _VPC.fullmatch(text):
        message = f"{text!r} is no VPC: those are vpc- and 8 or 17 hexadecimal digits."
        yield word.finding("INVALID_VPC_FORMAT", message)
    elif folded == "aws:sourcevpce" and not _VPCE.fullmatch(text):
        message = f"{text!r} is no VPC endpoint: those are vpce- and 8 or 17 hexadecimal digits."
        yield word.finding("INVALID_VPCE_FORMAT", message)
    elif folded in _KMS_VALUES and text and not _KMS_KEY.fullmatch(text):
        yield word.finding("INVALID_KMS_KEY_VALUE", f"{text!r} is not the ARN of a KMS key.")
    elif folded == "aws:requestedregion" and not any(text in each for each in service_data.regions().values()):
        from cogsim.errors import suggest

        near = suggest(text, set().union(*service_data.regions().values()))
        yield word.finding("INVALID_REGION", f"AWS has no region {text!r}.", near or "")
    elif folded in _SERVICE_VALUES and not set("*?") & set(text):
        yield from _service(folded, word)


def _service(folded: str, word: Word) -> Iterator[PolicyFinding]:
    if not _VIA_SERVICE.fullmatch(word.text) and not word.text.endswith((".amazon.com", ".aws.internal")):
        form = "service.region.amazonaws.com" if folded == "kms:viaservice" else "service.amazonaws.com"
        fix = f"{word.text}.amazonaws.com" if re.fullmatch("[a-z0-9-]+", word.text) else ""
        message = f"{word.text!r} is no service principal: here those are written {form}."
        yield word.finding("INVALID_SERVICE_PRINCIPAL_FORMAT", message, fix)


def _redundant_numbers(test: Test) -> Iterator[PolicyFinding]:
    """Of several bounds in one direction only one decides; the values are joined by OR."""
    if not test.name.startswith("Numeric") or "Than" not in test.name or len(test.values) < 2:
        return
    if all(_NUMBER.fullmatch(word.text) for word in test.values):
        pick = max if "Less" in test.name else min
        decisive = pick(test.values, key=lambda word: float(word.text))
        message = f"Of these values of {test.key.text} only {decisive.text} counts."
        yield test.key.finding("REDUNDANT_CONDITION_VALUE_NUM", message, decisive.text)
