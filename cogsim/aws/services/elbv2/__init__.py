"""Elastic Load Balancing's own API, as administrators call it: load balancers, listeners, rules, groups and tags.

May import `aws` and what lies below it, no other service. Start at `rules.py`; `addressing.py` finds what a call
names, `read_parts.py` and `shown.py` are the two directions between the API's words and the world's nouns, every
decision is in `cogsim.decisions.load_balancer_configuration`. What clients of a load balancer meet is the service
`load_balancer`.
"""
