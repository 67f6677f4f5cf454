/**
 * Sends whatever a module prints to standard error: on standard output stands the ready line alone.
 *
 * The provider speaks while it is loaded, so `main.mjs` imports this before it. What it says then is
 * that it keeps everything in memory and has pages for development only: both are wanted here.
 */

import { Console } from "node:console";

globalThis.console = new Console(process.stderr, process.stderr);
console.info = () => {};
console.warn = () => {};
