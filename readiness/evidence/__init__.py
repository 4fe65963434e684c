"""Evidence that others made: tests, scans, load summaries, queries, signed statements. One file a kind reads it."""
