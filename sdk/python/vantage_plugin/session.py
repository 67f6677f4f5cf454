"""What a command is lent for one run, with Python's values in place of JSON text.

Thin: each method is one call of the contract. Errors arrive as `Error`. Handles are given back at
the end of the run, or earlier by `with`. Made by `pack`; authors only receive it.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property

from .contract import Err, Ok, OperationCall
from .description import Operation
from .error import Error


def called(call: Callable, *arguments):
    """Calls the contract; its error becomes an `Error`."""
    try:
        return call(*arguments)
    except Err as error:
        raise translated(error.value) from None


def translated(error) -> Error:
    """The contract's error record as an exception."""
    details = None if error.details is None else json.loads(error.details)
    return Error(error.kind, error.message, hints=error.hints, details=details)


def checked(response) -> dict:
    """The data of an answer; errors of the platform's fields are an `Error` of kind `failed`."""
    errors = json.loads(response.errors)
    if errors:
        messages = [error["message"] for error in errors]
        raise Error("failed", messages[0], hints=messages[1:], details={"errors": errors})
    return json.loads(response.data)


class Graphql:
    """The platform, limited to the operations that the command declares and the user granted."""

    def __init__(self, client):
        self._client = client

    def execute(self, operation: Operation, variables: dict | None = None) -> dict:
        """Runs a query or mutation and gives back its data."""
        return checked(called(self._client.execute, operation.name, json.dumps(variables or {})))

    def execute_all(self, calls: Iterable[tuple[Operation, dict]]) -> list[dict | Error]:
        """Runs several at once; each answer is data or an `Error`, in the order of `calls`."""
        wanted = [OperationCall(operation.name, json.dumps(variables)) for operation, variables in calls]
        return [_outcome(result) for result in self._client.execute_all(wanted)]

    def paginate(self, operation: Operation, variables: dict, connection: str) -> Iterator[list[dict]]:
        """Reads a connection page by page; `connection` is its JSON Pointer in the data."""
        with called(self._client.paginate, operation.name, json.dumps(variables), connection) as pages:
            while (nodes := called(pages.next)) is not None:
                yield [json.loads(node) for node in nodes]

    def subscribe(self, operation: Operation, variables: dict | None = None) -> Iterator[dict]:
        """Waits for the data of one event after another; lost connections are the host's matter.

        What was missed meanwhile may be told again. Closing the iterator ends the subscription.
        """
        with called(self._client.subscribe, operation.name, json.dumps(variables or {})) as subscription:
            while (event := called(subscription.next)) is not None:
                yield checked(event)


def _outcome(result) -> dict | Error:
    if not isinstance(result, Ok):
        return translated(result.value)
    try:
        return checked(result.value)
    except Error as error:
        return error


class Output:
    """Where the answer goes."""

    def __init__(self, output):
        self._output = output

    def emit(self, record: dict) -> None:
        """Adds one record."""
        called(self._output.emit, json.dumps(record))

    def emit_all(self, records: Iterable[dict]) -> None:
        """Adds many records with one call: what a page of a connection wants."""
        called(self._output.emit_all, [json.dumps(record) for record in records])

    def text(self, markdown: str) -> None:
        """Adds Markdown."""
        called(self._output.text, markdown)

    def note(self, message: str) -> None:
        """Tells people something beside the answer."""
        self._output.note(message)

    def warn(self, message: str) -> None:
        """Warns people."""
        self._output.warn(message)

    def progress(self, title: str, total: int | None = None):
        """Shows that work goes on, until its `with` ends; has `advance` and `describe`."""
        return self._output.start_progress(title, total)


class Persona:
    """Who is signed in, limited to the aspects that the user granted."""

    def __init__(self, persona):
        self._persona = persona

    def subject(self) -> str:
        """The platform's identifier of the user."""
        return called(self._persona.subject)

    def display_name(self) -> str:
        """The user's name for people."""
        return called(self._persona.display_name)

    def email(self) -> str:
        """The user's address."""
        return called(self._persona.email)

    def organization(self):
        """The organization, with `id` and `name`, or None."""
        return called(self._persona.organization)

    def roles(self) -> list[str]:
        """The user's roles."""
        return called(self._persona.roles)

    def has_role(self, role: str) -> bool:
        """Whether the user has a role."""
        return called(self._persona.has_role, role)


class Prompter:
    """Questions to the user; an `Error` of kind `unattended` where nobody can answer."""

    def __init__(self, prompter):
        self._prompter = prompter

    def confirm(self, question: str) -> bool:
        """Asks yes or no."""
        return called(self._prompter.confirm, question)

    def choose(self, question: str, choices: list[str]) -> str:
        """Asks for one of `choices`."""
        return choices[called(self._prompter.choose, question, choices)]

    def ask(self, question: str, suggestion: str | None = None) -> str:
        """Asks for a line of text."""
        return called(self._prompter.ask, question, suggestion)


class Storage:
    """Small values that the pack keeps between runs, per profile."""

    def __init__(self, store):
        self._store = store

    def get(self, key: str) -> object:
        """The value of `key`, or None."""
        value = called(self._store.get, key)
        return None if value is None else json.loads(value)

    def set(self, key: str, value: object) -> None:
        """Keeps a value: whatever JSON has."""
        called(self._store.set, key, json.dumps(value))

    def delete(self, key: str) -> None:
        """Forgets a value."""
        called(self._store.delete, key)

    def keys(self) -> list[str]:
        """The keys of all values."""
        return called(self._store.keys)


class InputFile:
    """A file that the user named."""

    def __init__(self, file):
        self._file = file

    @property
    def name(self) -> str:
        """The name as the user typed it, without its folders."""
        return self._file.name()

    @property
    def size(self) -> int | None:
        """Bytes in all, where known."""
        return self._file.size()

    def chunks(self, maximum: int = 65536) -> Iterator[bytes]:
        """The content, piece by piece."""
        while piece := called(self._file.read, maximum):
            yield bytes(piece)


class Session:
    """What a command may use while it runs."""

    def __init__(self, session):
        self._session = session

    @cached_property
    def graphql(self) -> Graphql:
        """The platform."""
        return Graphql(self._session.graphql())

    @cached_property
    def output(self) -> Output:
        """Where the answer goes."""
        return Output(self._session.output())

    @cached_property
    def persona(self) -> Persona:
        """Who is signed in."""
        return Persona(called(self._session.persona))

    @cached_property
    def prompter(self) -> Prompter:
        """The user, where one is there to ask."""
        return Prompter(self._session.prompter())

    @cached_property
    def storage(self) -> Storage:
        """What the pack keeps between runs."""
        return Storage(called(self._session.storage))

    @property
    def settings(self) -> dict:
        """The pack's settings from the user's configuration."""
        return json.loads(self._session.settings())

    def files(self, argument: str) -> list[InputFile]:
        """The files that the user named for an argument of kind `file`, in order."""
        return [InputFile(file) for file in called(self._session.files, argument)]
