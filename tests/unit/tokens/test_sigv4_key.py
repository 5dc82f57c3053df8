"""The key of version 4 of AWS's signatures."""

from __future__ import annotations

from cogsim.tokens.sigv4 import signing_key


def test_the_key_is_that_of_awss_own_example() -> None:
    secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"  # aws:sigv4
    made = signing_key(secret, "20150830", "us-east-1", "iam")
    assert made.hex() == "c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9"
