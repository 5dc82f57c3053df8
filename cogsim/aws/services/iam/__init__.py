"""AWS IAM: who there is in an account, and which policies they carry. May import `aws` and what lies below it, no
other service.

Start reading at `roles.py`; `account.py` finds what a call names and says which permission it needs, every decision is
in `cogsim.decisions.iam_*`.
"""
