"""`acme/py-report`: the clusters that you can see, reported by a pack in Python.

Three commands of use, and two that show how a pack fails: one runs what its user did not allow, one
has a fault.
"""

from vantage_plugin import Argument, Column, Error, Pack, many, nothing, one

pack = Pack("acme/py-report", "0.1.0", "Report on your clusters", license="MIT OR Apache-2.0")
pack.group("py-report", "Report on your clusters")

LIST = pack.operation(
    "ListClusters",
    api="cluster",
    purpose="lists your clusters",
    document="""
        query ListClusters($first: Int!, $after: String) {
            clusters(first: $first, after: $after) {
                edges { node { name status provider } }
                total
                pageInfo { hasNextPage endCursor }
            }
        }
    """,
)

FIND = pack.operation(
    "FindCluster",
    api="cluster",
    purpose="finds the cluster that you name",
    document="""
        query FindCluster($filters: JSONScalar) {
            clusters(first: 1, filters: $filters) { edges { node { name status provider } } }
        }
    """,
)

CREATE = pack.operation(
    "CreateCluster",
    api="cluster",
    purpose="shows what happens when you do not allow it",
    document="""
        mutation CreateCluster($createClusterInput: CreateClusterInput!) {
            createCluster(createClusterInput: $createClusterInput) { __typename }
        }
    """,
)

FOLLOW = pack.operation(
    "FollowCluster",
    api="cluster",
    purpose="follows the cluster that you name",
    document="""
        subscription FollowCluster($name: String) {
            clusterStatusChanged(name: $name) { name status provider }
        }
    """,
)

COLUMNS = [Column("Name", "/name"), Column("Status", "/status", format="status"), Column("Provider", "/provider")]


@pack.command(
    "py-report list",
    "List your clusters",
    answer=many(*COLUMNS),
    operations=[LIST],
    examples={"vantage py-report list --sort name": "Lists your clusters by name"},
)
def list_clusters(session, arguments):
    for page in session.graphql.paginate(LIST, {"first": 100}, "/clusters"):
        session.output.emit_all(page)


@pack.command(
    "py-report missing",
    "Show a cluster, or say that it is missing",
    answer=one(*COLUMNS),
    arguments=[Argument("name", "The cluster's name", positional=True, required=True, value_name="NAME")],
    operations=[FIND],
)
def find_cluster(session, arguments):
    name = arguments["name"]
    found = session.graphql.execute(FIND, {"filters": {"name": {"eq": name}}})["clusters"]["edges"]
    if not found:
        raise Error.not_found(
            f"cluster `{name}` was not found",
            hints=["vantage py-report list shows the clusters that you can see"],
        )
    session.output.emit(found[0]["node"])


@pack.command(
    "py-report watch",
    "Follow a cluster until it is ready",
    answer=many(*COLUMNS),
    arguments=[Argument("name", "The cluster's name", positional=True, required=True, value_name="NAME")],
    operations=[FOLLOW],
)
def watch_cluster(session, arguments):
    for event in session.graphql.subscribe(FOLLOW, {"name": arguments["name"]}):
        cluster = event["clusterStatusChanged"]
        session.output.emit(cluster)
        if cluster["status"] == "ready":
            return


@pack.command("py-report denied", "Try to create a cluster", effect="change", answer=nothing(), operations=[CREATE])
def create_cluster(session, arguments):
    # No `except`: the host's error, with its advice, is the best that the user can be told.
    session.graphql.execute(CREATE, {"createClusterInput": {"name": "py-report", "provider": "localhost"}})


@pack.command("py-report crash", "Fail as a pack with a fault does")
def crash(session, arguments):
    raise RuntimeError("this pack has a fault")


Commands = pack.export()
