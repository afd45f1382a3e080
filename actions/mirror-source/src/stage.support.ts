import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { CodeCommitClient, type CodeCommitClientConfig } from "@aws-sdk/client-codecommit";
import { writeFiles } from "@ecs-delivery/program/test-folder.support";
import { awsCli } from "@ecs-delivery/simulator/outside-clients/programs.support";
import {
  type RealOptions,
  startRealSimulator,
  type TestSimulator,
} from "@ecs-delivery/simulator/test-simulator.support";
import { afterAll, afterEach } from "vitest";
import { fastClock } from "../../core/fast-clock.support.ts";
import { git, variables } from "../../core/git.support.ts";
import type { MirrorContext } from "./context.ts";
import { readMirrorInputs } from "./inputs.ts";
import { mirror } from "./mirror.ts";
import { MirrorRecord } from "./publish.ts";

/** Creates a real simulator and Git repositories for the tests of one file. */
export async function useStage(options?: RealOptions) {
  const stage = await createStage(options);
  afterAll(() => stage.close());
  afterEach(() => stage.simulator.faults.clear());
  return stage;
}

async function createStage(options?: RealOptions) {
  const simulator = await startRealSimulator(options);
  const folder = await mkdtemp(join(tmpdir(), "mirror-test-"));
  let count = 0;
  const fresh = (what: string) => `${what}-${count++}`;
  const client = (config: CodeCommitClientConfig = {}) =>
    new CodeCommitClient({ ...simulator.clientConfig, ...config });
  /** Creates a repository with one commit; resolves to its folder. */
  const repository = (files?: Readonly<Record<string, string>>) =>
    createRepository(join(folder, fresh("source")), files);
  /** Creates a CodeCommit repository; resolves to its name. */
  const codecommit = async () => {
    const repositoryName = fresh("deployment");
    await simulator.aws.codecommit.createRepository({ repositoryName });
    return repositoryName;
  };
  return {
    simulator,
    folder,
    client,
    repository,
    codecommit,
    /** Creates both. */
    pair: async (files?: Readonly<Record<string, string>>) => ({
      source: await repository(files),
      repository: await codecommit(),
    }),
    context(path: string, changes: Partial<MirrorContext> = {}): MirrorContext & { lines: string[] } {
      const lines: string[] = [];
      const write = (line: string) => void lines.push(line);
      return {
        lines,
        codecommit: client(),
        folder: path,
        variables: { ...variables, RUNNER_TEMP: folder },
        clock: fastClock,
        log: { info: write, notice: write, warning: write },
        mask: () => {},
        signal: new AbortController().signal,
        ...changes,
      };
    },
    mirror: mirrorAsWorkflow,
    /** Returns the head of the branch dev from CodeCommit; undefined without one. */
    head: (repositoryName: string) =>
      simulator.aws.codecommit.getBranch({ repositoryName, branchName: "dev" }).then(
        ({ branch }) => branch?.commitId,
        () => undefined,
      ),
    /** Clones dev with AWS's own credential helper; resolves to the folder. */
    clone: (repository: string) => clone(simulator, repository, join(folder, fresh("clone"))),
    async close() {
      await simulator.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Mirrors with inputs as a workflow sets them. */
async function mirrorAsWorkflow(context: MirrorContext, given: Readonly<Record<string, string>>) {
  const inputs = readMirrorInputs(context.variables, (name) => given[name] ?? "");
  const record = new MirrorRecord(inputs);
  await mirror(context, inputs, record);
  return record;
}

async function createRepository(
  path: string,
  files: Readonly<Record<string, string>> = { "README.md": "coffee\n" },
): Promise<string> {
  await mkdir(path);
  await git(path, "init", "--quiet", "--initial-branch", "main");
  await commit(path, files);
  return path;
}

/** Creates a commit; resolves to its id. */
export async function commit(
  folder: string,
  files: Readonly<Record<string, string>>,
  message = "Change the menu",
): Promise<string> {
  writeFiles(folder, files);
  await git(folder, "add", "--all");
  await git(folder, "commit", "--quiet", "--allow-empty", "-m", message);
  return git(folder, "rev-parse", "HEAD");
}

async function clone(simulator: TestSimulator, repository: string, target: string): Promise<string> {
  const { repositoryMetadata } = await simulator.aws.codecommit.getRepository({ repositoryName: repository });
  const url = repositoryMetadata?.cloneUrlHttp ?? "";
  const helper = `!${awsCli} codecommit credential-helper --ignore-host-check $@`;
  const settings = ["-c", `credential.helper=${helper}`, "-c", "credential.useHttpPath=true"];
  await promisify(execFile)("git", [...settings, "clone", "--quiet", "-b", "dev", url, target], {
    env: { ...variables, ...simulator.environmentVariables },
  });
  return target;
}
