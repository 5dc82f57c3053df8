"""The known causes, a module for each family; every reader here names one from the steps of a refusal.

A reader takes a `Symptom` and answers with a `Cause`, or None where the refusal is of another kind. It looks at
questions, answers, facts and places of steps and at the world; what AWS answers to the cure is asked of the door.
"""
