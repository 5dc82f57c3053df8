"""Rules over a world, what they find, and the validation of single policies.

May import `analysis` and everything below it. Start reading at `finding.py`, a finding about a world, which carries its
proof; or at `validate.py`: a policy's nodes become a draft (`policy_reader.py`), which every family of checks in
`policy_checks/` looks at, and a finding there bears AWS's own code (`policy_codes.py`).
"""
