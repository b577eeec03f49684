"""Where input, logic and output meet: a run from YAML and data to ledgers, numbers and pages."""
