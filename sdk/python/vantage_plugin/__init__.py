"""Command packs for `vantage` in Python.

A pack is one `Pack` object: what it contains, said in Python, and a function for each command.

    from vantage_plugin import Column, Pack, many

    pack = Pack("acme/py-report", "0.1.0", "Report on your clusters")
    list_clusters = pack.operation("ListClusters", api="cluster", purpose="lists your clusters", document=...)

    @pack.command("py-report list", "List clusters", answer=many(Column("Name", "/name")), operations=[list_clusters])
    def list_command(session, arguments):
        for page in session.graphql.paginate(list_clusters, {"first": 100}, "/clusters"):
            session.output.emit_all(page)

    Commands = pack.export()

The last line is what componentize-py looks for. Everything is checked when the component is built,
by the host's own rules when it is added. This package needs nothing but the standard library and
the bindings that componentize-py makes of the contract.
"""

from .description import Answer, Argument, Column, Operation, live, many, nothing, one, text
from .error import Error
from .pack import Pack

__all__ = [
    "Answer",
    "Argument",
    "Column",
    "Error",
    "Operation",
    "Pack",
    "live",
    "many",
    "nothing",
    "one",
    "text",
]
