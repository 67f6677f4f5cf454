/**
 * A pack: its description, and the functions behind its commands.
 *
 * `definePack` gives back the contract's `commands` interface. Its `run` is the wrapper that every
 * pack needs: whatever is thrown leaves it as the contract's record.
 */

import type { Session as SessionHandle } from "vantage:plugin/session@1.0.0";
import type { Answer, Argument, Example, Operation, Value } from "./description.ts";
import { PackError, outgoing } from "./error.ts";
import { Session } from "./session.ts";

/** A command's arguments by name, typed as the description says, defaults filled in. */
export type Arguments = { [name: string]: Value };

/** A command: how it is described, and what it does. */
export interface Command {
  /** The words after `vantage`. */
  path: string;
  summary: string;
  description?: string;
  /** `read` unless said; mutations are denied to `read`, and `destroy` is confirmed. */
  effect?: "read" | "change" | "destroy";
  arguments?: Argument[];
  answer: Answer;
  operations?: Operation[];
  examples?: Example[];
  run(session: Session, given: Arguments): void;
}

/** What a pack contains. */
export interface Pack {
  /** Publisher and name, as in `acme/ts-report`. */
  id: string;
  version: string;
  /** One line, imperative, without a full stop. */
  summary: string;
  homepage?: string;
  license?: string;
  groups?: { path: string; summary: string }[];
  /** What is asked for beyond operations: `persona email`, `storage 1MiB`. */
  requests?: { capability: string; purpose: string }[];
  commands: Command[];
}

const words = (path: string): string[] => path.split(" ");

function described({ run: _, effect = "read", operations = [], ...command }: Command): object {
  return { ...command, effect, path: words(command.path), operations: operations.map(({ name }) => name) };
}

function description({ commands, groups = [], ...pack }: Pack): string {
  const operations = new Set(commands.flatMap((command) => command.operations ?? []));
  return JSON.stringify({
    schema: 1,
    ...pack,
    groups: groups.map((group) => ({ ...group, path: words(group.path) })),
    commands: commands.map(described),
    operations: [...operations],
  });
}

function dispatch(pack: Pack, path: string[], given: string, handle: SessionHandle): void {
  const command = pack.commands.find((command) => command.path === path.join(" "));
  if (command === undefined) {
    throw new PackError("failed", `the pack has no command \`${path.join(" ")}\``);
  }
  try {
    command.run(new Session(handle), JSON.parse(given));
  } catch (thrown) {
    // The reader of the answer went away: that is no failure of the pack.
    if (!(thrown instanceof PackError && thrown.kind === "closed")) throw thrown;
  }
}

/** What the pack's module exports as `commands`. */
export function definePack(pack: Pack) {
  return {
    describe: (): string => description(pack),
    run(path: string[], given: string, handle: SessionHandle): void {
      try {
        dispatch(pack, path, given, handle);
      } catch (thrown) {
        throw outgoing(thrown);
      }
    },
  };
}
