"""A strategy, a basket and the past become a plan of integers that any engine can execute."""
