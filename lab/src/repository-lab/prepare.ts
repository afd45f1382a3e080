import { mkdir, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { findServer } from "@ecs-delivery/program/database";
import { requireFreePorts } from "@ecs-delivery/program/processes";
import { temporaryFolder } from "@ecs-delivery/program/temporary-folder";
import { makeOwnedFolder } from "@ecs-delivery/simulator/owned-folder";
import { freePort } from "@ecs-delivery/simulator/runtime/database/database-server";
import { dockerProblem } from "@ecs-delivery/simulator/runtime/tasks/docker/availability";
import type { TaskRuntimeKind } from "@ecs-delivery/simulator/runtime/tasks/runtime";
import { type Needs, readNeeds } from "../account/needs.ts";
import { openDocker } from "../docker/open-docker.ts";
import { openIdentityServer } from "../runner/jobs/identity-server.ts";
import { runnersOwn } from "../runner/jobs/run-context.ts";
import { SourceStore } from "../runner/load/sources.ts";
import { openSandbox } from "../sandbox/open-sandbox.ts";
import { listenForPushes, type PushHandlers } from "../story/push-listener.ts";
import { inventedKeys, unattendedTimeScales } from "../story/rehearsal.ts";
import { requireNoRemote } from "../story/remote.ts";
import { createScratchRepository } from "../story/scratch-repository.ts";
import { type Keys, machineEnvironment } from "../story/simulator-process.ts";
import { chooseTaskRuntime } from "../story/task-runtime.ts";
import { findAwsCli } from "./aws-cli.ts";
import type { LabOptions } from "./options.ts";
import type { Repository } from "./repository.ts";

/** A minute and more of AWS's time, which passes faster than a step's own. */
const settleFor = "1s";

/** Bytes: a copy of a repository, its builds, and processes. */
const memoryNeeded = 2 * 2 ** 30;

export type Prepared = Awaited<ReturnType<typeof prepare>>;

/** Makes everything but the simulated AWS, so that a question can show it. Runs nothing of the repository. */
export async function prepare(
  repository: Repository,
  options: LabOptions,
  handlers: PushHandlers,
  ends: AsyncDisposableStack,
) {
  await requireFreePorts([
    { port: options.port, option: "--port" },
    { port: options.pagePort, option: "--page-port" },
    ...listenerPorts(options).map((port) => ({ port, option: "--listener-offset" })),
  ]);
  if (!options.once) await requireNoRemote(repository.folder);
  const { runtime, why } = await chooseTaskRuntime(options.runtime, dockerProblem);
  const directory = await makeOwnedFolder("lab", temporaryFolder(memoryNeeded));
  // A git process that is ending may still write.
  ends.defer(() => rm(directory, { recursive: true, force: true, maxRetries: 5 }));
  const listener = await listenForPushes(directory, handlers);
  ends.defer(() => listener.close());
  const scratch = await createScratchRepository(repository.folder, directory, listener.hooks);
  const keys = { ...inventedKeys(), AWS_SESSION_TOKEN: "" };
  const { mirrors, own, fetchFrom } = options;
  const ownInputs = { ...own, inputs: { "settle-for": settleFor } };
  const origins = { mirrors, own: ownInputs, fetchFrom, unknownActions: "leave-out" } as const;
  const runs = join(directory, "runs");
  await mkdir(runs);
  const store = new SourceStore({ ...origins, directory: runs });
  const given = { secrets: options.secrets, variables: options.variables, inputs: options.inputs };
  const needs = await readNeeds(scratch.workDirectory, given, {
    keys,
    repository: repository.name,
    ...{ own, isEmpty: options.before.length > 0, ...(options.account && { place: options.account }) },
  });
  // The sandbox has to know the port before the simulated AWS listens on it.
  const port = options.port || (await freePort());
  const endpoint = `http://127.0.0.1:${port}`;
  const standInImages: { image: string; why: string }[] = [];
  // The proxy of the sandbox is not between a build and the network.
  const engine = runtime === "docker" && options.network !== "none";
  const ofDocker = join(directory, "docker");
  const programs = await openDocker(
    {
      ...{ directory: ofDocker, endpoint, repositories: needs.repositories },
      engine,
      onStandIn: (image, why) => standInImages.push({ image, why }),
    },
    ends,
  );
  const ofAccount = join(directory, "account");
  await mkdir(ofAccount);
  const timeScale = options.timeScale ?? (options.once ? unattendedTimeScales[runtime] : 60);
  const environment = machineEnvironment(process.env, endpoint, directory);
  const aws = await findAwsCli(environment, timeScale);
  const identity = await openIdentityServer(ends);
  const sandbox = await openSandbox(
    {
      ...{ network: options.network, programs: { ...programs, aws: aws.program } },
      directory: join(directory, "sandbox"),
      writable: [runs],
      readable: [
        ...[own.directory, scratch.gitDirectory, scratch.objects, ofDocker],
        // The runner executes Git in these.
        ...[join(runs, "sources"), join(runs, runnersOwn)],
      ],
      ports: [port, identity.port],
      // The containers of Docker are isolated, and have their ports on this machine.
      account:
        runtime === "process"
          ? { directory: ofAccount, port, readable: [own.directory, ...databasePrograms()] }
          : undefined,
      listenerOffset: options.listenerOffset,
      environment,
    },
    ends,
  );
  const tasks = `tasks run as ${runtime === "docker" ? "Docker's containers" : "processes"}: ${why}`;
  const builds =
    "Docker's engine builds the images: RUN lines of a Dockerfile reach any host, and a hostile step also this machine's services. With --runtime process or --network none, nothing is built.";
  return {
    ...{
      repository,
      directory,
      ofAccount,
      runs,
      scratch,
      keys,
      needs,
      port,
      sandbox,
      identity,
      runtime,
      timeScale,
      standInImages,
    },
    values: valuesOf(needs, options, keys, runtime),
    ...{ origins, notes: [tasks, ...(engine ? [builds] : []), ...sandbox.notes, ...aws.notes] },
    sources: store.forRun({ repository: repository.name, directory: scratch.workDirectory }),
  };
}

/**
 * Returns what the user gave, and invented values for the rest. Keys of AWS are always the simulated AWS's: given ones
 * never leave this process.
 */
function valuesOf(
  { values }: Needs,
  { secrets, variables }: LabOptions,
  keys: Keys,
  runtime: TaskRuntimeKind,
) {
  const rehearsed: readonly string[] = Object.values(keys).filter(Boolean);
  const of = (kind: "secret" | "variable", given: Readonly<Record<string, string>>) => {
    const chosen = values.filter(
      ({ name, placeholder, ...value }) =>
        value.kind === kind && placeholder && (!(name in given) || rehearsed.includes(placeholder)),
    );
    return { ...given, ...Object.fromEntries(chosen.map(({ name, placeholder }) => [name, placeholder])) };
  };
  // The variables of this project's own workflows. The simulated AWS provides Node to processes.
  const conventions = { SETTLE_FOR: settleFor, ...(runtime === "process" && { BASE_IMAGE: "scratch" }) };
  return { secrets: of("secret", secrets), vars: of("variable", { ...conventions, ...variables }) };
}

/** A downloaded server is in the user's home. */
const databasePrograms = () =>
  [findServer()].flatMap((program) => (program ? [dirname(dirname(program))] : []));

/** Ports on which load balancers usually listen. */
const listenerPorts = ({ listenerOffset }: LabOptions) =>
  [80, 443, 8080].map((port) => port + listenerOffset);
