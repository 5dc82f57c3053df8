"""Parties that are no part of AWS and keep something between two requests: identity providers, their codes and sessions.

Their operations are those of the service `cogsim`; they answer to nobody's signature and to no IAM policy.
"""
