"""Every decision that AWS (and an identity provider) makes around the policy language: pure functions of facts.

Each returns a `Decision` with its steps. May import `world`, `policy`, `tokens` and the ground floor; touches no file,
no network and no clock: the instant is an argument. Start reading at `authorization.py` and `trust.py`.
"""
