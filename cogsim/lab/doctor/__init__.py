"""Why does a federated sign-in fail, where is that written, and with which change does it succeed.

A question (`question.py`) is played on a copy of the world (`play.py`); the call that AWS refused is a symptom
(`symptom.py`); a reader in `causes/` names the cause (`cause.py`) with a cure, which is applied to another copy, and
the question is asked again from the start (`doctor.py`). What came of it is a `Diagnosis` (`diagnosis.py`). A cause is
added by a function with `@reads` in a module of `causes/`: it is found, not listed.
"""
