"""Amazon Cognito identity pools: identities, and credentials for them. May import `aws` and what lies below it.

Start reading at `credentials.py`; whom a pool believes and which role it vends is decided in `cogsim.decisions`.
"""
