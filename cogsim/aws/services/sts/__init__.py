"""AWS STS: sessions of roles. May import `aws` and what lies below it, no other service.

Start reading at `assume_role.py`; the credentials are made in `credentials.py`, every decision in `cogsim.decisions`.
"""
