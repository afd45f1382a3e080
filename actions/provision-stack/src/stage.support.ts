import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { CloudFormationClient } from "@aws-sdk/client-cloudformation";
import {
  type RealOptions,
  startRealSimulator,
  startTestSimulator,
  type TestOptions,
  type TestSimulator,
} from "@ecs-delivery/simulator/test-simulator.support";
import { afterAll } from "vitest";
import type { Failure } from "../../core/failure.ts";
import type { ProvisionContext } from "./context.ts";
import type { ProvisionInputs } from "./inputs.ts";
import { provisionAndReport } from "./provision.ts";
import { trackOperations } from "./stack/running-operations.ts";

export const testInputs: ProvisionInputs = {
  stacks: [],
  templatesFolder: "infra-templates",
  parametersFile: undefined,
  stackPrefix: "shop",
  mode: "apply",
  onFailure: "rollback",
  commentToken: undefined,
  force: false,
  unprotect: [],
  existing: { others: "fail", byTemplate: new Map() },
};

export type Stage = Awaited<ReturnType<typeof createStage>>;

/** Creates a simulator in virtual time, a folder of templates, and runs of the action on them. */
export const createStage = async (options?: TestOptions) => stageOn(await startTestSimulator(options));

/** Creates such a stage for the tests of a file. */
export const useStage = async (options?: TestOptions) => untilTheEnd(await createStage(options));

/** Creates a stage with real tasks and databases, in accelerated real time. */
export const createRealStage = async (options?: RealOptions) => stageOn(await startRealSimulator(options));

export const useRealStage = async (options?: RealOptions) => untilTheEnd(await createRealStage(options));

function untilTheEnd(stage: Stage): Stage {
  afterAll(() => stage.close());
  return stage;
}

async function stageOn(simulator: TestSimulator) {
  const folder = await mkdtemp(join(tmpdir(), "provision-stack-"));
  const templatesFolder = join(folder, "templates");
  await mkdir(templatesFolder);
  const write = async (file: string, content: string | object) => {
    const path = join(folder, file);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, typeof content === "string" ? content : JSON.stringify(content, undefined, 2));
    return path;
  };
  return {
    simulator,
    folder,
    templatesFolder,
    write,
    /** Writes these templates, and no others, into the folder. */
    async templates(bodies: Record<string, string>) {
      await rm(templatesFolder, { recursive: true });
      await mkdir(templatesFolder);
      for (const [name, body] of Object.entries(bodies)) await write(`templates/${name}.yaml`, body);
    },
    async run(changes: Partial<ProvisionInputs>, context: Partial<ProvisionContext> = {}) {
      process.env.GITHUB_OUTPUT = await write("output", "");
      process.env.GITHUB_STEP_SUMMARY = await write("summary", "");
      const ended = await runStep(simulator, { ...testInputs, templatesFolder, ...changes }, context);
      const output = await readFile(join(folder, "output"), "utf8");
      const read = (name: string) =>
        new RegExp(`^${name}<<(\\S+)\\n([\\s\\S]*?)\\n\\1`, "m").exec(output)?.[2];
      return {
        ...ended,
        output: read,
        outputs: JSON.parse(read("outputs") ?? "null"),
        values: JSON.parse(read("values") ?? "null"),
        summary: await readFile(join(folder, "summary"), "utf8"),
      };
    },
    /** Returns the status by name of the existing stacks. */
    async stacks() {
      const { Stacks = [] } = await simulator.aws.cloudformation.describeStacks({});
      return Object.fromEntries(Stacks.map(({ StackName = "", StackStatus }) => [StackName, StackStatus]));
    },
    async close() {
      delete process.env.GITHUB_OUTPUT;
      delete process.env.GITHUB_STEP_SUMMARY;
      await simulator.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function runStep(
  { clientConfig, clock }: TestSimulator,
  inputs: ProvisionInputs,
  context: Partial<ProvisionContext>,
) {
  const lines: string[] = [];
  const warnings: string[] = [];
  const step: ProvisionContext = {
    cloudformation: new CloudFormationClient(clientConfig),
    clientConfig,
    operations: trackOperations(() => {}),
    clock: clock.foreground,
    log: { info: (line) => void lines.push(line), warning: (line) => void warnings.push(line) },
    signal: new AbortController().signal,
    ...context,
  };
  const error = await provisionAndReport(step, inputs).then(
    () => undefined,
    (reason: Failure) => reason,
  );
  return { error, lines: lines.join("\n"), warnings: warnings.join("\n") };
}

/** Returns a template of the project, with a default for the ranges that a profile has to set. */
export async function ownTemplate(name: string): Promise<string> {
  const text = await readFile(new URL(`../../../infra-templates/${name}.yaml`, import.meta.url), "utf8");
  return text.replace(/^ {2}(?:TestSourceIps|AdminSourceIps):$/m, "$&\n    Default: 192.0.2.7/32");
}

/** A template whose load balancer is provisioned for half a minute. */
export const loadBalancerTemplate = `Resources:
  Vpc: { Type: AWS::EC2::VPC, Properties: { CidrBlock: 10.0.0.0/16 } }
  One: { Type: AWS::EC2::Subnet, Properties: { VpcId: !Ref Vpc, CidrBlock: 10.0.0.0/24, AvailabilityZone: us-east-1a } }
  Two: { Type: AWS::EC2::Subnet, Properties: { VpcId: !Ref Vpc, CidrBlock: 10.0.1.0/24, AvailabilityZone: us-east-1b } }
  Entry: { Type: AWS::ElasticLoadBalancingV2::LoadBalancer, Properties: { Scheme: internal, Subnets: [!Ref One, !Ref Two] } }
`;

/** Copies the project's templates to the stage; returns the profile `standard` for them. */
export async function copyOwnTemplates(stage: Stage): Promise<string> {
  const own = fileURLToPath(new URL("../../../infra-templates", import.meta.url));
  await cp(own, stage.templatesFolder, { recursive: true });
  const standard = JSON.parse(await readFile(join(own, "parameters/standard.json"), "utf8"));
  return stage.write("standard.json", {
    ...standard,
    network: { TestSourceIps: "192.0.2.7/32" },
    "load-balancer": { AdminSourceIps: "192.0.2.7/32" },
  });
}
