"""Deliberate errors of the desk: each one carries the code and the status that the caller sees."""


class Problem(Exception):  # noqa: N818 - an answer to the caller, not a fault of the program
    """A request that cannot be served as asked, explained in the caller's own terms."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message


class StartupError(Exception):
    """The desk cannot start; the message says why and what would be right."""


def not_found(what: str, name: str) -> Problem:
    """The problem for a resource that does not exist."""
    return Problem(404, "not_found", f"{what} {name!r} does not exist")
