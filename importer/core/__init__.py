"""The pure core: it knows spreadsheets' values and the ATS's rules, and nothing else.

No module here opens a file or a socket, asks the clock, reads the environment or
imports asyncio; a test reads the imports and holds it so.
"""
