"""A market-data vendor in a process of its own: seeded prices over HTTP, and faults on request."""
