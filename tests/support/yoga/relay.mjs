/** Pages of a list, and what both APIs have in common. */

import { GraphQLError, GraphQLScalarType } from "graphql";

/** A connection over `all`, whose rows have the key `key`. */
export function page(all, key, { first, after, filters }) {
  if (first < 0 || first > 100) throw refused("BAD_USER_INPUT", "`first` must be from 0 to 100");
  const list = all.filter((row) => meets(row, filters ?? {}));
  const cursor = (row) => Buffer.from(String(row[key])).toString("base64url");
  const start = after ? list.findIndex((row) => cursor(row) === after) + 1 : 0;
  if (after && start === 0) throw refused("BAD_USER_INPUT", "`after` is not a cursor of this list");
  const rows = list.slice(start, start + first);
  return {
    edges: rows.map((node) => ({ node, cursor: cursor(node) })),
    total: list.length,
    pageInfo: {
      hasNextPage: start + rows.length < list.length,
      hasPreviousPage: start > 0,
      startCursor: rows.length > 0 ? cursor(rows[0]) : null,
      endCursor: rows.length > 0 ? cursor(rows.at(-1)) : null,
    },
  };
}

function meets(row, filters) {
  return Object.entries(filters).every(([field, condition]) =>
    Object.entries(condition).every(([how, value]) => {
      if (how === "eq") return row[field] === value;
      if (how === "contains") return String(row[field]).includes(value);
      throw refused("BAD_USER_INPUT", `there is no condition ${how}`);
    }),
  );
}

/** An error that a client may be shown. */
export function refused(code, message) {
  return new GraphQLError(message, { extensions: { code } });
}

/** A member of a union, which says what it is. */
export function said(__typename, message) {
  return { __typename, message };
}

/** Scalars that pass on whatever they are given. */
export const scalars = {
  DateTime: new GraphQLScalarType({ name: "DateTime" }),
  JSONScalar: new GraphQLScalarType({ name: "JSONScalar" }),
};
