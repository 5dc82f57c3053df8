"""What a served cloud survives by: its journal, written before anything is answered, checkpoints, and recovery.

Start reading at `recovery.py` (what a server begins with), then `recorder.py` (what it tells of each batch),
`checkpoint.py` (what bounds the time of a restart) and `past_log.py` (how the trail comes back).
"""
