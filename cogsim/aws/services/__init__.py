"""The services behind the door: one package each, one file a flow, one small function an operation.

May import `aws` and what lies below it, never one another: services meet at the door. Nothing is decided here.
"""
