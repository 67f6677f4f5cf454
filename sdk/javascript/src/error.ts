/**
 * The one error of the contract, as a class to throw and to catch.
 *
 * The engine hands the contract's errors to a pack as objects with a `payload`, and takes them back
 * only as bare records: anything else that is thrown would arrive without its kind, or as a trap.
 * `incoming` and `outgoing` are the two directions; only `session.ts` and `pack.ts` call them.
 */

import { log } from "vantage:plugin/logging@1.0.0";
import type { Error as ErrorRecord } from "vantage:plugin/types@1.0.0";
import type { Value } from "./description.ts";

/** Why a call failed, or why a run did. */
export class PackError extends Error {
  /** One of the contract's words, such as `not-found` or `denied`; treat unknown ones as `failed`. */
  readonly kind: string;
  /** What the user can do, a line each. */
  readonly hints: string[];
  /** What it holds depends on the kind. */
  readonly details: Value;

  /** `message` is one line, lower case, without a full stop. */
  constructor(kind: string, message: string, hints: string[] = [], details: Value = null) {
    super(message);
    this.kind = kind;
    this.hints = hints;
    this.details = details;
  }
}

/**
 * Whether an optional value of the contract is not there.
 *
 * The generated types promise `undefined`; QuickJS gives `null`.
 */
export function absent<Some>(value: Some | null | undefined): value is null | undefined {
  return value === undefined || value === null;
}

/** The contract's record as an error. */
export function fromRecord(record: ErrorRecord): PackError {
  const details: Value = absent(record.details) ? null : JSON.parse(record.details);
  return new PackError(record.kind, record.message, record.hints, details);
}

/** Makes a call of the contract; its error is thrown as a `PackError`. */
export function called<Result>(call: () => Result): Result {
  try {
    return call();
  } catch (thrown) {
    throw incoming(thrown);
  }
}

function incoming(thrown: unknown): unknown {
  const payload = (thrown as { payload?: ErrorRecord } | null)?.payload;
  return payload === undefined ? thrown : fromRecord(payload);
}

/** The record to throw out of `run`; a fault of the pack is told to its author with `-vv`. */
export function outgoing(thrown: unknown): ErrorRecord {
  if (thrown instanceof PackError) {
    const details = thrown.details === null ? undefined : JSON.stringify(thrown.details);
    return { kind: thrown.kind, message: thrown.message, hints: thrown.hints, details };
  }
  const fault = thrown instanceof Error ? thrown : new Error(String(thrown));
  log("error", `${fault}\n${fault.stack ?? ""}`);
  const hints = ["-vv shows where in the pack this happened"];
  return { kind: "failed", message: `${fault}`, hints, details: undefined };
}
