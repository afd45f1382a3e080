import { createHash, randomUUID } from "node:crypto";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { FunctionConfiguration } from "@aws-sdk/client-lambda";
import type { Environment } from "../../environment.ts";
import { AwsError } from "../../kit/errors.ts";
import { refuseUnsupported } from "../../kit/refuse-unsupported.ts";
import { limitTags } from "../../kit/tags.ts";
import { unpackCode } from "../../runtime/functions/unpack-code.ts";
import { readZip, type ZipEntry } from "../../runtime/zip-archive.ts";
import type { Service } from "../api.ts";
import { parseSettings } from "./function-settings.ts";
import {
  type FunctionCode,
  type FunctionRecord,
  type FunctionSettings,
  findFunction,
  invalid,
  type LambdaState,
} from "./state.ts";

const unsupported = "InvalidParameterValueException";
const settingMembers = [
  "Role",
  "Runtime",
  "Handler",
  "Description",
  "Timeout",
  "MemorySize",
  "Environment",
] as const;

export function functionOperations(
  state: LambdaState,
  environment: Environment,
): Service<"lambda">["operations"] {
  const store = (name: string, archive: Uint8Array | undefined) => storeCode(environment, name, archive);
  const touch = (record: FunctionRecord) =>
    Object.assign(record, { modifiedAt: environment.clock.now(), revisionId: randomUUID() });
  return {
    createFunction: async (input) => {
      refuseUnsupported(unsupported, "CreateFunction", input, [
        "FunctionName",
        "Code",
        "PackageType",
        "Architectures",
        "Tags",
        ...settingMembers,
      ]);
      const { FunctionName: name = "", PackageType = "Zip", Code = {} } = input;
      if (!/^[\w-]{1,64}$/.test(name))
        throw invalid(`'${name}' is not a function's name: 1 to 64 letters, digits, - and _.`);
      if (PackageType !== "Zip")
        throw invalid(`The simulator runs functions of PackageType Zip only, not ${PackageType}.`);
      refuseUnsupported(unsupported, "the Code of CreateFunction", Code, ["ZipFile"]);
      const settings = parseSettings(input);
      const refuseTaken = () => {
        if (state.functions.has(name))
          throw new AwsError("ResourceConflictException", `Function already exist: ${name}`, 409);
      };
      refuseTaken();
      const code = await store(name, Code.ZipFile);
      refuseTaken();
      limitTags("InvalidParameterValueException", Object.keys(input.Tags ?? {}));
      const record = { name, arn: state.arnOf(name), settings, code, tags: input.Tags ?? {} };
      const created = touch(record as FunctionRecord);
      state.functions.set(name, created);
      return describe(created);
    },
    getFunction: ({ FunctionName, Qualifier }) => {
      const record = findFunction(state, FunctionName, Qualifier);
      return {
        Configuration: describe(record),
        // AWS returns a presigned URL of S3; the simulator keeps the code on disk.
        Code: { RepositoryType: "File", Location: `file://${record.code.taskRoot}` },
        Tags: { ...record.tags },
      };
    },
    getFunctionConfiguration: ({ FunctionName, Qualifier }) =>
      describe(findFunction(state, FunctionName, Qualifier)),
    listFunctions: (input) => {
      refuseUnsupported(unsupported, "ListFunctions", input, ["MaxItems"]);
      return { Functions: [...state.functions.values()].map(describe) };
    },
    updateFunctionCode: async (input) => {
      refuseUnsupported(unsupported, "UpdateFunctionCode", input, ["FunctionName", "ZipFile"]);
      const record = findFunction(state, input.FunctionName);
      record.code = await store(record.name, input.ZipFile);
      return describe(touch(record));
    },
    updateFunctionConfiguration: (input) => {
      refuseUnsupported(unsupported, "UpdateFunctionConfiguration", input, [
        "FunctionName",
        ...settingMembers,
      ]);
      const record = findFunction(state, input.FunctionName);
      const { FunctionName: _, ...change } = input;
      record.settings = parseSettings({ ...toInput(record.settings), ...change });
      return describe(touch(record));
    },
    deleteFunction: async ({ FunctionName, Qualifier }) => {
      const record = findFunction(state, FunctionName, Qualifier);
      state.functions.delete(record.name);
      await rm(join(directoryOf(environment), record.name), { recursive: true, force: true });
      return { StatusCode: 204 };
    },
  };
}

function directoryOf({ dataDirectory }: Environment): string {
  return join(dataDirectory, "functions");
}

/** Each archive gets a separate folder, so an invocation in progress keeps the code that it began with. */
async function storeCode(
  environment: Environment,
  name: string,
  archive: Uint8Array | undefined,
): Promise<FunctionCode> {
  if (!archive?.length) throw invalid("Code must hold ZipFile, the bytes of a zip archive.");
  const bytes = Buffer.from(archive);
  const folder = join(name, randomUUID());
  await unpackCode(directoryOf(environment), folder, unzip(bytes));
  return {
    taskRoot: join(directoryOf(environment), folder),
    size: bytes.length,
    sha256: createHash("sha256").update(bytes).digest("base64"),
  };
}

function unzip(archive: Buffer): ZipEntry[] {
  try {
    return readZip(archive);
  } catch (error) {
    throw new AwsError(
      "InvalidZipFileException",
      `Could not unzip uploaded file (${(error as Error).message}). Please check your file, then try to upload again.`,
    );
  }
}

function toInput(settings: FunctionSettings) {
  return {
    Role: settings.role,
    Runtime: settings.runtime,
    Handler: settings.handler,
    Description: settings.description,
    Timeout: settings.timeout,
    MemorySize: settings.memorySize,
    Environment: { Variables: { ...settings.variables } },
    Architectures: [...settings.architectures],
  };
}

function describe(record: FunctionRecord): FunctionConfiguration {
  const { Environment, ...settings } = toInput(record.settings);
  return {
    FunctionName: record.name,
    FunctionArn: record.arn,
    ...settings,
    ...(Object.keys(Environment.Variables).length > 0 ? { Environment } : {}),
    CodeSize: record.code.size,
    CodeSha256: record.code.sha256,
    LastModified: record.modifiedAt.toISOString().replace("Z", "+0000"),
    Version: "$LATEST",
    TracingConfig: { Mode: "PassThrough" },
    RevisionId: record.revisionId,
    State: "Active",
    LastUpdateStatus: "Successful",
    PackageType: "Zip",
    LoggingConfig: { LogFormat: "Text", LogGroup: `/aws/lambda/${record.name}` },
  };
}
