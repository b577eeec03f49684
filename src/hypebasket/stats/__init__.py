"""Numbers from ledgers and panels."""
