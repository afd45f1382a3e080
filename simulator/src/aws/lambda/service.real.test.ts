import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { Lambda } from "@aws-sdk/client-lambda";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { Simulator } from "../../simulator.ts";
import { startRealSimulator } from "../../test-simulator.support.ts";
import { zip } from "./zip.support.ts";

let simulator: Simulator;
let lambda: Lambda;
beforeAll(async () => {
  simulator = await startRealSimulator();
  lambda = new Lambda({ ...simulator.clientConfig, maxAttempts: 1 });
});
afterAll(() => simulator?.close());

let made = 0;
async function create(files: Record<string, string>, more: object = {}): Promise<string> {
  const FunctionName = `function-${made++}`;
  await lambda.createFunction({
    FunctionName,
    Role: "arn:aws:iam::123456789012:role/function",
    Runtime: "nodejs22.x",
    Handler: "index.handler",
    Code: { ZipFile: zip(files) },
    ...more,
  });
  return FunctionName;
}

async function invoke(FunctionName: string, event: unknown = {}) {
  const { Payload, FunctionError, StatusCode } = await lambda.invoke({
    FunctionName,
    Payload: JSON.stringify(event),
  });
  return { result: JSON.parse(Payload?.transformToString() ?? ""), FunctionError, StatusCode };
}

async function logOf(name: string): Promise<string[]> {
  const { events = [] } = await simulator.aws.logs.filterLogEvents({ logGroupName: `/aws/lambda/${name}` });
  return events.map(({ message = "" }) => message);
}

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

  it.each<[string, string, object]>([
    ["throws", "throw new RangeError('too far')", { errorType: "RangeError", errorMessage: "too far" }],
    ["ends its process", "process.exit(3)", { errorType: "Runtime.ExitError" }],
    ["takes too long", "await new Promise((r) => setTimeout(r, 60_000))", { errorType: "Sandbox.Timedout" }],
  ])("that %s, and says so", async (_, code, error) => {
    const name = await create(
      { "index.mjs": `export const handler = async () => { ${code} };` },
      { Timeout: 1 },
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

  it("asynchronously, and again after a minute of AWS time when it failed", async () => {
    const name = await create({ "index.mjs": "export const handler = (e) => { throw new Error(e.why); };" });
    const { StatusCode } = await lambda.invoke({
      FunctionName: name,
      InvocationType: "Event",
      Payload: JSON.stringify({ why: "no reason" }),
    });
    expect(StatusCode).toBe(202);
    const attempts = async () => (await logOf(name)).filter((line) => line.startsWith("REPORT")).length;
    await vi.waitUntil(async () => (await attempts().catch(() => 0)) === 3, {
      timeout: 20_000,
      interval: 20,
    });
  });
});

describe("a function", () => {
  it("is described, changed and deleted", async () => {
    const name = await create(
      { "index.mjs": "export const handler = () => 1;" },
      { Tags: { team: "coffee" } },
    );
    const { Configuration, Tags } = await lambda.getFunction({ FunctionName: name });
    expect(Configuration).toMatchObject({
      FunctionArn: `arn:aws:lambda:us-east-1:123456789012:function:${name}`,
      State: "Active",
      Runtime: "nodejs22.x",
      Timeout: 3,
      MemorySize: 128,
    });
    expect(Tags).toEqual({ team: "coffee" });
    const ZipFile = zip({ "index.mjs": "export const handler = () => 2;" });
    const { CodeSha256 } = await lambda.updateFunctionCode({ FunctionName: name, ZipFile });
    expect(CodeSha256).not.toBe(Configuration?.CodeSha256);
    await lambda.updateFunctionConfiguration({ FunctionName: name, Timeout: 9 });
    expect((await lambda.getFunctionConfiguration({ FunctionName: name })).Timeout).toBe(9);
    expect((await invoke(Configuration?.FunctionArn ?? "")).result).toBe(2);
    await lambda.deleteFunction({ FunctionName: name });
    await expect(lambda.getFunction({ FunctionName: name })).rejects.toMatchObject({
      name: "ResourceNotFoundException",
      message: `Function not found: arn:aws:lambda:us-east-1:123456789012:function:${name}`,
    });
  });

  const good = { "index.mjs": "export const handler = () => 1;" };
  it.each<[string, object, RegExp]>([
    [
      "another runtime",
      { Runtime: "python3.13" },
      /InvalidParameterValueException.*nodejs24\.x only, not of python3/,
    ],
    ["an image", { PackageType: "Image" }, /InvalidParameterValueException.*Zip only/],
    ["code in S3", { Code: { S3Bucket: "b", S3Key: "k" } }, /does not support S3Bucket/],
    ["no archive", { Code: { ZipFile: Buffer.from("no") } }, /InvalidZipFileException.*not a zip archive/],
    ["a layer", { Layers: ["arn:aws:lambda:x"] }, /does not support Layers/],
    ["a reserved variable", { Environment: { Variables: { AWS_REGION: "x" } } }, /Reserved keys.*AWS_REGION/],
    ["no role", { Role: "me" }, /Role must be the ARN/],
  ])("with %s is refused by name", async (_, more, message) => {
    const refused = await create(good, more).then(String, (error) => `${error.name}: ${error.message}`);
    expect(refused).toMatch(message);
  });

  it("is refused when its event is no JSON or it is not there", async () => {
    const name = await create(good);
    await expect(lambda.invoke({ FunctionName: name, Payload: "{" })).rejects.toMatchObject({
      name: "InvalidRequestContentException",
    });
    await expect(lambda.invoke({ FunctionName: "absent" })).rejects.toMatchObject({
      name: "ResourceNotFoundException",
    });
    await expect(lambda.listAliases({ FunctionName: name })).rejects.toMatchObject({
      name: "UnknownOperationException",
    });
  });
});

it("the AWS CLI creates and invokes a function", async () => {
  const folder = await mkdtemp(join(tmpdir(), "lambda-"));
  try {
    await writeFile(join(folder, "code.zip"), zip({ "index.mjs": "export const handler = (e) => e.a + 1;" }));
    const aws = existsSync("/usr/bin/aws") ? "/usr/bin/aws" : "aws";
    const { PATH, HOME } = process.env;
    const run = (...args: string[]) =>
      promisify(execFile)(aws, ["lambda", ...args, "--output=json"], {
        env: { PATH, HOME, ...simulator.environmentVariables },
      });
    await run(
      "create-function",
      "--function-name=cli",
      "--runtime=nodejs22.x",
      "--handler=index.handler",
      "--role=arn:aws:iam::123456789012:role/function",
      `--zip-file=fileb://${join(folder, "code.zip")}`,
    );
    await run("wait", "function-active-v2", "--function-name=cli");
    const out = join(folder, "out.json");
    const options = ["--function-name=cli", "--cli-binary-format=raw-in-base64-out", '--payload={"a":41}'];
    const { stdout } = await run("invoke", ...options, out);
    expect(JSON.parse(stdout)).toEqual({ StatusCode: 200, ExecutedVersion: "$LATEST" });
    expect(await readFile(out, "utf8")).toBe("42");
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
