"""The user pools of Amazon Cognito: sign-up, sign-in, the users' own operations and the operator's.

One file per flow, thin: what may happen is asked of `decisions`. May import `decisions`, `world`, `tokens` and the
door's own parts, never another service. Start reading at `sign_up.py` and `authenticate.py`; the way in is `access.py`.
"""
