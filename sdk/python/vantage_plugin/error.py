"""The one error of the contract, as an exception.

Whatever a call of the session cannot do arrives as `Error`, with the host's advice in it. A command
that does not catch it passes it on whole; a command raises its own to end a run. Used by `session`
and `pack`; knows nothing of the bindings.
"""


class Error(Exception):
    """Why a call failed, or why a run did.

    `kind` is one of the contract's words, such as `not-found`, `denied`, `conflict` or `failed`;
    treat one that you do not know as `failed`. `message` is one line, lower case, without a full
    stop. `hints` say what the user can do, a line each. `details` is whatever JSON has, or None.
    """

    def __init__(self, kind: str, message: str, *, hints: list[str] | None = None, details: object = None):
        super().__init__(message)
        self.kind = kind
        self.message = message
        self.hints = list(hints or [])
        self.details = details

    @classmethod
    def not_found(cls, message: str, *, hints: list[str] | None = None) -> "Error":
        """What the user named does not exist."""
        return cls("not-found", message, hints=hints)

    @classmethod
    def usage(cls, message: str, *, hints: list[str] | None = None) -> "Error":
        """The arguments do not go together."""
        return cls("usage", message, hints=hints)

    @classmethod
    def failed(cls, message: str, *, hints: list[str] | None = None) -> "Error":
        """Anything else."""
        return cls("failed", message, hints=hints)
