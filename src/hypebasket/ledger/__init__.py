"""The record of a run: orders, fills, entitlements, positions and equity, and the invariants they must hold."""
