"""A local ATS that speaks the documented wire: for the first run, for tests, for training.

Lives here: everything that pretends to be the service and the ATS behind it. Must never
live here: anything the importer needs to do its work; the importer meets this room over
HTTP only, as it would meet the real one. What a newcomer would question: nothing here
uses the importer's own parsing or checking, so that a mistake there cannot hide here.

Entry points: `server.serve` (a server in this process), `python -m importer.sandbox`
(a process of its own), `settings.SandboxSettings` (everything that can be set).
"""
