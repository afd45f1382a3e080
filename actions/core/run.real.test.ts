import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const module = JSON.stringify(new URL("./run.ts", import.meta.url).href);

/** Runs an action in a separate process, whose main waits while `stray` fails. */
async function run(stray: string) {
  const program = `
    import { runAction } from ${module};
    await runAction(async () => {
      ${stray}
      await new Promise((resolve) => setTimeout(resolve, 60_000));
    });`;
  const running = promisify(execFile)(process.execPath, ["--input-type=module", "--eval", program]);
  const { code, stdout, stderr } = await running.catch((error) => error);
  return { code, stdout, stderr } as { code: number; stdout: string; stderr: string };
}

test.each([
  ["an exception of a timer", "setTimeout(() => { throw new Error(text); });"],
  ["a promise without a handler", "void Promise.reject(new Error(text));"],
  ["an error of a socket without a listener", "new EventEmitter().emit('error', new Error(text));"],
])("reports %s as a bug of the action, without commands, and ends the step", async (_, stray) => {
  const events = `const { EventEmitter } = await import("node:events");`;
  const text = `const text = "stopped\\n::stop-commands::x\\r##[error]y";`;
  const { code, stdout, stderr } = await run(`${events} ${text} setImmediate(() => { ${stray} });`);
  expect({ code, stderr }).toEqual({ code: 1, stderr: "" });
  const [annotation, ...others] = stdout.trimEnd().split("\n");
  expect(annotation).toMatch(
    /^::error::A bug in this action, not in your files, ended it \(Error: stopped%0A\| ::stop-commands::x%0A## \[error\]y\)\. Next step: report it/,
  );
  expect(others.filter((line) => !line.startsWith("::debug::"))).toEqual([]);
});
