"""Parties outside AWS that keep something between two requests: identity providers, their codes and sessions.

Their operations are those of the service `cogsim`; they answer to nobody's signature and to no IAM policy.
"""
