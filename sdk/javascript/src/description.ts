/**
 * What a pack contains, as `pack.schema.json` has it: types, and short forms for answers.
 *
 * Nothing here runs. The host checks every word of a description when the pack is added.
 */

/** Whatever JSON has. */
export type Value = null | boolean | number | string | Value[] | { [name: string]: Value };

/** A GraphQL document that the pack may run. The root fields of all are what users are asked to grant. */
export interface Operation {
  name: string;
  /** Which of the platform's APIs serves it, as in `cluster`. */
  api: string;
  /** One line, in the pack's own words. */
  purpose: string;
  document: string;
}

/** Decides what arrives: durations as seconds, sizes as bytes, times as RFC 3339. */
export type Kind =
  | "flag" | "text" | "choice" | "integer" | "number" | "duration" | "size" | "time" | "json" | "file";

/** An argument of a command; the host parses it and fills in the default. */
export interface Argument {
  name: string;
  kind: Kind;
  summary: string;
  short?: string;
  choices?: { value: string; summary?: string }[];
  value_name?: string;
  positional?: boolean;
  required?: boolean;
  repeated?: boolean;
  default?: Value;
  conflicts?: string[];
}

/** A column of an answer's table; `pointer` is a JSON Pointer into each record. */
export interface Column {
  title: string;
  pointer: string;
  format?: "text" | "number" | "size" | "duration" | "time" | "status" | "ratio";
  wide?: boolean;
}

/** What a command answers with. */
export interface Answer {
  shape: "nothing" | "one" | "many" | "live" | "text";
  key?: string;
  columns?: Column[];
  schema?: { [name: string]: Value };
}

/** A line to type, and what it does. */
export interface Example {
  line: string;
  explanation: string;
}

/** Short forms of the answers. */
export const answers = {
  /** No answer. */
  nothing: (): Answer => ({ shape: "nothing" }),
  /** One record, shown as fields. */
  one: (...columns: Column[]): Answer => ({ shape: "one", columns }),
  /** Records, shown as a table. */
  many: (...columns: Column[]): Answer => ({ shape: "many", columns }),
  /** Records, each replacing the earlier one with the same `key`, a JSON Pointer. */
  live: (key: string, ...columns: Column[]): Answer => ({ shape: "live", key, columns }),
  /** Markdown. */
  text: (): Answer => ({ shape: "text" }),
};
