"""CloudFormation templates → World: fragments join into stacks, references resolve, adapters make nouns.

May import what `load` may. Start reading at `build.py`. `fragment.py` takes a file apart, `intrinsics.py` and
`conditions.py` evaluate, `references.py` orders, `properties.py` reads by type and keeps each resource type's ledger,
`resources/` holds one file per family of nouns.
"""
