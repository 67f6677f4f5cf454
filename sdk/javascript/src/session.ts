/**
 * What a command is lent for one run, with values in place of JSON text.
 *
 * Thin: each method is one call of the contract, and what it cannot do arrives as a `PackError`.
 * Handles end with the run, or earlier by `using`. Made by `pack.ts`; authors only receive it.
 */

import type { Client, Response } from "vantage:plugin/graphql@1.0.0";
import type { InputFile } from "vantage:plugin/inputs@1.0.0";
import type { Output as OutputHandle, Progress } from "vantage:plugin/output@1.0.0";
import type { Persona as PersonaHandle } from "vantage:plugin/persona@1.0.0";
import type { Prompter as PrompterHandle } from "vantage:plugin/prompt@1.0.0";
import type { Session as SessionHandle } from "vantage:plugin/session@1.0.0";
import type { Store } from "vantage:plugin/storage@1.0.0";
import type { Operation, Value } from "./description.ts";
import { PackError, absent, called, fromRecord } from "./error.ts";

type Variables = { [name: string]: Value };

/** The data of an answer; errors of the platform's fields end the call. */
function checked<Data>(response: Response): Data {
  const errors: { message: string }[] = JSON.parse(response.errors);
  const [first, ...others] = errors.map((error) => error.message);
  if (first !== undefined) {
    throw new PackError("failed", first, others, { errors });
  }
  return JSON.parse(response.data);
}

/** The platform, limited to the operations that the command declares and the user granted. */
class Graphql {
  constructor(private readonly client: Client) {}

  /** Runs a query or mutation and gives back its data. */
  execute<Data>(operation: Operation, variables: Variables = {}): Data {
    return checked(called(() => this.client.execute(operation.name, JSON.stringify(variables))));
  }

  /** Runs several at once; each answer is data or an error, in the order of `calls`. */
  executeAll<Data>(calls: [Operation, Variables][]): (Data | PackError)[] {
    const wanted = calls.map(([operation, variables]) => ({
      operation: operation.name,
      variables: JSON.stringify(variables),
    }));
    return called(() => this.client.executeAll(wanted)).map((result) => {
      if (result.tag === "err") return fromRecord(result.val);
      try {
        return checked<Data>(result.val);
      } catch (thrown) {
        if (thrown instanceof PackError) return thrown;
        throw thrown;
      }
    });
  }

  /** Reads a connection page by page; `connection` is its JSON Pointer in the data. */
  *paginate<Node>(operation: Operation, variables: Variables, connection: string): Generator<Node[]> {
    using pages = called(() => this.client.paginate(operation.name, JSON.stringify(variables), connection));
    for (;;) {
      const nodes = called(() => pages.next());
      if (nodes == null) return;
      yield nodes.map((node) => JSON.parse(node));
    }
  }

  /**
   * Waits for the data of one event after another; lost connections are the host's matter, and what was
   * missed meanwhile may be told again. Leaving the loop ends the subscription.
   */
  *subscribe<Data>(operation: Operation, variables: Variables = {}): Generator<Data> {
    using subscription = called(() => this.client.subscribe(operation.name, JSON.stringify(variables)));
    for (;;) {
      const event = called(() => subscription.next());
      if (event == null) return;
      yield checked<Data>(event);
    }
  }
}

/** Where the answer goes. */
class Output {
  constructor(private readonly output: OutputHandle) {}

  /** Adds one record. */
  emit(record: object): void {
    called(() => this.output.emit(JSON.stringify(record)));
  }

  /** Adds many records with one call: what a page of a connection wants. */
  emitAll(records: object[]): void {
    called(() => this.output.emitAll(records.map((record) => JSON.stringify(record))));
  }

  /** Adds Markdown. */
  text(markdown: string): void {
    called(() => this.output.text(markdown));
  }

  /** Tells people something beside the answer. */
  note(message: string): void {
    this.output.note(message);
  }

  /** Warns people. */
  warn(message: string): void {
    this.output.warn(message);
  }

  /** Shows that work goes on, until it is disposed of. */
  progress(title: string, total?: number): Progress {
    return this.output.startProgress(title, total);
  }
}

/** Who is signed in, limited to the aspects that the user granted. */
class Persona {
  constructor(private readonly persona: PersonaHandle) {}

  /** The platform's identifier of the user. */
  subject = (): string => called(() => this.persona.subject());
  /** The user's name for people. */
  displayName = (): string => called(() => this.persona.displayName());
  /** The user's address. */
  email = (): string => called(() => this.persona.email());
  /** The organization, if the user has chosen one. */
  organization = (): { id: string; name: string } | undefined => called(() => this.persona.organization()) ?? undefined;
  /** The user's roles. */
  roles = (): string[] => called(() => this.persona.roles());
  /** Whether the user has a role. */
  hasRole = (role: string): boolean => called(() => this.persona.hasRole(role));
}

/** Questions to the user; a `PackError` of kind `unattended` where nobody can answer. */
class Prompter {
  constructor(private readonly prompter: PrompterHandle) {}

  /** Asks yes or no. */
  confirm = (question: string): boolean => called(() => this.prompter.confirm(question));
  /** Asks for one of `choices`, and gives back its index. */
  choose = (question: string, choices: string[]): number => called(() => this.prompter.choose(question, choices));
  /** Asks for a line of text. */
  ask = (question: string, suggestion?: string): string => called(() => this.prompter.ask(question, suggestion));
}

/** Small values that the pack keeps between runs, per profile. */
class Storage {
  constructor(private readonly store: Store) {}

  /** The value of `key`, if there is one. */
  get(key: string): Value | undefined {
    const text = called(() => this.store.get(key));
    return absent(text) ? undefined : JSON.parse(text);
  }

  /** Keeps a value. */
  set(key: string, value: Value): void {
    called(() => this.store.set(key, JSON.stringify(value)));
  }

  /** Forgets a value. */
  delete(key: string): void {
    called(() => this.store.delete(key));
  }

  /** The keys of all values. */
  keys(): string[] {
    return called(() => this.store.keys());
  }
}

/** What a command may use while it runs. */
export class Session {
  /** The platform. */
  readonly graphql: Graphql;
  /** Where the answer goes. */
  readonly output: Output;

  constructor(private readonly session: SessionHandle) {
    this.graphql = new Graphql(session.graphql());
    this.output = new Output(session.output());
  }

  /** Who is signed in. */
  persona = (): Persona => new Persona(called(() => this.session.persona()));
  /** The user, where one is there to ask. */
  prompter = (): Prompter => new Prompter(this.session.prompter());
  /** What the pack keeps between runs. */
  storage = (): Storage => new Storage(called(() => this.session.storage()));
  /** The files that the user named for an argument of kind `file`, in order. */
  files = (argument: string): InputFile[] => called(() => this.session.files(argument));
  /** The pack's settings from the user's configuration. */
  settings = (): { [name: string]: Value } => JSON.parse(this.session.settings());
}
