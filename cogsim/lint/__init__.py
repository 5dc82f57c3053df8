"""Rules over a world, and what they find.

May import `analysis` and everything below it. Start reading at `finding.py`: a finding is a value that carries its
proof.
"""
