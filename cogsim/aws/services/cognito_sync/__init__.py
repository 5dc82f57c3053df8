"""Amazon Cognito Sync: what the identities of identity pools keep in step between devices. May import `aws` and below.

Start reading at `records.py`; who may do what is decided by IAM, and by `cogsim.decisions.identity_sync`.
"""
