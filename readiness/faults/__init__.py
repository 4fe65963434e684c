"""Faults that need no root, no container and no change of the target; each one proves that it acted."""
