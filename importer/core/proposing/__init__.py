"""Proposing a mapping: from headers, values and the candidate schema to fields.

The way: `headers` reads each header by the word lists, `evidence` looks at values,
`context` lets the columns explain each other, `columns` decides; `writing`, `updating` and
`suggesting` put decisions into YAML. What a newcomer would question: nearly every rule here
says no. A wrong field corrupts data, an open one costs a minute.
"""
