/**
 * Command packs for `vantage` in TypeScript and JavaScript.
 *
 * `definePack` takes what the pack contains and gives back what its module has to export as
 * `commands`; a command is a function that receives a `Session` and its arguments. Nothing here
 * reaches the platform by itself: every call goes through the session that the host lends.
 */

export { answers } from "./description.ts";
export type { Answer, Argument, Column, Example, Kind, Operation, Value } from "./description.ts";
export { PackError } from "./error.ts";
export { definePack } from "./pack.ts";
export type { Arguments, Command, Pack } from "./pack.ts";
export type { Session } from "./session.ts";
