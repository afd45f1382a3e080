import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { readTextFile } from "./data-file.ts";
import { Failure } from "./failure.ts";
import { toFailure } from "./run.ts";

const runModule = fileURLToPath(new URL("./run.ts", import.meta.url));
const failureModule = fileURLToPath(new URL("./failure.ts", import.meta.url));

async function run(main: string, whenSaid?: { text: string; signal: NodeJS.Signals }) {
  const script = `import { runAction } from ${JSON.stringify(runModule)};
    import { Failure } from ${JSON.stringify(failureModule)};
    await runAction(${main});`;
  const child = spawn("node", ["--input-type=module-typescript", "-e", script], { stdio: "pipe" });
  let stdout = "";
  child.stdout.on("data", (chunk) => {
    stdout += chunk;
    if (whenSaid && String(chunk).includes(whenSaid.text)) child.kill(whenSaid.signal);
  });
  const [exitCode] = await once(child, "close");
  return { exitCode, annotations: stdout.split("\n").filter((line) => /^::error( .*)?::/.test(line)) };
}

test("a failure is one annotation with the next step, and red", async () => {
  const result = await run(`async () => { throw new Failure("It broke.", { nextStep: "mend it." }) }`);
  expect(result).toEqual({ exitCode: 1, annotations: ["::error::It broke. Next step: mend it."] });
});

test("a failure that has a place is shown there", async () => {
  const result = await run(`async () => {
    throw new Failure("It broke.", { place: { file: "infra/a.yaml", line: 3 } });
  }`);
  expect(result).toEqual({ exitCode: 1, annotations: ["::error file=infra/a.yaml,line=3::It broke."] });
});

test("success is green and silent", async () => {
  expect(await run("async () => {}")).toEqual({ exitCode: 0, annotations: [] });
});

test.each<NodeJS.Signals>(["SIGINT", "SIGTERM"])(
  "%s aborts the signal and lets main clean up",
  async (signal) => {
    const main = `async (signal) => {
    const held = setInterval(() => {}, 1000);
    console.log("waiting");
    await new Promise((resolve) => signal.addEventListener("abort", resolve));
    clearInterval(held);
    throw signal.reason;
  }`;
    const result = await run(main, { text: "waiting", signal });
    expect(result).toEqual({ exitCode: 1, annotations: [`::error::Cancelled by ${signal}.`] });
  },
);

test.each<[string, unknown, RegExp]>([
  [
    "a TypeError",
    new TypeError("Cannot read properties of null (reading 'startsWith')"),
    /^A bug in this action, not in your files, ended it after it read .*package\.json \(TypeError: Cannot read/,
  ],
  ["no error at all", "oops", /^A bug in this action.*\(oops\)/],
  [
    "a file system's error",
    Object.assign(new Error("EACCES: permission denied"), { code: "EACCES" }),
    /^EACCES: permission denied$/,
  ],
  [
    "a connection's error",
    new TypeError("fetch failed", {
      cause: Object.assign(new Error("certificate has expired"), { code: "CERT_HAS_EXPIRED" }),
    }),
    /^certificate has expired$/,
  ],
  ["a failure", new Failure("It broke."), /^It broke\.$/],
])("%s is explained to the user", (_, error, message) => {
  readTextFile("package.json");
  expect(toFailure(error, new AbortController().signal).message).toMatch(message);
});
