"""A fresh account for every test."""

from __future__ import annotations

import pytest

from tests.unit.aws.iam.iam_door import Iam, account


@pytest.fixture
def iam() -> Iam:
    return account()
