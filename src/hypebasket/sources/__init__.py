"""Where data comes from: tidy folders, the synthetic sample, and the store that keeps what was verified."""
