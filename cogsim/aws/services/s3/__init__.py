"""Amazon S3: objects of buckets, as far as access to them is decided. May import `aws` and what lies below it.

Start reading at `objects.py`, then `listing.py`. Versions, access control lists and multipart uploads are not modelled.
"""
