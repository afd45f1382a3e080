import { createHash, randomUUID } from "node:crypto";
import { join } from "node:path";
import type { CreateFunctionRequest, FunctionConfiguration, Runtime } from "@aws-sdk/client-lambda";
import type { Environment } from "../../environment.ts";
import { AwsError, errorWith } from "../../kit/errors.ts";
import { refuseUnsupported } from "../../kit/refuse-unsupported.ts";
import { checkedTags, tagRecord } from "../../kit/tags.ts";
import { roleLists } from "../../permissions/role-lists.ts";
import { refusalOf } from "../../permissions/service-roles.ts";
import { unpackCode } from "../../runtime/functions/run-function.ts";
import { readZip, type ZipEntry } from "../../runtime/zip-archive.ts";
import type { Operations } from "../api.ts";

const unsupported = "InvalidParameterValueException";

export function functionOperations(state: LambdaState, environment: Environment): Operations<"lambda"> {
  return {
    createFunction: async (input) => {
      refuseUnsupported(unsupported, "CreateFunction", input, [
        "FunctionName Code PackageType Architectures Tags Role Runtime Handler Description Timeout",
        "MemorySize Environment",
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
      if (await refusalOf(environment, { roleArn: settings.role, list: roleLists.function }))
        throw invalid("The role defined for the function cannot be assumed by Lambda.");
      const code = await storeCode(environment, name, Code.ZipFile);
      refuseTaken();
      const tags = checkedTags(tagRecord.read(input.Tags ?? {}), {
        tooMany: "InvalidParameterValueException",
      });
      const record: FunctionRecord = {
        name,
        arn: state.arnOf(name),
        settings,
        code,
        tags,
        createdAt: environment.clock.now(),
        revisionId: randomUUID(),
      };
      state.functions.set(name, record);
      return describe(record);
    },
    getFunction: ({ FunctionName, Qualifier }) => {
      const record = findFunction(state, FunctionName, Qualifier);
      return {
        Configuration: describe(record),
        // AWS returns a presigned URL of S3; the simulator keeps the code on disk.
        Code: { RepositoryType: "File", Location: `file://${record.code.taskRoot}` },
        Tags: tagRecord.write(record.tags),
      };
    },
    // Its code is kept, as an invocation in progress needs it.
    deleteFunction: ({ FunctionName, Qualifier }) => {
      state.functions.delete(findFunction(state, FunctionName, Qualifier).name);
      return {};
    },
    listFunctions: (input) => {
      refuseUnsupported(unsupported, "ListFunctions", input, ["MaxItems"]);
      return { Functions: [...state.functions.values()].map(describe) };
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

function describe(record: FunctionRecord): FunctionConfiguration {
  const { settings, code } = record;
  const Variables = { ...settings.variables };
  return {
    FunctionName: record.name,
    FunctionArn: record.arn,
    Role: settings.role,
    Runtime: settings.runtime,
    Handler: settings.handler,
    Description: settings.description,
    Timeout: settings.timeout,
    MemorySize: settings.memorySize,
    Architectures: [...settings.architectures],
    ...(Object.keys(Variables).length > 0 ? { Environment: { Variables } } : {}),
    CodeSize: code.size,
    CodeSha256: code.sha256,
    LastModified: record.createdAt.toISOString().replace("Z", "+0000"),
    Version: "$LATEST",
    TracingConfig: { Mode: "PassThrough" },
    RevisionId: record.revisionId,
    State: "Active",
    LastUpdateStatus: "Successful",
    PackageType: "Zip",
    LoggingConfig: { LogFormat: "Text", LogGroup: `/aws/lambda/${record.name}` },
  };
}

/** All of them run on the Node that runs the simulator. */
const runtimes: readonly Runtime[] = ["nodejs20.x", "nodejs22.x", "nodejs24.x"];

/** Names that Lambda sets itself. Source: "Defined runtime environment variables", Lambda developer guide. */
const reserved = [
  "_HANDLER",
  "AWS_ACCESS_KEY_ID",
  "AWS_DEFAULT_REGION",
  "AWS_EXECUTION_ENV",
  "AWS_LAMBDA_FUNCTION_NAME",
  "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
  "AWS_LAMBDA_FUNCTION_VERSION",
  "AWS_LAMBDA_LOG_GROUP_NAME",
  "AWS_LAMBDA_LOG_STREAM_NAME",
  "AWS_REGION",
  "AWS_SECRET_ACCESS_KEY",
  "AWS_SESSION_TOKEN",
  "LAMBDA_TASK_ROOT",
];

type SettingsInput = Pick<
  CreateFunctionRequest,
  "Role" | "Runtime" | "Handler" | "Description" | "Timeout" | "MemorySize" | "Environment" | "Architectures"
>;

/** Throws InvalidParameterValueException, which lists the supported runtimes. */
function parseSettings(input: Partial<SettingsInput>): FunctionSettings {
  const { Role: role = "", Runtime: runtime, Handler: handler = "", Timeout: timeout = 3 } = input;
  const { MemorySize: memorySize = 128, Architectures: architectures = ["x86_64"] } = input;
  if (!/^arn:aws:iam::\d{12}:role\/.+$/.test(role))
    throw invalid(`Role must be the ARN of a role, not '${role}'.`);
  if (runtime === undefined || !runtimes.includes(runtime))
    throw invalid(
      `The simulator runs functions of ${runtimes.join(", ")} only, not of ${runtime ?? "no runtime"}.`,
    );
  if (!/^[^\s.]+(\.[^\s.]+)+$/.test(handler.split("/").at(-1) ?? ""))
    throw invalid(`Handler must name a file and what it exports, such as index.handler, not '${handler}'.`);
  if (!(timeout >= 1 && timeout <= 900)) throw invalid(`Timeout must be 1 to 900 seconds, not ${timeout}.`);
  if (!(memorySize >= 128 && memorySize <= 10_240))
    throw invalid(`MemorySize must be 128 to 10240 MB, not ${memorySize}.`);
  return {
    role,
    runtime,
    handler,
    description: input.Description ?? "",
    timeout,
    memorySize,
    variables: parseVariables(input.Environment?.Variables ?? {}),
    architectures: architectures.map((each) => (each === "arm64" ? each : "x86_64")),
  };
}

function parseVariables(variables: Readonly<Record<string, string>>) {
  const taken = Object.keys(variables).filter((name) => reserved.includes(name));
  if (taken.length > 0)
    throw invalid(
      `Lambda was unable to configure your environment variables because the environment variables you have provided contains reserved keys that are currently not supported for modification. Reserved keys used in this request: ${taken.join(", ")}`,
    );
  const bad = Object.keys(variables).find((name) => !/^[A-Za-z]\w+$/.test(name));
  if (bad !== undefined) throw invalid(`'${bad}' is not the name of an environment variable.`);
  return variables;
}

interface FunctionCode {
  /** Folder of its unpacked code. */
  readonly taskRoot: string;
  /** Size of the archive in bytes, and its SHA-256 in base64. */
  readonly size: number;
  readonly sha256: string;
}

/** Settings of a function, complete with Lambda's defaults. */
interface FunctionSettings {
  readonly role: string;
  readonly runtime: Runtime;
  readonly handler: string;
  readonly description: string;
  /** Seconds. */
  readonly timeout: number;
  /** MiB; reported, not enforced. */
  readonly memorySize: number;
  readonly variables: Readonly<Record<string, string>>;
  readonly architectures: readonly ("x86_64" | "arm64")[];
}

export interface FunctionRecord {
  readonly name: string;
  readonly arn: string;
  readonly settings: FunctionSettings;
  readonly code: FunctionCode;
  readonly createdAt: Date;
  readonly revisionId: string;
  readonly tags: ReadonlyMap<string, string>;
}

export interface LambdaState {
  readonly functions: Map<string, FunctionRecord>;
  arnOf(name: string): string;
}

export function createLambdaState({ accountId, region }: Environment): LambdaState {
  return {
    functions: new Map(),
    arnOf: (name) => `arn:aws:lambda:${region}:${accountId}:function:${name}`,
  };
}

/** By name, partial ARN or ARN, with or without the version $LATEST. */
export function findFunction(state: LambdaState, identifier = "", qualifier?: string): FunctionRecord {
  const [, name = identifier, version = qualifier] =
    /^(?:(?:arn:aws:lambda:[^:]+:)?\d{12}:function:)?([\w-]+)(?::(.+))?$/.exec(identifier) ?? [];
  const found = state.functions.get(name);
  if (found && (version === undefined || version === "$LATEST")) return found;
  const arn = state.arnOf(version === undefined ? name : `${name}:${version}`);
  throw new AwsError("ResourceNotFoundException", `Function not found: ${arn}`, 404);
}

const invalid = errorWith("InvalidParameterValueException");
