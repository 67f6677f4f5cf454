/**
 * graphql-js as an oracle: of a document, which fields does a server built on it really execute?
 *
 * `node main.mjs` reads a line of JSON for each document, `{"document": "…"}`, and answers each with
 * one line: an array of what each release of graphql-js makes of it (see `oracle.mjs`). It knows
 * nothing of the gate whose findings are compared with it, and ends when its standard input does.
 */

import { createInterface } from "node:readline";

import * as graphql16 from "graphql-16";
import * as graphql17 from "graphql";

import { Oracle } from "./oracle.mjs";

/** What most servers run, and the one that follows the specification of September 2025. */
const oracles = [new Oracle(graphql16), new Oracle(graphql17)];

for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
  const { document } = JSON.parse(line);
  process.stdout.write(`${JSON.stringify(oracles.map((oracle) => oracle.ask(document)))}\n`);
}
