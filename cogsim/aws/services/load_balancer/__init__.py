"""Application Load Balancers as clients meet them: the service `load-balancer`.

Its model is `aws/load_balancer_model.py`. Start at `requests.py`; `sign_in.py` is the way to the provider and back,
`targets.py` what stands behind.
"""
