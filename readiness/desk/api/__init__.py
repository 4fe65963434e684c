"""The HTTP interface: one router for each kind of resource."""
