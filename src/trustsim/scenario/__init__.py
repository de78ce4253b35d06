"""WHAT a user writes: the schema, the loader (positions, ``extends``, units) and the resolved scenario."""
