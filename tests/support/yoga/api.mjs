/**
 * One API over everything that it speaks: requests, server-sent events, and graphql-transport-ws.
 *
 * What it answers is the libraries' own. Of ours are only who is let in, the log, and hanging up.
 */

import { execute, subscribe } from "graphql";
import { createHandler } from "graphql-sse/lib/use/http";
import { useServer } from "graphql-ws/use/ws";
import { createYoga } from "graphql-yoga";
import { WebSocketServer } from "ws";

/** An API by its name, at `/NAME/graphql`. */
export class Api {
  constructor(name, schema, { gatekeeper, log, options }) {
    this.path = `/${name}/graphql`;
    this.name = name;
    this.gatekeeper = gatekeeper;
    this.log = log;
    this.options = options;
    this.patience = options["hang-up-after"] === undefined ? undefined : Number(options["hang-up-after"]);
    this.yoga = createYoga({
      schema,
      graphqlEndpoint: this.path,
      graphiql: false,
      landingPage: false,
      logging: false,
      // What yoga has read of the body, it alone knows.
      plugins: [{ onParams: ({ params, request }) => this.note(transportOf(request), params) }],
    });
    this.sse = createHandler({
      schema,
      onSubscribe: (_, params) => void this.note("sse", params),
    });
    this.sockets = this.accept(schema);
  }

  note(transport, { query, operationName, variables }) {
    this.log.push({ api: this.name, transport, query, operationName, variables });
  }

  /** A request, which yoga answers with JSON or with a stream of events. */
  async answer(request, response) {
    if (!(await this.gatekeeper.admits(request.headers.authorization))) {
      const body = JSON.stringify({ errors: [{ message: "the token is not good here" }] });
      response.writeHead(401, { "content-type": "application/json" }).end(body);
      return;
    }
    const streams = request.headers.accept?.includes("text/event-stream");
    if (streams) this.hangUpAfter(this.patience, request.socket, response, "write", /^event: next/);
    const other = streams && this.options.sse === "graphql-sse";
    await (other ? this.sse(request, response) : this.yoga(request, response));
  }

  /** A request for a WebSocket; a token in its head has to be right. */
  async upgrade(request, socket, head) {
    const header = request.headers.authorization;
    if (header !== undefined && !(await this.gatekeeper.admits(header))) {
      socket.end("HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
      return;
    }
    this.sockets.handleUpgrade(request, socket, head, (opened) => {
      this.hangUpAfter(this.patience, socket, opened, "send", /^{"[^}]*"type":"next"/);
      this.sockets.emit("connection", opened, request);
    });
  }

  accept(schema) {
    const sockets = new WebSocketServer({ noServer: true });
    const keepAlive = Number(this.options["keep-alive"]);
    const server = {
      schema,
      execute,
      subscribe,
      // With `false` the library closes with 4403.
      onConnect: ({ connectionParams, extra }) =>
        this.gatekeeper.admits(connectionParams?.Authorization ?? extra.request.headers.authorization),
      onSubscribe: (_, __, params) => void this.note("websocket", params),
    };
    useServer(server, sockets, keepAlive);
    return sockets;
  }

  /** Breaks the connection when `sink.method` has been called with so many texts of the kind. */
  hangUpAfter(count, socket, sink, method, kind) {
    if (count === undefined) return;
    // The next stream of the API is served to its end.
    this.patience = undefined;
    const said = sink[method].bind(sink);
    let left = count;
    sink[method] = (text, ...rest) => {
      const sent = said(text, ...rest);
      if (kind.test(Buffer.from(text).toString()) && (left -= 1) === 0) setImmediate(() => socket.destroy());
      return sent;
    };
  }
}

function transportOf(request) {
  return request.headers.get("accept")?.includes("text/event-stream") ? "sse" : "http";
}
