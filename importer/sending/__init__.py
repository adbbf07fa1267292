"""The parts of sending: the pace, the journal, the drive of a run, and reading back.

Lives here: everything asynchronous. Must never live here: HTTP (the API is passed in) or a
rule (core decides).
"""
