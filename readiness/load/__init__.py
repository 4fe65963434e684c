"""How calls are sent: the HTTP client and the executors, in k6's words."""
