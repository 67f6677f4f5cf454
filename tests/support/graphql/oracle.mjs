/**
 * What one release of graphql-js makes of a document: parsed, and executed on a schema that has
 * whatever the document asks for, so that nothing goes unexecuted for want of a field or a type.
 *
 * An answer is `{refused}` where the document is not parsed or its operation not chosen,
 * `{exhausted}` where it is more than anybody would execute, and else
 *
 * - `kind`: of the operation;
 * - `executed`: the names of the root fields that are executed under at least one choice of the
 *   variables that `@skip` and `@include` look at;
 * - `present`: the paths of the names of all fields that are executed where each field counts for
 *   itself: its directives gone, and its response name nobody else's;
 * - `meaning`: the operation and the fragments that it reaches, as graphql-js prints them, but for
 *   how strings are quoted and the order of fragments.
 *
 * Meta-fields count like others, but for `__typename`. Nothing is validated: a server may not either.
 */

/** The most fields that are executed of one document: ten times what the gate lets pass. */
const FIELDS = 20_000;

/** The most variables of conditions that are tried in all combinations. */
const CONDITIONS = 6;

class Exhausted extends Error {}

/** An oracle by one release of the library. */
export class Oracle {
  /** `library` is the module `graphql`. */
  constructor(library) {
    this.library = library;
  }

  /** The answer for `text`; it never throws for what a document holds. */
  ask(text) {
    let document;
    try {
      document = this.library.parse(text, { noLocation: true });
    } catch (error) {
      return { refused: error.message };
    }
    const operations = document.definitions.filter(({ kind }) => kind === "OperationDefinition");
    // Servers take the only one; the name is sent along, but there is none for an anonymous one.
    if (operations.length !== 1) return { refused: `${operations.length} operations` };
    const [operation] = operations;
    try {
      return {
        kind: operation.operation,
        executed: this.executed(document, operation),
        present: this.present(document, operation),
        meaning: this.meaning(document, operation),
      };
    } catch (error) {
      if (error instanceof Exhausted || error instanceof RangeError) return { exhausted: error.message };
      throw error;
    }
  }

  executed(document, operation) {
    const asked = this.conditions(document);
    if (asked.length > CONDITIONS) throw new Exhausted(`${asked.length} variables of conditions`);
    const apart = this.library.visit(document, { Field: renameMeta() });
    const names = new Set();
    for (let choice = 0; choice < 2 ** asked.length; choice += 1) {
      const variables = Object.fromEntries(asked.map((name, bit) => [name, (choice >> bit) % 2 === 1]));
      // Only the roots count, so that nothing below them is executed.
      const run = new Run(this.library, apart, operation, { deep: false });
      run.execute(declared(apart, asked), variables);
      run.paths.forEach((path) => names.add(path));
    }
    return [...names].sort();
  }

  present(document, operation) {
    let number = 0;
    const apart = this.library.visit(document, {
      Field: (field) => ({ ...field, alias: name(`r${(number += 1)}`) }),
      Directive: () => null,
    });
    const run = new Run(this.library, apart, operation, { deep: true });
    run.execute(declared(apart, []), {});
    return [...run.paths].sort();
  }

  /** The names of the variables that decide whether something is executed. */
  conditions(document) {
    const names = new Set();
    this.library.visit(document, {
      Directive: (directive) => {
        if (!["skip", "include"].includes(directive.name.value)) return;
        this.library.visit(directive, { Variable: (variable) => void names.add(variable.name.value) });
      },
    });
    return [...names];
  }

  meaning(document, operation) {
    const fragments = new Map(
      document.definitions
        .filter(({ kind }) => kind === "FragmentDefinition")
        .map((fragment) => [fragment.name.value, fragment]),
    );
    const reached = new Map();
    const reach = (node) =>
      this.library.visit(node, {
        FragmentSpread: ({ name: { value } }) => {
          const fragment = fragments.get(value);
          if (fragment === undefined || reached.has(value)) return;
          reached.set(value, fragment);
          reach(fragment);
        },
      });
    reach(operation);
    const definitions = [operation, ...[...reached.keys()].sort().map((key) => reached.get(key))];
    const plain = this.library.visit(
      { kind: "Document", definitions },
      {
        StringValue: (string) => ({ ...string, block: false }),
        // Documentation says nothing to a server.
        OperationDefinition: ({ description, ...rest }) => rest,
        FragmentDefinition: ({ description, ...rest }) => rest,
        VariableDefinition: ({ description, ...rest }) => rest,
      },
    );
    return this.library.print(plain);
  }
}

/** One execution, and the paths of names that it went through. */
class Run {
  constructor(library, document, operation, { deep }) {
    this.library = library;
    this.document = document;
    this.kind = operation.operation;
    this.deep = deep;
    this.paths = new Set();
    this.fields = 0;
  }

  execute(document, variableValues) {
    const { library } = this;
    const answer = library.execute({ schema: this.schema(), document, variableValues, rootValue: "" });
    if (answer instanceof Promise) throw new Error("nothing here takes time");
    const exhausted = answer.errors?.find(({ originalError }) => originalError instanceof Exhausted);
    if (exhausted !== undefined) throw exhausted.originalError;
    const overflow = answer.errors?.find(({ originalError }) => originalError instanceof RangeError);
    if (overflow !== undefined) throw overflow.originalError;
    this.meta(answer.data ?? {}, document);
  }

  /** Meta-fields of the root have no resolver of ours; their response names tell of them. */
  meta(data, document) {
    const names = new Map();
    const note = ({ alias, name: { value } }) => {
      if (isMeta(value)) names.set(alias?.value, value);
    };
    this.library.visit(document, { Field: note });
    for (const key of Object.keys(data)) if (names.has(key)) this.paths.add(names.get(key));
  }

  /** A root type that has every field, is of every type, and is what its fields are of. */
  schema() {
    const { GraphQLObjectType, GraphQLInterfaceType, GraphQLSchema } = this.library;
    const [fields, conditions] = this.named();
    const root = { query: "Query", mutation: "Mutation", subscription: "Subscription" }[this.kind];
    conditions.delete(root);
    const any = scalar(this.library, "AnyOutput__");
    const resolve = (parent, _, __, info) => this.resolve(parent, info.fieldName);
    const type = new GraphQLObjectType({
      name: root,
      interfaces: () => interfaces,
      fields: () =>
        Object.fromEntries([...fields].map((field) => [field, { type: this.deep ? type : any, resolve }])),
      isTypeOf: () => true,
    });
    const resolveType = () => root;
    const interfaces = [...conditions].map(
      (condition) => new GraphQLInterfaceType({ name: condition, fields: {}, resolveType }),
    );
    const types = [type, ...interfaces, scalar(this.library, "AnyInput__")];
    return new GraphQLSchema({ [this.kind]: type, types, assumeValid: true });
  }

  resolve(parent, field) {
    this.fields += 1;
    if (this.fields > FIELDS) throw new Exhausted(`more than ${FIELDS} fields`);
    const path = parent === "" ? field : `${parent}.${field}`;
    this.paths.add(path);
    return path;
  }

  /** The names of fields and of type conditions, wherever they stand. */
  named() {
    const fields = new Set();
    const conditions = new Set();
    const condition = ({ typeCondition }) => {
      if (typeCondition) conditions.add(typeCondition.name.value);
    };
    this.library.visit(this.document, {
      Field: (field) => void fields.add(field.name.value),
      InlineFragment: condition,
      FragmentDefinition: condition,
    });
    fields.delete("__typename");
    return [fields, conditions];
  }
}

/** Gives the meta-fields response names of their own, so that they are found in an answer. */
function renameMeta() {
  let number = 0;
  return (field) =>
    isMeta(field.name.value) ? { ...field, alias: name(`meta${(number += 1)}__`) } : undefined;
}

function isMeta(field) {
  return field === "__schema" || field === "__type";
}

/** The document with variables of a type that takes all values; what they were declared as is no matter. */
function declared(document, names) {
  const type = { kind: "NamedType", name: name("AnyInput__") };
  const variableDefinitions = names.map((variable) => ({
    kind: "VariableDefinition",
    variable: { kind: "Variable", name: name(variable) },
    type,
  }));
  const definitions = document.definitions.map((definition) =>
    definition.kind === "OperationDefinition" ? { ...definition, variableDefinitions } : definition,
  );
  return { ...document, definitions };
}

function scalar(library, called) {
  return new library.GraphQLScalarType({ name: called });
}

function name(value) {
  return { kind: "Name", value };
}
