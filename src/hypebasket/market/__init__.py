"""Sessions, raw bars, corporate actions, and the read-only panel an engine runs on."""
