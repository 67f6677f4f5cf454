/**
 * A provider of identities that the tests of vantage sign in at, and nobody here wrote.
 *
 * It serves any number of realms, so that tests share a process and nothing else: each makes its
 * own by `POST /admin/realms/NAME` (its settings as JSON), and finds it at `/realms/NAME`, with an
 * API at `/realms/NAME/cluster/graphql`. Below `/admin/realms/NAME` are `faults` (POST one, GET
 * those that nothing has met), `log` (GET), `settings` (POST what changes) and `assertion` (POST
 * claims). Making a realm again forgets all that it knew, keys included, and keeps its log.
 *
 * `node main.mjs [--port PORT]` prints one line of JSON when it answers, and ends when its standard
 * input does: whoever started it cannot leave it behind. It listens on loopback alone.
 */

import "./stderr.mjs";

import http from "node:http";
import { parseArgs } from "node:util";

import { Front } from "./front.mjs";
import { makeRealm, signingKeys } from "./realm.mjs";

const { values: options } = parseArgs({ options: { port: { type: "string", default: "0" } } });
const workload = await signingKeys();
/** Front of each realm, by name. */
const fronts = new Map();

const upstream = await listen(http.createServer(serveRealm), 0);
const front = await listen(http.createServer(guarded(serve)), Number(options.port));
const origin = `http://127.0.0.1:${front}`;

process.stdin.on("end", () => process.exit(0)).resume();
process.stdout.write(`${JSON.stringify({ origin })}\n`);

function listen(server, port) {
  return new Promise((done, failed) => {
    server.on("error", failed);
    server.listen(port, "127.0.0.1", () => done(server.address().port));
  });
}

/** A request that fails must not end the process that other tests use. */
function guarded(handle) {
  return (request, response) =>
    handle(request, response).catch((error) => {
      console.error(error);
      if (!response.headersSent) response.writeHead(500);
      response.end();
    });
}

/** Behind the fronts: the providers, each mounted below its own path. */
function serveRealm(request, response) {
  const [, name, rest] = /^\/realms\/([^/]+)(.*)$/.exec(request.url);
  // This is how the provider is told where it is mounted.
  request.originalUrl = request.url;
  request.url = rest;
  fronts.get(name).realm.handle(request, response);
}

async function serve(request, response) {
  const [, area, name, rest = ""] = /^\/(realms|admin\/realms)\/([^/?]+)(.*)$/.exec(request.url) ?? [];
  const known = fronts.get(name);
  if (area === "realms" && known !== undefined) {
    await known.handle(request, response, rest);
  } else if (area === "admin/realms" && (known !== undefined || rest === "")) {
    const said = JSON.stringify(await administer(`${request.method} ${rest}`, name, await json(request)));
    response.writeHead(200, { "content-type": "application/json" }).end(said);
  } else {
    response.writeHead(404).end();
  }
}

async function json(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return JSON.parse(Buffer.concat(chunks).toString() || "{}");
}

async function administer(what, name, body) {
  const known = fronts.get(name);
  switch (what) {
    case "POST ": {
      const realm = await makeRealm(`${origin}/realms/${name}`, { ...known?.realm.settings, ...body }, workload);
      if (known === undefined) fronts.set(name, new Front(realm, upstream));
      else known.realm = realm;
      return realm.ready;
    }
    case "POST /settings":
      return Object.assign(known.realm.settings, body);
    case "POST /faults":
      known.inject(body);
      return known.waiting();
    case "GET /faults":
      return known.waiting();
    case "GET /log":
      return known.log;
    case "POST /assertion":
      return { assertion: await known.realm.assertion(body) };
    default:
      throw new Error(`there is no ${what}`);
  }
}
