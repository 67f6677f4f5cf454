/**
 * What stands in front of a realm: a log of requests with their times, and faults on demand.
 *
 * Every request is read whole, noted, and then either answered by the first fault that waits for
 * its path or passed on. No value of a token, code or secret is noted: of a form only its names,
 * the grant and the scope, and of the client only how it proved itself.
 */

import http from "node:http";
import { performance } from "node:perf_hooks";

import { answerQuery } from "./cluster.mjs";
import { PREFIX } from "./realm.mjs";

/** Connection headers belong to each of the two connections alone. */
const HOP = ["connection", "keep-alive", "transfer-encoding", "content-length"];

/** Log and faults of one realm. */
export class Front {
  /** `upstream` is the port at which the realm answers without any fault. */
  constructor(realm, upstream) {
    this.realm = realm;
    this.upstream = upstream;
    this.log = [];
    this.faults = new Map();
  }

  /**
   * Lets `fault` happen to the next request for its path that no earlier fault waits for.
   *
   * `{status, headers, body}` answers instead of the realm; `{merge, remove}` changes the JSON of
   * what the realm has answered. With either, `delay` waits (ms), and `hang_up` closes the
   * connection after as many bytes of the body, at 0 before anything is said.
   */
  inject(fault) {
    const waiting = this.faults.get(fault.path) ?? [];
    this.faults.set(fault.path, [...waiting, fault]);
  }

  /** Faults that nothing has met. */
  waiting() {
    return [...this.faults].flatMap(([path, faults]) => faults.map(() => path));
  }

  /** Answers a request; `path` is relative to the realm. */
  async handle(request, response, path) {
    const body = await read(request);
    const entry = note(request, path, body);
    this.log.push(entry);
    const fault = this.faults.get(entry.path)?.shift() ?? {};
    const answered = fault.status === undefined ? await this.pass(request, path, body) : fault;
    const answer = { ...answered };
    change(answer, { ...this.habit(entry.path), ...fault.merge }, fault.remove ?? []);
    if (fault.delay !== undefined) await new Promise((done) => setTimeout(done, fault.delay));
    entry.status = answer.status;
    send(response, answer, fault.hang_up);
  }

  /** What the realm's settings add to its answers at all times. */
  habit(path) {
    const { interval } = this.realm.settings;
    return path === `${PREFIX}/auth/device` && interval !== null ? { interval } : {};
  }

  pass(request, path, body) {
    if (path === "/cluster/graphql") return answerQuery(this.realm, request, body);
    const { method, url, headers } = request;
    return new Promise((done, failed) => {
      const asked = http.request({ port: this.upstream, host: "127.0.0.1", method, path: url, headers });
      asked.on("error", failed);
      asked.on("response", async (answer) => {
        done({ status: answer.statusCode, headers: answer.headers, body: await read(answer) });
      });
      asked.end(body);
    });
  }
}

async function read(stream) {
  const chunks = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

function note(request, path, body) {
  const isForm = request.headers["content-type"]?.startsWith("application/x-www-form-urlencoded");
  const form = new URLSearchParams(isForm ? body : "");
  return {
    // Since the process began, by a clock that nobody sets.
    at: performance.now(),
    method: request.method,
    path: path.split("?")[0],
    grant: form.get("grant_type"),
    scope: form.get("scope"),
    // What is no name may be a value that stands in the wrong place.
    fields: [...form.keys()].filter((name) => /^[a-z_]+$/.test(name)),
    authorization: request.headers.authorization?.split(" ")[0] ?? null,
  };
}

function change(answer, merge, remove) {
  // Refusals stay as they are, and so does what is no JSON.
  if (answer.status >= 300 || Object.keys(merge).length + remove.length === 0) return;
  const json = { ...JSON.parse(answer.body), ...merge };
  for (const name of remove) delete json[name];
  answer.body = JSON.stringify(json);
}

function send(response, { status, headers = {}, body = "" }, hangUp) {
  const kept = Object.entries(headers).filter(([name]) => !HOP.includes(name.toLowerCase()));
  const bytes = Buffer.from(body);
  if (hangUp === 0) {
    response.socket.destroy();
    return;
  }
  response.writeHead(status, { ...Object.fromEntries(kept), "content-length": bytes.length });
  if (hangUp === undefined) {
    response.end(bytes);
  } else {
    // The length promises more than comes.
    response.write(bytes.subarray(0, hangUp), () => response.socket.destroy());
  }
}
