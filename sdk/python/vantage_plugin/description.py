"""What a pack contains, as data: the parts of `pack.schema.json` with Python's names.

Nothing here runs a command or knows the bindings, so a pack's description can be tested with plain
Python. The host checks every word of it when the pack is added. Used by `pack` and by authors.
"""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Operation:
    """A GraphQL document that the pack may run; made by `Pack.operation`.

    The root fields of all documents are what the user is asked to grant.
    """

    name: str
    api: str
    document: str
    purpose: str

    def describe(self) -> dict:
        """The operation as the schema has it."""
        return {"name": self.name, "api": self.api, "document": self.document, "purpose": self.purpose}


@dataclass(frozen=True)
class Argument:
    """An argument of a command; the host parses it and fills in the default.

    `kind` decides what arrives: `flag` a bool, `text` and `choice` a str, `integer` an int,
    `number` a float, `duration` seconds, `size` bytes, `time` RFC 3339, `json` anything; the files
    of a `file` are opened by `session.files(name)`.
    """

    name: str
    summary: str
    kind: str = "text"
    positional: bool = False
    required: bool = False
    repeated: bool = False
    default: object = None
    short: str | None = None
    value_name: str | None = None
    choices: dict[str, str] = field(default_factory=dict)
    conflicts: list[str] = field(default_factory=list)

    def describe(self) -> dict:
        """The argument as the schema has it, without what says nothing."""
        choices = [{"value": value, "summary": summary} for value, summary in self.choices.items()]
        entries = {
            "short": self.short,
            "choices": choices,
            "value_name": self.value_name,
            "positional": self.positional,
            "required": self.required,
            "repeated": self.repeated,
            "conflicts": self.conflicts,
        }
        described = {"name": self.name, "kind": self.kind, "summary": self.summary} | _said(entries)
        if self.default is not None:
            described["default"] = self.default
        return described


@dataclass(frozen=True)
class Column:
    """A column of an answer's table; `pointer` is a JSON Pointer into each record."""

    title: str
    pointer: str
    format: str = "text"
    wide: bool = False

    def describe(self) -> dict:
        """The column as the schema has it."""
        described = {"title": self.title, "pointer": self.pointer}
        if self.format != "text":
            described["format"] = self.format
        return described | _said({"wide": self.wide})


@dataclass(frozen=True)
class Answer:
    """What a command answers with; made by `one`, `many`, `live`, `text` and `nothing`."""

    shape: str
    columns: tuple[Column, ...] = ()
    key: str | None = None
    schema: dict | None = None

    def describe(self) -> dict:
        """The answer as the schema has it."""
        columns = [column.describe() for column in self.columns]
        return {"shape": self.shape} | _said({"key": self.key, "columns": columns, "schema": self.schema})


def one(*columns: Column, schema: dict | None = None) -> Answer:
    """One record, shown as fields."""
    return Answer("one", columns, schema=schema)


def many(*columns: Column, schema: dict | None = None) -> Answer:
    """Records, shown as a table."""
    return Answer("many", columns, schema=schema)


def live(key: str, *columns: Column, schema: dict | None = None) -> Answer:
    """Records, each replacing the earlier one with the same `key`, a JSON Pointer."""
    return Answer("live", columns, key=key, schema=schema)


def text() -> Answer:
    """Markdown."""
    return Answer("text")


def nothing() -> Answer:
    """No answer."""
    return Answer("nothing")


@dataclass(frozen=True)
class Command:
    """A command as `Pack.command` was told of it."""

    path: tuple[str, ...]
    summary: str
    effect: str
    answer: Answer
    arguments: tuple[Argument, ...]
    operations: tuple[Operation, ...]
    description: str | None
    examples: dict[str, str]

    def describe(self) -> dict:
        """The command as the schema has it."""
        entries = {
            "description": self.description,
            "arguments": [argument.describe() for argument in self.arguments],
            "examples": [{"line": line, "explanation": said} for line, said in self.examples.items()],
            "operations": [operation.name for operation in self.operations],
        }
        described = {"path": list(self.path), "summary": self.summary, "effect": self.effect}
        return described | {"answer": self.answer.describe()} | _said(entries)


def _said(entries: dict) -> dict:
    """Leaves out what is empty, as the schema's defaults have it."""
    return {name: value for name, value in entries.items() if value not in (None, False, [], {})}
