import { describe, expect, it } from "vitest";
import { startTestSimulator } from "../../test-simulator.support.ts";
import { useFunctions } from "./functions.support.ts";

const functions = await useFunctions(startTestSimulator);
const { create, logOf } = functions;

describe("a function", () => {
  it("is described", async () => {
    const name = await create(
      { "index.mjs": "export const handler = () => 1;" },
      { Tags: { team: "coffee" } },
    );
    const { Configuration, Tags } = await functions.lambda.getFunction({ FunctionName: name });
    expect(Configuration).toMatchObject({
      FunctionArn: `arn:aws:lambda:us-east-1:123456789012:function:${name}`,
      State: "Active",
      Runtime: "nodejs22.x",
      Timeout: 3,
      MemorySize: 128,
    });
    expect(Tags).toEqual({ team: "coffee" });
    await expect(functions.lambda.getFunction({ FunctionName: "absent" })).rejects.toMatchObject({
      name: "ResourceNotFoundException",
      message: "Function not found: arn:aws:lambda:us-east-1:123456789012:function:absent",
    });
  });

  const good = { "index.mjs": "export const handler = () => 1;" };
  it.each<[string, object, RegExp]>([
    [
      "another runtime",
      { Runtime: "python3.13" },
      /InvalidParameterValueException.*nodejs24\.x only, not of py/,
    ],
    ["an image", { PackageType: "Image" }, /InvalidParameterValueException.*Zip only/],
    ["code in S3", { Code: { S3Bucket: "b", S3Key: "k" } }, /does not support S3Bucket/],
    ["no archive", { Code: { ZipFile: Buffer.from("no") } }, /InvalidZipFileException.*not a zip archive/],
    ["a layer", { Layers: ["arn:aws:lambda:x"] }, /does not support Layers/],
    ["a reserved variable", { Environment: { Variables: { AWS_REGION: "x" } } }, /Reserved keys.*AWS_REGION/],
    ["no role", { Role: "me" }, /Role must be the ARN/],
  ])("with %s is refused with an error that names it", async (_, more, message) => {
    const refused = await create(good, more).then(String, (error) => `${error.name}: ${error.message}`);
    expect(refused).toMatch(message);
  });

  it("is refused when its event is not JSON or it does not exist", async () => {
    const name = await create(good);
    await expect(functions.lambda.invoke({ FunctionName: name, Payload: "{" })).rejects.toMatchObject({
      name: "InvalidRequestContentException",
    });
    await expect(functions.lambda.invoke({ FunctionName: "absent" })).rejects.toMatchObject({
      name: "ResourceNotFoundException",
    });
    await expect(functions.lambda.listAliases({ FunctionName: name })).rejects.toMatchObject({
      name: "UnknownOperationException",
    });
  });

  it("that fails in an asynchronous call is called again after a minute, and after two more", async () => {
    const name = await create({ "index.mjs": "export const handler = (e) => { throw new Error(e.why); };" });
    const { StatusCode } = await functions.lambda.invoke({
      FunctionName: name,
      InvocationType: "Event",
      Payload: JSON.stringify({ why: "no reason" }),
    });
    expect(StatusCode).toBe(202);
    const start = functions.simulator.clock.foreground.now();
    const attempts = async () => (await logOf(name)).filter((line) => line.startsWith("REPORT")).length;
    await functions.simulator.clock.until(async () => (await attempts().catch(() => 0)) === 3);
    expect(functions.simulator.clock.foreground.now() - start).toBe(180_000);
  });
});
