import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { programsFor } from "../../outside-clients/programs.support.ts";
import { startRealSimulator } from "../../test-simulator.support.ts";
import { useFunctions } from "./functions.support.ts";
import { zip } from "./zip.support.ts";

const functions = await useFunctions(startRealSimulator);
const { create, invoke, logOf } = functions;

describe("a function runs", () => {
  it.each<[string, Record<string, string>, object]>([
    ["an ECMAScript module", { "index.mjs": "export const handler = async (e) => ({ got: e.n });" }, {}],
    ["a CommonJS module", { "index.js": "exports.handler = async (e) => ({ got: e.n });" }, {}],
    ["a callback", { "index.js": "exports.handler = (e, c, done) => done(null, { got: e.n });" }, {}],
    [
      "a handler in a folder",
      { "src/app.mjs": "export const run = (e) => ({ got: e.n });" },
      { Handler: "src/app.run" },
    ],
  ])("of %s", async (_, files, more) => {
    expect(await invoke(await create(files, more), { n: 7 })).toEqual({
      result: { got: 7 },
      FunctionError: undefined,
      StatusCode: 200,
    });
  });

  it("with its environment, its context and the AWS SDK, against the simulator", async () => {
    const name = await create(
      {
        "index.mjs": `import { CodeDeploy } from "@aws-sdk/client-codedeploy";
export async function handler(event, context) {
  const { applications } = await new CodeDeploy().listApplications({});
  console.log("applications", applications.length);
  return [process.env.STAGE, context.functionName, context.getRemainingTimeInMillis() > 0, applications];
}`,
      },
      { Environment: { Variables: { STAGE: "test" } }, Timeout: 30 },
    );
    expect((await invoke(name)).result).toEqual(["test", name, true, []]);
    const log = await logOf(name);
    expect(log[0]).toMatch(/^START RequestId: [\w-]+ Version: \$LATEST$/);
    expect(log[1]).toMatch(/^20\d\d-.+Z\t[\w-]+\tINFO\tapplications 0$/);
    expect(log.at(-1)).toMatch(/^REPORT RequestId: [\w-]+\tDuration: .+Max Memory Used: [1-9]\d* MB$/);
  });

  it.each<[string, string, object, number?]>([
    ["throws", "throw new RangeError('too far')", { errorType: "RangeError", errorMessage: "too far" }],
    ["ends its process", "process.exit(3)", { errorType: "Runtime.ExitError" }],
    [
      "takes too long",
      "await new Promise((r) => setTimeout(r, 60_000))",
      { errorType: "Sandbox.Timedout" },
      1,
    ],
  ])("that %s, and reports it", async (_, code, error, Timeout = 60) => {
    const name = await create(
      { "index.mjs": `export const handler = async () => { ${code} };` },
      { Timeout },
    );
    const { result, FunctionError } = await invoke(name);
    expect(FunctionError).toBe("Unhandled");
    expect(result).toMatchObject(error);
  });

  it.each([
    ["no such file", "other.handler", "Runtime.ImportModuleError"],
    ["no such export", "index.other", "Runtime.HandlerNotFound"],
  ])("with %s", async (_, Handler, errorType) => {
    const name = await create({ "index.mjs": "export const handler = () => 1;" }, { Handler });
    expect((await invoke(name)).result).toMatchObject({ errorType });
  });
});

it("the AWS CLI creates and invokes a function", async () => {
  const folder = await mkdtemp(join(tmpdir(), "lambda-"));
  try {
    await writeFile(join(folder, "code.zip"), zip({ "index.mjs": "export const handler = (e) => e.a + 1;" }));
    const aws = (...args: string[]) => programsFor(functions.simulator).aws("lambda", ...args);
    await aws(
      "create-function",
      "--function-name=cli",
      "--runtime=nodejs22.x",
      "--handler=index.handler",
      "--role=arn:aws:iam::123456789012:role/function",
      `--zip-file=fileb://${join(folder, "code.zip")}`,
    );
    await aws("wait", "function-active-v2", "--function-name=cli");
    const out = join(folder, "out.json");
    const options = ["--function-name=cli", "--cli-binary-format=raw-in-base64-out", '--payload={"a":41}'];
    expect(await aws("invoke", ...options, out)).toEqual({ StatusCode: 200, ExecutedVersion: "$LATEST" });
    expect(await readFile(out, "utf8")).toBe("42");
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
