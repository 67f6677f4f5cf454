/**
 * The platform's APIs on servers that nobody here wrote: graphql-yoga, graphql-ws and graphql-sse.
 *
 * `node main.mjs --issuer URL --schema FOLDER` serves `cluster.graphql` and `jobs.graphql` of the folder
 * at `/cluster/graphql` and `/jobs/graphql`, to whoever has a token of the issuer. It prints one line of
 * JSON when it answers, notes every operation (GET `/log`), and ends when its standard input does:
 * whoever started it cannot leave it behind. It listens on loopback alone.
 *
 * `--port PORT`; `--clusters N`; `--step MS` between the states of a job; `--keep-alive MS` between
 * signs of life on a WebSocket; `--no-websocket` refuses them with 404; `--sse graphql-sse` lets that
 * library stream events in place of yoga; `--hang-up-after N` breaks off the connection of each
 * operation's first stream after so many events.
 */

import { readFileSync } from "node:fs";
import http from "node:http";
import { join } from "node:path";
import { parseArgs } from "node:util";

import { createSchema } from "graphql-yoga";

import { Api } from "./api.mjs";
import { Gatekeeper } from "./gatekeeper.mjs";
import { clusterResolvers } from "./cluster.mjs";
import { jobsResolvers } from "./jobs.mjs";

const { values: options } = parseArgs({
  options: {
    issuer: { type: "string" },
    schema: { type: "string" },
    port: { type: "string", default: "0" },
    clusters: { type: "string", default: "250" },
    step: { type: "string", default: "100" },
    "keep-alive": { type: "string", default: "12000" },
    "no-websocket": { type: "boolean", default: false },
    sse: { type: "string", default: "yoga" },
    "hang-up-after": { type: "string" },
  },
});

const gatekeeper = new Gatekeeper(options.issuer);
const log = [];
const clusters = clusterResolvers(Number(options.clusters));
const apis = Object.entries({ cluster: clusters, jobs: jobsResolvers(Number(options.step), clusters.has) }).map(
  ([name, { resolvers }]) => new Api(name, schema(name, resolvers), { gatekeeper, log, options }),
);

/** The SDL as it is written for people and for the local platform, with resolvers of our own. */
function schema(name, resolvers) {
  const typeDefs = readFileSync(join(options.schema, `${name}.graphql`), "utf8");
  return createSchema({ typeDefs, resolvers });
}

function named(request) {
  const { pathname } = new URL(request.url, "http://127.0.0.1");
  return apis.find(({ path }) => path === pathname);
}

const server = http.createServer((request, response) => {
  const api = named(request);
  if (api !== undefined) return api.answer(request, response);
  const known = request.method === "GET" && request.url === "/log";
  response.writeHead(known ? 200 : 404, { "content-type": "application/json" });
  return response.end(known ? JSON.stringify(log) : "{}");
});
server.on("upgrade", (request, socket, head) => {
  const api = options["no-websocket"] ? undefined : named(request);
  if (api === undefined) socket.end("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
  else api.upgrade(request, socket, head);
});
server.listen(Number(options.port), "127.0.0.1", () => {
  const origin = `http://127.0.0.1:${server.address().port}`;
  process.stdout.write(`${JSON.stringify({ origin })}\n`);
});
process.stdin.on("end", () => process.exit(0)).resume();
