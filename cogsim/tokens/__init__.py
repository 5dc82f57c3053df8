"""Wire formats and signatures: JSON Web Tokens, key sets, SRP. Pure: knows no AWS, no clock, no file.

May import the ground floor only. Start reading at `jwt.py`: a token is read, then verified, and the type says which.
"""
