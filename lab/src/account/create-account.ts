import { setTimeout } from "node:timers/promises";
import { DescribeServicesCommand } from "@aws-sdk/client-ecs";
import { chunks } from "@ecs-delivery/actions/core/chunks";
import type { Keys } from "../story/simulator-process.ts";
import type { Account, ServedAt } from "./account.ts";
import { openAccountClients } from "./clients.ts";
import { createServices } from "./create-services.ts";
import { deployTemplates } from "./deploy-templates.ts";
import { createExported, type ExportDocument } from "./export-document.ts";
import type { Needs } from "./needs.ts";
import { partsOf } from "./parts.ts";
import { unknownGroups, unknownSubnets } from "./placeholders.ts";
import { createResources } from "./resources.ts";
import { openStandIns, sidecarPort } from "./stand-in.ts";

/** Milliseconds of this machine's time; tasks of stand-in images start in a second. */
const stableWithinMs = 60_000;

/**
 * Creates what the workflows need, unless it exists: from an export, from the repository's templates, and the rest by
 * default. Returns lines for the summary.
 */
export async function createAccount(
  aws: { readonly endpoint: string; readonly region: string; readonly keys: Keys },
  needs: Needs,
  options: { readonly export?: ExportDocument } = {},
): Promise<{ made: string[]; notChecked: string[]; served: ServedAt[] }> {
  const { endpoint, region, keys } = aws;
  const credentials = {
    accessKeyId: keys.AWS_ACCESS_KEY_ID,
    secretAccessKey: keys.AWS_SECRET_ACCESS_KEY,
    sessionToken: keys.AWS_SESSION_TOKEN,
  };
  const clients = openAccountClients({ endpoint, region, credentials });
  try {
    const standIns = await openStandIns(clients.ecr, `${needs.account}.dkr.ecr.${region}.amazonaws.com`);
    const account: Account = { clients, needs, made: [], notChecked: [], standIns };
    if (options.export) await createExported(account, options.export);
    if ((await missingServices(account)).length > 0) await deployTemplates(account);
    const clusters = new Set([...needs.services, ...needs.tasks].map(({ cluster }) => cluster));
    const ofClusters = [...clusters].map((clusterName) => ({
      kind: "cluster" as const,
      id: clusterName,
      input: { clusterName },
    }));
    const ofOthers = needs.otherImages.map(({ repository }) => repository);
    const repositories = [...new Set([...needs.repositories, ...ofOthers])];
    await createResources(account, [...ofClusters, ...partsOf({ ...needs, repositories })]);
    await pushOthers(account);
    for (const role of needs.roles.filter(
      (each) => each.startsWith("arn:") && !each.includes(`::${needs.account}:`),
    ))
      account.notChecked.push(`${role} is of another account: it does not exist in the rehearsal`);
    const served = await createServices(account, await missingServices(account));
    await waitUntilStable(account);
    await fillIn(account);
    return { made: [...new Set(account.made)], notChecked: account.notChecked, served };
  } finally {
    for (const client of Object.values(clients)) client.destroy();
  }
}

/** The simulated AWS reaches no other registry. */
async function pushOthers({ needs, standIns, notChecked }: Account): Promise<void> {
  // Containers of a task share its ports: only one with a port of its own responds on it.
  for (const [index, { image, repository, tag, port = sidecarPort + index }] of needs.otherImages.entries()) {
    await standIns.push(port, repository, tag);
    const why = image.includes(".dkr.ecr.") ? "is pushed by no workflow here" : "is in another registry";
    notChecked.push(`${image} ${why}: a stand-in runs in its place`);
  }
}

async function missingServices({ clients, needs }: Account) {
  const missing = [];
  for (const needed of needs.services) {
    const command = new DescribeServicesCommand({ cluster: needed.cluster, services: [needed.service] });
    const found = await clients.ecs.send(command).catch((error: Error) => {
      if (error.name !== "ClusterNotFoundException") throw error;
      return undefined;
    });
    if (found?.services?.[0]?.status !== "ACTIVE") missing.push(needed);
  }
  return missing;
}

/** The SDK's waiter has no end for a service of CodeDeploy, which reports task sets instead of deployments. */
async function waitUntilStable({ clients, needs, notChecked }: Account): Promise<void> {
  const until = Date.now() + stableWithinMs;
  for (const [cluster, ofCluster] of Map.groupBy(needs.services, (each) => each.cluster))
    for (const some of chunks(ofCluster, 10)) {
      const command = new DescribeServicesCommand({ cluster, services: some.map(({ service }) => service) });
      for (;;) {
        const { services = [] } = await clients.ecs.send(command);
        const open = services.filter(({ deployments = [], taskSets = [] }) =>
          taskSets.length > 0
            ? taskSets.some(({ stabilityStatus }) => stabilityStatus !== "STEADY_STATE")
            : deployments.some(({ rolloutState }) => rolloutState !== "COMPLETED"),
        );
        if (open.length === 0) break;
        if (Date.now() > until) {
          notChecked.push(
            ...open.map(
              ({ serviceName, events }) =>
                `${serviceName} was not stable before the run: ${events?.[0]?.message}`,
            ),
          );
          break;
        }
        await setTimeout(500);
      }
    }
}

/** Sets the values that only the account has: the network of its first service. */
async function fillIn({ clients, needs }: Account): Promise<void> {
  const [{ cluster, service } = { cluster: "", service: "" }] = needs.services;
  const { services = [] } =
    service === ""
      ? {}
      : await clients.ecs.send(new DescribeServicesCommand({ cluster, services: [service] }));
  const { networkConfiguration, taskSets } = services[0] ?? {};
  const { subnets = [], securityGroups = [] } =
    (taskSets?.[0] ?? { networkConfiguration }).networkConfiguration?.awsvpcConfiguration ?? {};
  const known = new Map([
    [unknownSubnets, subnets],
    [unknownGroups, securityGroups],
  ]);
  for (const value of needs.values)
    value.placeholder = known.get(value.placeholder)?.join(",") ?? value.placeholder;
}
