import { setTimeout as sleep } from "node:timers/promises";
import { callFunction, runTask } from "./acts.ts";
import { arnOf, createFixtures, createRole, type Fixtures, type Options, type Played } from "./fixtures.ts";
import type { Item } from "./items.ts";
import { answerOfTask, answerOfWayIn, refusalOf } from "./play-networks.ts";
import { removeAll } from "./remove.ts";
import {
  answerOf,
  type CallSetUp,
  type Config,
  clientsOf,
  forAccount,
  prefix,
  type RoleSetUp,
  scrubbed,
} from "./set-ups.ts";

/** Creates what the set-ups need, plays them, and removes everything, also when it fails or is aborted. */
export async function playAll(items: readonly Item[], options: Options): Promise<Played[]> {
  const { config, account, settleMs, pause, signal, onPlayed } = options;
  const played: Played[] = [];
  try {
    const fixtures = await createFixtures(options);
    for (const [index, { kind, setUp }] of items.entries()) {
      signal.throwIfAborted();
      if (kind === "role") await createRole(config, roleName(index), setUp, account);
    }
    await sleep(settleMs, undefined, { signal });
    for (const [index, item] of items.entries()) {
      signal.throwIfAborted();
      const answer = scrubbed(await answerTo(item, options, roleName(index), fixtures), account);
      // An account has five VPCs and five addresses.
      if (item.kind !== "role") await removeAll(config, pause, true);
      const one = { item, answer, isAsExpected: item.isExpected(answer) };
      played.push(one);
      onPlayed(one);
    }
    return played;
  } finally {
    await removeAll(config, pause);
  }
}

async function answerTo(item: Item, options: Options, role: string, fixtures: Fixtures): Promise<string> {
  if (item.kind === "task") return answerOfTask(item.setUp, options, fixtures);
  if (item.kind === "way in") return answerOfWayIn(item.setUp, options, fixtures);
  return "act" in item.setUp
    ? answerOfAct(item.setUp, options, role, fixtures)
    : answerOfCall(item.setUp, options, role);
}

async function answerOfCall(setUp: CallSetUp, options: Options, role: string): Promise<string> {
  const { config, account } = options;
  const clients = clientsOf(await signedIn(options, role));
  // Only where AWS allows what the set-up says it denies.
  const onMade = ({ Vpc }: { Vpc?: { VpcId?: string } }) =>
    Vpc && clientsOf(config).ec2.deleteVpc({ VpcId: Vpc.VpcId });
  return answerOf(clients, setUp.call, forAccount(setUp.input, account), onMade);
}

/** Resolves to how the act ends, or to the code and message of the service's refusal. */
async function answerOfAct(
  { act, image = "latest" }: RoleSetUp,
  { config, account, pause, signal }: Options,
  role: string,
  { definition, secrets, repositoryUri, networkConfiguration }: Fixtures,
): Promise<string> {
  const { ecs, lambda, logs } = clientsOf(config);
  const Role = arnOf(account, role);
  const options = {
    "awslogs-region": "us-east-1",
    "awslogs-stream-prefix": "web",
    "awslogs-create-group": "true",
  };
  const container = {
    ...{
      name: "web",
      image: `${repositoryUri}:${image}`,
      secrets,
      command: ["node", "-e", "setInterval(() => {}, 1e6)"],
    },
    // A group of its own: the flaw is in who may create it.
    logConfiguration: { logDriver: "awslogs" as const, options: { ...options, "awslogs-group": role } },
  };
  const wait = () => pause(signal);
  return refusalOf(() =>
    act === "function"
      ? callFunction({ lambda, logs }, { FunctionName: role, Role }, wait)
      : runTask(
          ecs,
          { ...definition, executionRoleArn: Role, containerDefinitions: [container] },
          { cluster: `${prefix}main`, networkConfiguration },
          wait,
        ),
  );
}

const roleName = (index: number) => `${prefix}${String(index + 1).padStart(3, "0")}`;

/** A role can be assumed some seconds after its creation. */
async function signedIn({ config, account, pause, signal }: Options, role: string): Promise<Config> {
  const { sts } = clientsOf(config);
  const RoleArn = arnOf(account, role);
  for (let attempt = 1; ; attempt += 1)
    try {
      const { Credentials } = await sts.assumeRole({ RoleArn, RoleSessionName: "conformance" });
      const { AccessKeyId = "", SecretAccessKey = "", SessionToken = "" } = Credentials ?? {};
      const keys = { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken };
      return { ...config, credentials: keys };
    } catch (error) {
      if ((error as Error).name !== "AccessDenied" || attempt === 30) throw error;
      await pause(signal);
    }
}
