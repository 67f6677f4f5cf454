/**
 * `acme/ts-report`: the clusters that you can see, reported by a pack in TypeScript.
 *
 * Three commands of use, and two that show how a pack fails: one runs what its user did not allow,
 * one has a fault.
 */

import { PackError, answers, definePack } from "../src/index.ts";
import type { Column, Operation } from "../src/index.ts";

interface Cluster {
  name: string;
  status: string;
  provider: string | null;
}

const LIST: Operation = {
  name: "ListClusters",
  api: "cluster",
  purpose: "lists your clusters",
  document: `
    query ListClusters($first: Int!, $after: String) {
      clusters(first: $first, after: $after) {
        edges { node { name status provider } }
        total
        pageInfo { hasNextPage endCursor }
      }
    }`,
};

const FIND: Operation = {
  name: "FindCluster",
  api: "cluster",
  purpose: "finds the cluster that you name",
  document: `
    query FindCluster($filters: JSONScalar) {
      clusters(first: 1, filters: $filters) { edges { node { name status provider } } }
    }`,
};

const CREATE: Operation = {
  name: "CreateCluster",
  api: "cluster",
  purpose: "shows what happens when you do not allow it",
  document: `
    mutation CreateCluster($createClusterInput: CreateClusterInput!) {
      createCluster(createClusterInput: $createClusterInput) { __typename }
    }`,
};

const FOLLOW: Operation = {
  name: "FollowCluster",
  api: "cluster",
  purpose: "follows the cluster that you name",
  document: `
    subscription FollowCluster($name: String) {
      clusterStatusChanged(name: $name) { name status provider }
    }`,
};

const COLUMNS: Column[] = [
  { title: "Name", pointer: "/name" },
  { title: "Status", pointer: "/status", format: "status" },
  { title: "Provider", pointer: "/provider" },
];

export const commands = definePack({
  id: "acme/ts-report",
  version: "0.1.0",
  summary: "Report on your clusters",
  license: "MIT OR Apache-2.0",
  groups: [{ path: "ts-report", summary: "Report on your clusters" }],
  commands: [
    {
      path: "ts-report list",
      summary: "List your clusters",
      answer: answers.many(...COLUMNS),
      operations: [LIST],
      examples: [{ line: "vantage ts-report list --sort name", explanation: "Lists your clusters by name" }],
      run({ graphql, output }) {
        for (const page of graphql.paginate<Cluster>(LIST, { first: 100 }, "/clusters")) {
          output.emitAll(page);
        }
      },
    },
    {
      path: "ts-report missing",
      summary: "Show a cluster, or say that it is missing",
      arguments: [
        { name: "name", kind: "text", summary: "The cluster's name", value_name: "NAME", positional: true, required: true },
      ],
      answer: answers.one(...COLUMNS),
      operations: [FIND],
      run({ graphql, output }, { name = null }) {
        const found = graphql.execute<{ clusters: { edges: { node: Cluster }[] } }>(FIND, { filters: { name: { eq: name } } });
        const [edge] = found.clusters.edges;
        if (edge === undefined) {
          throw new PackError("not-found", `cluster \`${name}\` was not found`, [
            "vantage ts-report list shows the clusters that you can see",
          ]);
        }
        output.emit(edge.node);
      },
    },
    {
      path: "ts-report watch",
      summary: "Follow a cluster until it is ready",
      arguments: [
        { name: "name", kind: "text", summary: "The cluster's name", value_name: "NAME", positional: true, required: true },
      ],
      answer: answers.many(...COLUMNS),
      operations: [FOLLOW],
      run({ graphql, output }, { name = null }) {
        for (const event of graphql.subscribe<{ clusterStatusChanged: Cluster }>(FOLLOW, { name })) {
          output.emit(event.clusterStatusChanged);
          if (event.clusterStatusChanged.status === "ready") return;
        }
      },
    },
    {
      path: "ts-report denied",
      summary: "Try to create a cluster",
      effect: "change",
      answer: answers.nothing(),
      operations: [CREATE],
      run({ graphql }) {
        // Nothing is caught: the host's error, with its advice, is the best that the user can be told.
        graphql.execute(CREATE, { createClusterInput: { name: "ts-report", provider: "localhost" } });
      },
    },
    {
      path: "ts-report crash",
      summary: "Fail as a pack with a fault does",
      answer: answers.nothing(),
      run() {
        throw new Error("this pack has a fault");
      },
    },
  ],
});
