"""Amazon DynamoDB: tables, their items, and the access to each of them. May import `aws` and what lies below it.

Start reading at `items.py` (one item), then `queries.py`, `batches.py`, `transactions.py`, `statements.py` (PartiQL)
and `tables.py`. What requests mean is decided in `decisions/dynamodb_*.py`. Streams, backups and global tables are not
modelled.
"""
