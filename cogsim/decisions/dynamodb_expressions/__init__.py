"""DynamoDB's expressions: condition, filter, key condition, projection, update, and PartiQL. Pure; imports `world`.

Start reading at `tree.py` (what an expression is), then `grammar.py` (text to tree), `placeholders.py` (names and
values put in), and one module for each kind of expression. What DynamoDB refuses is an InvalidValue whose rule is
DynamoDB's message.
"""
