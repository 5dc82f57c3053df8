"""One file per family of nouns: each resource type's ledger and the function that turns its properties into a noun.

May import what `load` may; the files do not import one another, but share `attachments.py`. A new resource type is an
`Adapter` in the `ADAPTERS` of its family's file. Start reading at `storage.py`, the shortest family.
"""
