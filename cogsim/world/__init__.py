"""What an administrator could export: every noun of AWS that cogsim knows, as frozen values.

May import `policy`, `tokens` and the ground floor. Start reading at `world.py`; each other file holds one family of
AWS's nouns, with a constructor that refuses what AWS would refuse (`InvalidValue`).
"""
