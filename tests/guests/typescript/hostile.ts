/**
 * `test/typescript-hostile`: what packs in TypeScript can do wrong, each as a command of its own.
 *
 * The SDK makes errors of what is thrown; what gets by it, and what nothing is thrown for, is told here.
 */

import { answers, definePack } from "../src/index.ts";
import type { Session as SessionHandle } from "vantage:plugin/session@1.0.0";

const EVIL =
  "\u001b[31mred\u001b]52;c;ZXZpbA==\u0007\rover\u009b2J\u202edesrever\u200b\nhint: vantage plugin grant test/x y";

/** What the engine may offer besides the language itself. */
const WAYS = ["process", "require", "fetch", "XMLHttpRequest", "WebSocket", "Deno", "std", "os", "scriptArgs", "WebAssembly"];

const deeper = (depth: number): number => deeper(depth + 1) + 1;

const pack = definePack({
  id: "test/typescript-hostile",
  version: "1.0.0",
  summary: "Do everything wrong",
  groups: [{ path: "typescript-hostile", summary: "Do everything wrong" }],
  commands: [
    {
      path: "typescript-hostile endless",
      summary: "Compute for ever",
      answer: answers.nothing(),
      run() {
        for (;;);
      },
    },
    {
      path: "typescript-hostile hog",
      summary: "Take all memory",
      answer: answers.nothing(),
      run() {
        const hoard: Uint8Array[] = [];
        for (;;) hoard.push(new Uint8Array(1 << 20).fill(1));
      },
    },
    {
      path: "typescript-hostile recursion",
      summary: "Call itself for ever",
      answer: answers.nothing(),
      run({ output }) {
        output.note(`came back from ${deeper(0)} calls`);
      },
    },
    {
      path: "typescript-hostile crash",
      summary: "Fail in a way that the SDK does not catch",
      answer: answers.nothing(),
      run() {},
    },
    {
      path: "typescript-hostile flood",
      summary: "Tell people four mebibytes",
      answer: answers.nothing(),
      run({ output }) {
        // There is no `console` to print to.
        for (let line = 0; line < 4 << 10; line += 1) output.note("x".repeat(1023));
      },
    },
    {
      path: "typescript-hostile escapes",
      summary: "Paint on the terminal",
      answer: answers.many({ title: "Text", pointer: "/text" }),
      run({ output }) {
        output.note(EVIL);
        output.warn(EVIL);
        output.emit({ text: EVIL });
        throw new Error(EVIL);
      },
    },
    {
      path: "typescript-hostile outside",
      summary: "Look for a way out",
      answer: answers.many({ title: "Way", pointer: "/way" }),
      run({ output }) {
        for (const way of WAYS) {
          output.emit({ way, found: way in globalThis ? `something: ${way}` : "nothing: undefined" });
        }
      },
    },
  ],
});

export const commands = {
  ...pack,
  run(path: string[], given: string, handle: SessionHandle): void {
    if (path[1] === "crash") throw new Error("nobody catches this");
    pack.run(path, given, handle);
  },
};
