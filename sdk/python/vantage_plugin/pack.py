"""A pack: its description, and the functions behind its commands.

`Pack.export` makes the class that componentize-py puts behind the contract's `commands` interface.
It is the only place where Python's exceptions become the contract's errors.
"""

import json
import traceback
from collections.abc import Callable, Sequence

from .contract import Err, logging, types
from .description import Answer, Argument, Command, Operation, nothing
from .error import Error
from .session import Session

#: A command's function: what it is lent, and its arguments by name.
Function = Callable[[Session, dict], None]


class Pack:
    """What a pack contains. Made once, while its module is imported."""

    def __init__(
        self,
        id: str,
        version: str,
        summary: str,
        *,
        homepage: str | None = None,
        license: str | None = None,
    ):
        """`id` is publisher and name, as in `acme/py-report`; `summary` one line without full stop."""
        self._head = {"schema": 1, "id": id, "version": version, "summary": summary}
        self._head |= {name: value for name, value in {"homepage": homepage, "license": license}.items() if value}
        self._groups: list[dict] = []
        self._requests: list[dict] = []
        self._operations: list[Operation] = []
        self._commands: dict[tuple[str, ...], tuple[Command, Function]] = {}

    def group(self, path: str, summary: str) -> None:
        """Says what a group of commands is for, in help."""
        self._groups.append({"path": path.split(), "summary": summary})

    def request(self, capability: str, *, purpose: str) -> None:
        """Asks for more than operations: `persona email`, `storage 1MiB`."""
        self._requests.append({"capability": capability, "purpose": purpose})

    def operation(self, name: str, *, api: str, purpose: str, document: str) -> Operation:
        """Declares a GraphQL operation; what is not declared cannot be run."""
        operation = Operation(name, api, document, purpose)
        self._operations.append(operation)
        return operation

    def command(
        self,
        path: str,
        summary: str,
        *,
        effect: str = "read",
        answer: Answer = nothing(),
        arguments: Sequence[Argument] = (),
        operations: Sequence[Operation] = (),
        description: str | None = None,
        examples: dict[str, str] | None = None,
    ) -> Callable[[Function], Function]:
        """Makes the function below it a command: `path` is its words after `vantage`."""

        def add(function: Function) -> Function:
            words = tuple(path.split())
            if words in self._commands:
                raise ValueError(f"the command `{path}` is there twice")
            command = Command(
                words, summary, effect, answer, tuple(arguments), tuple(operations), description, examples or {}
            )
            self._commands[words] = (command, function)
            return function

        return add

    def describe(self) -> dict:
        """The description, as `pack.schema.json` has it."""
        parts = {
            "groups": self._groups,
            "commands": [command.describe() for command, _ in self._commands.values()],
            "operations": [operation.describe() for operation in self._operations],
            "requests": self._requests,
        }
        return self._head | {name: part for name, part in parts.items() if part}

    def find(self, command: str) -> tuple[Command, Function]:
        """A command and its function, for `testing`."""
        words = tuple(command.split())
        assert words in self._commands, f"the pack has no command `{command}`"
        return self._commands[words]

    def export(self) -> type:
        """The class to be called `Commands` in the pack's main module."""
        pack, description = self, json.dumps(self.describe())

        class Commands:
            """The pack behind the contract's `commands` interface."""

            def describe(self) -> str:
                """What the pack contains."""
                return description

            def run(self, command: list[str], arguments: str, session) -> None:
                """Runs one command to its end."""
                with session:
                    pack._run(tuple(command), json.loads(arguments), Session(session))

        return Commands

    def _run(self, words: tuple[str, ...], arguments: dict, session: Session) -> None:
        if words not in self._commands:
            raise _outgoing(Error.failed(f"the pack has no command `{' '.join(words)}`"))
        _, function = self._commands[words]
        try:
            function(session, arguments)
        except Error as error:
            # The reader of the answer went away: that is no failure of the pack.
            if error.kind != "closed":
                raise _outgoing(error) from None
        except Exception as error:  # a fault of the pack must not end as a bare trap
            logging.log(logging.Level.ERROR, traceback.format_exc())
            message = "".join(traceback.format_exception_only(error)).strip()
            raise _outgoing(Error.failed(message, hints=["-vv shows where in the pack this happened"])) from None


def _outgoing(error: Error) -> Err:
    details = None if error.details is None else json.dumps(error.details)
    return Err(types.Error(error.kind, error.message, error.hints, details))
