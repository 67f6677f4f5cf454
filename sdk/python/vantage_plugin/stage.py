"""The world of one rehearsal: what a session would be, answering from values and writing down what is asked.

Its methods are those of the contract's resources, with the contract's types: JSON texts and `Err`. So a
rehearsal runs the same code above it as a component does. Used by `testing` alone.
"""

import json
from types import SimpleNamespace

from .contract import Err, Ok, types
from .description import Command
from .error import Error


class Said:
    """What the platform says to one call: `kind` is data, pages, events or failure."""

    def __init__(self, kind: str, content: object):
        self.kind = kind
        self.content = content


class Stage:
    """The session, the platform, the answer, the user and the storage of one run, in one."""

    def __init__(self):
        self.answers: dict[str, list[Said]] = {}
        self.aspects: dict[str, object] = {}
        self.replies: list[bool | str] = []
        self.named: dict[str, list[tuple[str, bytes]]] = {}
        self.chosen: dict = {}
        self.stored: dict[str, object] = {}
        self.room: int | None = None
        self.records: list[dict] = []
        self.markdown = ""
        self.notes: list[str] = []
        self.warnings: list[str] = []
        self.calls: list[tuple[str, dict]] = []
        self._operations: dict = {}
        self._requests: list[str] = []
        self._reads = True

    def open(self, command: Command, pack) -> None:
        """Takes on what the description declares."""
        self._operations = {operation.name: operation for operation in command.operations}
        self._requests = [request["capability"] for request in pack.describe().get("requests", [])]
        self._reads = command.effect == "read"

    # The session.

    def graphql(self):
        return _Platform(self)

    def output(self):
        return _Answer(self)

    def prompter(self):
        return _User(self)

    def persona(self):
        self.requested("persona")
        return _Persona(self)

    def storage(self):
        self.requested("storage")
        return _Storage(self)

    def settings(self) -> str:
        return json.dumps(self.chosen)

    def files(self, argument: str):
        return [_File(name, content) for name, content in self.named.get(argument, [])]

    # What the rest below shares.

    def requested(self, capability: str) -> None:
        """Denies what the pack does not ask for."""
        if not any(asked == capability or asked.startswith(f"{capability} ") for asked in self._requests):
            raise failure("denied", f"the pack does not ask for `{capability}`")

    def said(self, operation: str, variables: str, kind: str):
        """What was prepared for a call, if the command may make it."""
        declared = self._operations.get(operation)
        if declared is None:
            raise failure("denied", f"the command does not use `{operation}`")
        if self._reads and declared.document.lstrip().startswith("mutation"):
            raise failure("denied", f"`{operation}` changes, and the command reads")
        self.calls.append((operation, json.loads(variables)))
        prepared = self.answers.get(operation)
        if not prepared:
            raise failure("failed", f"the rehearsal has no answer to `{operation}`")
        said = prepared.pop(0)
        if said.kind == "failure":
            raise Err(record(said.content))
        if said.kind != kind:
            raise failure("failed", f"the rehearsal has no {kind} for `{operation}`")
        return said.content


def record(error: Error):
    """An error as the contract has it."""
    details = None if error.details is None else json.dumps(error.details)
    return types.Error(error.kind, error.message, error.hints, details)


def failure(kind: str, message: str) -> Err:
    return Err(types.Error(kind, message, [], None))


def _response(data: object, errors: list[dict]):
    return SimpleNamespace(data=json.dumps(data), errors=json.dumps(errors), meta="{}")


class _Handle:
    """A handle that is given back at the end of a `with`."""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return None


class _Platform(_Handle):
    def __init__(self, stage: Stage):
        self._stage = stage

    def execute(self, operation: str, variables: str):
        return _response(*self._stage.said(operation, variables, "data"))

    def execute_all(self, calls):
        return [self._outcome(call) for call in calls]

    def _outcome(self, call):
        try:
            return Ok(self.execute(call.operation, call.variables))
        except Err as error:
            return error

    def paginate(self, operation: str, variables: str, connection: str):
        pages = self._stage.said(operation, variables, "pages")
        return _Series([[json.dumps(node) for node in page] for page in pages])

    def subscribe(self, operation: str, variables: str):
        events = self._stage.said(operation, variables, "events")
        return _Series([event if isinstance(event, Error) else _response(event, []) for event in events])


class _Series(_Handle):
    def __init__(self, items: list):
        self._items = iter(items)

    def next(self):
        item = next(self._items, None)
        if isinstance(item, Error):
            raise Err(record(item))
        return item


class _Answer:
    def __init__(self, stage: Stage):
        self._stage = stage

    def emit(self, value: str) -> None:
        if self._stage.room is not None and len(self._stage.records) >= self._stage.room:
            raise failure("closed", "nobody reads on")
        self._stage.records.append(json.loads(value))

    def emit_all(self, values: list[str]) -> None:
        for value in values:
            self.emit(value)

    def text(self, markdown: str) -> None:
        self._stage.markdown += markdown

    def note(self, message: str) -> None:
        self._stage.notes.append(message)

    def warn(self, message: str) -> None:
        self._stage.warnings.append(message)

    def start_progress(self, title: str, total: int | None):
        return _Progress()


class _Progress(_Handle):
    """Progress, which a rehearsal does not show."""

    def advance(self, by: int) -> None:
        pass

    def describe(self, message: str) -> None:
        pass


class _Persona:
    def __init__(self, stage: Stage):
        self._stage = stage

    def subject(self):
        return self._aspect("identity", "subject")

    def display_name(self):
        return self._aspect("identity", "display_name")

    def email(self):
        return self._aspect("email", "email")

    def organization(self):
        self._stage.requested("persona organization")
        found = self._stage.aspects.get("organization")
        return None if found is None else SimpleNamespace(id=found[0], name=found[1])

    def roles(self):
        self._stage.requested("persona roles")
        return list(self._stage.aspects.get("roles", []))

    def has_role(self, role: str) -> bool:
        return role in self.roles()

    def _aspect(self, capability: str, name: str):
        self._stage.requested(f"persona {capability}")
        if name not in self._stage.aspects:
            raise failure("failed", f"the rehearsal gives no {name}")
        return self._stage.aspects[name]


class _User:
    def __init__(self, stage: Stage):
        self._stage = stage

    def confirm(self, question: str) -> bool:
        return self._reply(question, lambda reply: isinstance(reply, bool))

    def choose(self, question: str, choices: list[str]) -> int:
        return choices.index(self._reply(question, lambda reply: reply in choices))

    def ask(self, question: str, suggestion: str | None) -> str:
        return self._reply(question, lambda reply: isinstance(reply, str))

    def _reply(self, question: str, fits):
        if not self._stage.replies:
            raise failure("unattended", f"nobody is there to answer `{question}`")
        reply = self._stage.replies.pop(0)
        if not fits(reply):
            raise failure("failed", f"the reply to `{question}` is of another kind")
        return reply


class _Storage:
    def __init__(self, stage: Stage):
        self._stored = stage.stored

    def get(self, key: str):
        return json.dumps(self._stored[key]) if key in self._stored else None

    def set(self, key: str, value: str) -> None:
        self._stored[key] = json.loads(value)

    def delete(self, key: str) -> None:
        self._stored.pop(key, None)

    def keys(self) -> list[str]:
        return sorted(self._stored)


class _File:
    def __init__(self, name: str, content: bytes):
        self._name = name
        self._content = content
        self._rest = content

    def name(self) -> str:
        return self._name

    def size(self) -> int:
        return len(self._content)

    def read(self, maximum: int) -> bytes:
        piece, self._rest = self._rest[:maximum], self._rest[maximum:]
        return piece
