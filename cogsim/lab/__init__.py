"""Questions whose answer needs a cloud that runs: each is asked on copies, and leaves nothing behind.

May import `simulation` and everything below it, never `report`, `serve` or `cli`. Nothing here decides: what AWS
would do is asked of the door. Start reading at `doctor/doctor.py`.
"""
