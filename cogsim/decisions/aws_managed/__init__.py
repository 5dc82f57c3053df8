"""The documents of AWS's own managed policies that cogsim holds, as facts: a file for a family, `published` their form.

Pure tables. Start at `cogsim.decisions.aws_managed_policies`, which finds a policy by its ARN.
"""
