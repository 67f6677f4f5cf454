"""`PUBLISHER-NAME/PACK-NAME`: a command pack for vantage.

Two commands to start from: `PACK-NAME list` lists clusters, `PACK-NAME show` shows one. What the pack may do
follows from its documents; its user is asked about that when the pack is added.
"""

from vantage_plugin import Argument, Column, Error, Pack, many, one

pack = Pack("PUBLISHER-NAME/PACK-NAME", "0.1.0", "Look at clusters")
pack.group("PACK-NAME", "Look at clusters")

LIST = pack.operation(
    "ListClusters",
    api="cluster",
    purpose="lists your clusters",
    document="""
        query ListClusters($first: Int!, $after: String) {
            clusters(first: $first, after: $after) {
                edges { node { name status provider } }
                pageInfo { hasNextPage endCursor }
            }
        }
    """,
)

SHOW = pack.operation(
    "ShowCluster",
    api="cluster",
    purpose="shows the cluster that you name",
    document="""
        query ShowCluster($filters: JSONScalar) {
            clusters(first: 1, filters: $filters) { edges { node { name status provider } } }
        }
    """,
)

COLUMNS = [Column("Name", "/name"), Column("Status", "/status", format="status"), Column("Provider", "/provider")]


@pack.command(
    "PACK-NAME list",
    "List your clusters",
    answer=many(*COLUMNS),
    arguments=[Argument("status", "Only clusters with this status", value_name="STATUS")],
    operations=[LIST],
    examples={"vantage PACK-NAME list": "Lists all your clusters"},
)
def list_clusters(session, arguments):
    status = arguments.get("status")
    for page in session.graphql.paginate(LIST, {"first": 100}, "/clusters"):
        session.output.emit_all(cluster for cluster in page if status in (None, cluster["status"]))


@pack.command(
    "PACK-NAME show",
    "Show a cluster",
    answer=one(*COLUMNS),
    arguments=[Argument("name", "The cluster's name", positional=True, required=True, value_name="NAME")],
    operations=[SHOW],
    examples={"vantage PACK-NAME show gpu-1": "Shows the cluster `gpu-1`"},
)
def show_cluster(session, arguments):
    name = arguments["name"]
    found = session.graphql.execute(SHOW, {"filters": {"name": {"eq": name}}})["clusters"]["edges"]
    if not found:
        raise Error.not_found(
            f"cluster `{name}` was not found",
            hints=["vantage PACK-NAME list shows the clusters that you can see"],
        )
    session.output.emit(found[0]["node"])


# What componentize-py looks for.
Commands = pack.export()
