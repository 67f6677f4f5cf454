"""Runs a pack's commands in plain Python, on values instead of a platform: for the pack's own tests.

    run = Rehearsal(pack).pages(LIST, [[{"name": "a"}]]).run("py-report list")
    assert run.error is None
    assert run.records == [{"name": "a"}]

It holds a command to what its description declares (operations, requests, effect) but is not the host:
it parses no command line and checks no grants. A fault of the command reaches the test as it is.
"""

from dataclasses import dataclass, field

from .description import Operation
from .error import Error
from .pack import Pack
from .session import Session
from .stage import Said, Stage


@dataclass
class Run:
    """What a command did."""

    #: Why it failed, or None.
    error: Error | None
    #: The records that it emitted.
    records: list[dict] = field(default_factory=list)
    #: The Markdown that it answered with.
    text: str = ""
    #: What it noted, and what it warned of.
    notes: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    #: The operations that it ran, each with its variables.
    calls: list[tuple[str, dict]] = field(default_factory=list)
    #: What it keeps in its storage now.
    stored: dict[str, object] = field(default_factory=dict)


class Rehearsal:
    """A pack, and what the world will say to it. Each method gives the rehearsal back.

    At first nothing is answered, and nobody is at the terminal.
    """

    def __init__(self, pack: Pack):
        self._pack = pack
        self._stage = Stage()

    def answer(self, operation: Operation, data: dict, *, errors: list[dict] | None = None) -> "Rehearsal":
        """Answers the next call of `operation` with `data`, and with GraphQL's errors beside it."""
        return self._say(operation, Said("data", (data, errors or [])))

    def pages(self, operation: Operation, pages: list[list[dict]]) -> "Rehearsal":
        """Answers the next `paginate` of `operation` with these pages of nodes."""
        return self._say(operation, Said("pages", pages))

    def events(self, operation: Operation, events: list[dict | Error]) -> "Rehearsal":
        """Answers the next `subscribe` of `operation` with the data of these events, and then its end.

        An error in place of an event's data ends them with it.
        """
        return self._say(operation, Said("events", events))

    def fail(self, operation: Operation, error: Error) -> "Rehearsal":
        """Fails the next call of `operation`."""
        return self._say(operation, Said("failure", error))

    def persona(self, **aspects) -> "Rehearsal":
        """Signs in a user: `subject`, `display_name`, `email`, `organization` (id and name), `roles`."""
        self._stage.aspects |= aspects
        return self

    def reply(self, reply: bool | str) -> "Rehearsal":
        """Lets the user answer the next question: yes or no, a choice, or a line."""
        self._stage.replies.append(reply)
        return self

    def file(self, argument: str, name: str, content: bytes) -> "Rehearsal":
        """Names a file for an argument of kind `file`."""
        self._stage.named.setdefault(argument, []).append((name, content))
        return self

    def settings(self, settings: dict) -> "Rehearsal":
        """Sets what the user has set for the pack."""
        self._stage.chosen = settings
        return self

    def stored(self, key: str, value: object) -> "Rehearsal":
        """Puts a value into the pack's storage."""
        self._stage.stored[key] = value
        return self

    def closed_after(self, records: int) -> "Rehearsal":
        """Closes the answer after so many records, as `| head` does."""
        self._stage.room = records
        return self

    def run(self, command: str, arguments: dict | None = None) -> Run:
        """Runs a command, as in `py-report list`; defaults of the description are added to `arguments`.

        Raises AssertionError where the pack has no such command, where a required argument is
        missing or one is unknown, and where an answer was not asked for.
        """
        described, function = self._pack.find(command)
        self._stage.open(described, self._pack)
        error = None
        try:
            function(Session(self._stage), _complete(described, arguments or {}))
        except Error as raised:
            # The reader of the answer went away: that is no failure of the pack.
            error = raised if raised.kind != "closed" else None
        unused = [operation for operation, said in self._stage.answers.items() if said]
        assert not unused, f"never asked for the answers to {unused}; the run ended with {error!r}"
        stage = self._stage
        return Run(error, stage.records, stage.markdown, stage.notes, stage.warnings, stage.calls, stage.stored)

    def _say(self, operation: Operation, said: Said) -> "Rehearsal":
        self._stage.answers.setdefault(operation.name, []).append(said)
        return self


def _complete(command, arguments: dict) -> dict:
    """The arguments as the host would hand them over."""
    known = {argument.name: argument for argument in command.arguments}
    unknown = sorted(set(arguments) - set(known))
    assert not unknown, f"the command has no arguments {unknown}"
    missing = [name for name, argument in known.items() if argument.required and name not in arguments]
    assert not missing, f"the arguments {missing} are required"
    defaults = {name: argument.default for name, argument in known.items() if argument.default is not None}
    return defaults | arguments
