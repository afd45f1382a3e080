import { container, makeNetwork, networkOf, type SetUp } from "../networks/set-ups.ts";
import { playWayIn, StackFailure, type WayInSetUp } from "../networks/way-in-account.ts";
import { poll, runTask } from "./acts.ts";
import type { Fixtures, Options } from "./fixtures.ts";
import { clientsOf, forAccount, prefix, tag } from "./set-ups.ts";

/** Resolves to RUNNING or to why the task stopped; leaves its network. */
export async function answerOfTask(setUp: SetUp, options: Options, fixtures: Fixtures): Promise<string> {
  const { definition, executionRole, repositoryUri, secrets } = fixtures;
  const { way, calls, task } = setUp;
  const account = accountOf(options);
  const containerDefinition = {
    ...{ name: "web", image: `${repositoryUri}:latest`, ...forAccount(container, options.account) },
    ...(task?.secret && { secrets }),
    ...task?.container,
  };
  return refusalOf(async () => {
    const names = await makeNetwork(account, way, calls, [tag]);
    return runTask(
      account.aws.ecs,
      { ...definition, executionRoleArn: executionRole, containerDefinitions: [containerDefinition] },
      { cluster: `${prefix}main`, networkConfiguration: networkOf(names, way, task) },
      () => options.pause(options.signal),
    );
  });
}

/** Takes a quarter of an hour each on AWS, and no set-up of the command needs them. */
const withoutDatabases = { database: null, databases: null, otherDatabases: null };

/** Resolves to the task's health and the load balancer's response, or to the response alone. */
export async function answerOfWayIn(
  setUp: WayInSetUp,
  options: Options,
  fixtures: Fixtures,
): Promise<string> {
  const account = accountOf(options);
  const { executionRole, repositoryUri } = fixtures;
  const image = `${repositoryUri}:latest`;
  const stack = { image, executionRole, StackName: `${prefix}way-in`, Tags: [tag] };
  const withChanges = { ...setUp, account: { ...withoutDatabases, ...setUp.account } };
  return refusalOf(() =>
    playWayIn(account, stack, withChanges, async (health, idOf) => {
      const LoadBalancerArns = [await idOf("loadBalancer")];
      const { LoadBalancers } = await account.aws.elbv2.describeLoadBalancers({ LoadBalancerArns });
      const response = await options.request(LoadBalancers?.[0]?.DNSName ?? "");
      return "client" in setUp.expected ? response : `${health}, HTTP ${response}`;
    }),
  );
}

function accountOf({ config, pause, signal }: Options) {
  const until = (condition: () => Promise<boolean>) => poll(condition, () => pause(signal));
  return { aws: clientsOf(config), clock: { until } };
}

/**
 * Resolves to the answer, or to code and message of AWS's refusal. A denial means that the command's own caller may not
 * do what the set-up does.
 */
export async function refusalOf(answer: () => Promise<string>): Promise<string> {
  return answer().catch((error: Error & { $fault?: string }) => {
    if (error instanceof StackFailure) return error.message;
    const isOwn = /AccessDenied|Unauthorized|Throttl|Expired/.test(error.name);
    if (error.$fault === "client" && !isOwn) return `${error.name}: ${error.message}`;
    throw error;
  });
}
