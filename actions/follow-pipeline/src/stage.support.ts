import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CodePipelineClient, type StageDeclaration } from "@aws-sdk/client-codepipeline";
import type { Simulator } from "@ecs-delivery/simulator";
import { appSpecFile, webLogs, webTaskDefinition } from "@ecs-delivery/simulator/outside-clients/web.support";
import { type Program, webProgram } from "@ecs-delivery/simulator/runtime/tasks/in-process-runtime.support";
import { preparePipelineDelivery } from "@ecs-delivery/simulator/services/codepipeline/controller/delivery.support";
import { filesPushed, imagePushed } from "@ecs-delivery/simulator/services/codepipeline/pipeline.support";
import {
  startRealSimulator,
  startTestSimulator,
  type TestSimulator,
} from "@ecs-delivery/simulator/test-simulator.support";
import { afterAll, afterEach } from "vitest";
import { retryStrategy } from "../../core/prompt-retries.support.ts";
import { pushImage } from "../../core/push-image.support.ts";
import { clientsOf, trustOfTasks } from "../../delivery/stage.support.ts";
import type { Clients, Handle } from "./context.ts";
import { followPipeline } from "./follow-pipeline.ts";
import { readFollowInputs } from "./inputs.ts";
import { PipelineRecord } from "./record.ts";

/** The files that a pipeline deploys with. */
export const definitions = {
  "taskdef-web.json": JSON.stringify(webTaskDefinition("<IMAGE1_NAME>", webLogs)),
  "appspec-web.yaml": appSpecFile,
};

/** `webProgram` for a version, as a program that `node` runs. */
const server = (version: string) => `
import { createServer } from "node:http";
if (${JSON.stringify(version)} === "crash") throw new Error("cannot read the menu");
createServer((request, response) => {
  if (request.url === "/fail" && ${version.startsWith("fragile")}) process.exit(3);
  response.end(${JSON.stringify(version)});
}).listen(8080);
process.on("SIGTERM", () => process.exit(0));
`;

/** Returns the same program object each time for a version, so that its image has one digest. */
function createPrograms() {
  const programs = new Map<string, Program>();
  return (VERSION: string): Program => {
    const program =
      programs.get(VERSION) ?? ((buildContext) => webProgram({ ...buildContext, environment: { VERSION } }));
    programs.set(VERSION, program);
    return program;
  };
}

interface Trying {
  readonly signal?: AbortSignal;
  readonly onLine?: (line: string) => void;
  /** Line of the log at which the step's clock passes any deadline, without the polls until then. */
  readonly lateAt?: RegExp;
}

export type Stage = Awaited<ReturnType<typeof createStage>>;

export interface Followed {
  readonly record: PipelineRecord;
  readonly error: Error & { readonly nextStep?: string };
  readonly lines: readonly string[];
  /** The last state saved for the post step. */
  readonly handle: Handle | undefined;
}

/**
 * Creates a simulated account in virtual time with a service in production as version "zero", and the definitions in
 * CodeCommit.
 */
export const createStage = async () => createStageIn(await startTestSimulator(), createPrograms());

/** Creates a stage in virtual time with a pipeline that starts automatically, for the tests of one file. */
export async function useStage(
  pipelineName: string,
  between: readonly StageDeclaration[] = [],
): Promise<Stage> {
  const stage = await createStage();
  afterAll(() => stage.close());
  afterEach(() => stage.simulator.faults.clear());
  await stage.createPipeline(pipelineName, between);
  await stage.createRules(pipelineName);
  return stage;
}

/** Creates the same with tasks that are processes, in accelerated real time. */
export const createRealStage = async () => createStageIn(await startRealSimulator(), server);

async function createStageIn(simulator: TestSimulator, programOf: (version: string) => Program | string) {
  const { aws, clientConfig } = simulator;
  const clients = {
    ...clientsOf(simulator),
    codepipeline: new CodePipelineClient({ ...clientConfig, retryStrategy }),
  };
  const folder = await mkdtemp(join(tmpdir(), "follow-test-"));
  const { delivery, pipeline } = await preparePipelineDelivery(simulator);
  const { productionUrl } = delivery;
  await aws.iam.createRole({ RoleName: "execution", AssumeRolePolicyDocument: JSON.stringify(trustOfTasks) });
  /**
   * Pushes an image whose server responds with this version, unless it exists, and tags it, with `latest` by default.
   * Returns its name by digest.
   */
  const push = async (version: string, tags?: string[]) => {
    const buildContext = join(folder, `image-${version}`);
    await mkdir(buildContext, { recursive: true });
    return pushImage(simulator, buildContext, programOf(version), tags);
  };
  await push("zero");
  const define = createDefine(simulator);
  await define(definitions);
  return {
    simulator,
    clients,
    folder,
    productionUrl,
    define,
    push,
    page: async () => (await fetch(productionUrl)).text(),
    /** Creates the course's pipeline without rules; its first run, which AWS starts automatically, is stopped. */
    async createPipeline(
      name: string,
      between: readonly StageDeclaration[] = [],
      pipelineType: "V1" | "V2" = "V2",
    ) {
      const [source, ...deploy] = pipeline.stages ?? [];
      const stages = [...(source ? [source] : []), ...between, ...deploy];
      await aws.codepipeline.createPipeline({ pipeline: { ...pipeline, name, pipelineType, stages } });
      await stopFirstRun(simulator, name);
    },
    /** Creates the rules that the console creates: a pushed image, or a change of the definitions, is a start. */
    async createRules(name: string) {
      const target = { Id: name, Arn: `arn:aws:codepipeline:us-east-1:123456789012:${name}` };
      for (const [what, pattern] of Object.entries({ imagePushed, filesPushed })) {
        const Rule = `${name}-${what}`;
        await aws.events.putRule({ Name: Rule, EventPattern: JSON.stringify(pattern) });
        await aws.events.putTargets({ Rule, Targets: [{ ...target, RoleArn: pipeline.roleArn }] });
      }
    },
    /** Follows with inputs as a workflow sets them. */
    follow: (given: Readonly<Record<string, string>>, trying?: Trying) =>
      follow(simulator, clients, given, trying),
    close: async () => {
      await simulator.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Returns a function that commits files to the branch of the definitions, and returns the commit. */
function createDefine({ aws }: Simulator) {
  let parentCommitId: string | undefined;
  return async (files: Readonly<Record<string, string>>): Promise<string> => {
    const putFiles = Object.entries(files).map(([filePath, text]) => ({
      filePath,
      fileContent: Buffer.from(text),
    }));
    const { commitId = "" } = await aws.codecommit.createCommit({
      repositoryName: "deployment",
      branchName: "dev",
      commitMessage: "Change the definitions",
      putFiles,
      parentCommitId,
    });
    parentCommitId = commitId;
    return commitId;
  };
}

async function stopFirstRun({ aws }: Simulator, pipelineName: string): Promise<void> {
  const { pipelineExecutionSummaries = [] } = await aws.codepipeline.listPipelineExecutions({ pipelineName });
  for (const { pipelineExecutionId } of pipelineExecutionSummaries)
    await aws.codepipeline.stopPipelineExecution({ pipelineName, pipelineExecutionId, abandon: true });
}

async function follow(
  { clock }: TestSimulator,
  clients: Clients,
  given: Readonly<Record<string, string>>,
  { signal = new AbortController().signal, onLine, lateAt }: Trying = {},
): Promise<Followed> {
  const inputs = readFollowInputs((name) => given[name] ?? "");
  const record = new PipelineRecord(inputs.pipeline);
  const lines: string[] = [];
  let lateMs = 0;
  const write = (line: string) => {
    lines.push(line);
    onLine?.(line);
    if (lateAt?.test(line)) lateMs = 24 * 3_600_000;
  };
  const { now, wait } = clock.foreground;
  let handle: Handle | undefined;
  const context = {
    clients,
    clock: { now: () => now() + lateMs, wait },
    log: { info: write, notice: write, warning: write },
    signal,
    keepForPost: (now: Handle | undefined) => {
      handle = now;
    },
  };
  const error: Followed["error"] = await followPipeline(context, inputs, record).then(
    () => undefined as never,
    (reason) => reason,
  );
  return { record, error, lines, handle };
}
