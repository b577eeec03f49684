"""YAML a user edits, read with the place of every value kept, then frozen and validated."""
