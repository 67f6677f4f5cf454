/** The cluster API: clusters in memory, of which one changes its status all the time. */

import { page, refused, said, scalars } from "./relay.mjs";

/** Resolvers over `count` clusters, and whether there is one of a name. */
export function clusterResolvers(count) {
  const clusters = new Map();
  for (let number = 1; number <= count; number += 1) {
    add(clusters, { name: `cluster-${String(number).padStart(6, "0")}`, provider: "aws" });
  }
  const sorted = () => [...clusters.values()].sort((one, other) => (one.name < other.name ? -1 : 1));
  const resolvers = {
    ...scalars,
    Query: { clusters: (_, asked) => page(sorted(), "name", asked) },
    Mutation: {
      createCluster: (_, { createClusterInput: input }) =>
        clusters.has(input.name)
          ? said("ClusterNameInUse", `Cluster name ${input.name} is already in use`)
          : add(clusters, input),
      deleteCluster: (_, { clusterName }) =>
        clusters.delete(clusterName)
          ? said("ClusterDeleted", `${clusterName} is gone`)
          : said("ClusterNotFound", `no cluster ${clusterName}`),
      updateCluster: (_, { updateClusterRecordInput: { name, ...changes } }) =>
        clusters.has(name) ? Object.assign(clusters.get(name), changes) : said("ClusterNotFound", `no cluster ${name}`),
    },
    Subscription: {
      clusterStatusChanged: {
        subscribe: (_, { name }) => statuses(clusters, name),
        resolve: (cluster) => cluster,
      },
    },
  };
  return { resolvers, has: (name) => clusters.has(name) };
}

function add(clusters, { name, provider, description, clusterType }) {
  const cluster = {
    __typename: "Cluster",
    name,
    status: "ready",
    clientId: `${name}-client`,
    description: description ?? "",
    ownerEmail: "ada@acme.example",
    provider: provider ?? "on_prem",
    clusterType: clusterType ?? "slurm",
    cloudAccountId: null,
    creationParameters: {},
    createdAt: "2026-01-31T12:00:00Z",
  };
  clusters.set(name, cluster);
  return cluster;
}

/** The cluster as it is, and then as it is every tenth of a second. */
async function* statuses(clusters, name) {
  if (name && !clusters.has(name)) throw refused("NOT_FOUND", `no cluster ${name}`);
  for (let number = 0; !name || clusters.has(name); number += 1) {
    const [first] = clusters.values();
    const status = number % 2 === 0 ? "ready" : "degraded";
    yield { ...(clusters.get(name) ?? first), status };
    await new Promise((done) => setTimeout(done, 100));
  }
}
