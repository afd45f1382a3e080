import { setTimeout } from "node:timers/promises";
import { DescribeServicesCommand, type Service } from "@aws-sdk/client-ecs";
import { credentialsOf, type Keys } from "../story/simulator-process.ts";
import type { Account } from "./account.ts";
import { openAccountClients } from "./clients.ts";
import { createServices } from "./create-services.ts";
import { deployTemplates } from "./deploy-templates.ts";
import { createExported, type ExportDocument } from "./export-document.ts";
import type { Needs } from "./needs.ts";
import { named, partsOf } from "./parts.ts";
import { unknownGroups, unknownSubnets } from "./placeholders.ts";
import { createResources } from "./resources.ts";
import type { NeededService } from "./services.ts";
import { openStandIns, sidecarPort } from "./stand-in.ts";

/** Milliseconds of this machine's time; tasks of stand-in images start in a second. */
const stableWithinMs = 60_000;

/**
 * Creates what the workflows need, unless it exists: from an export, from the repository's templates, and the rest by
 * default; only roles if a workflow is to make the account. Returns lines for the summary.
 */
export async function createAccount(
  aws: { readonly endpoint: string; readonly region: string; readonly keys: Keys },
  needs: Needs,
  options: { readonly export?: ExportDocument; readonly isEmpty?: boolean } = {},
): Promise<{ made: string[]; notChecked: string[] }> {
  const { endpoint, region, keys } = aws;
  const clients = openAccountClients({ endpoint, region, credentials: credentialsOf(keys) });
  try {
    const standIns = await openStandIns(clients.ecr, `${needs.account}.dkr.ecr.${region}.amazonaws.com`);
    const account: Account = { clients, needs, made: [], notChecked: [], standIns };
    if (options.isEmpty) {
      const roles = { ...needs, repositories: [], logGroups: [], secrets: [] };
      if (needs.roles.length > 0) await createResources(account, partsOf(roles));
      return account;
    }
    if (options.export) await createExported(account, options.export);
    if ((await missingServices(account)).length > 0) await deployTemplates(account);
    const clusters = new Set([...needs.services, ...needs.tasks].map(({ cluster }) => cluster));
    const ofOthers = needs.otherImages.map(({ repository }) => repository);
    const repositories = [...new Set([...needs.repositories, ...ofOthers])];
    for (const name of needs.repositories.filter((each) => each.includes(".dkr.ecr.")))
      account.notChecked.push(`${name} is of another account: whether it lets this one pull is not checked`);
    await createResources(account, [
      ...named("cluster", "clusterName", [...clusters]),
      ...partsOf({ ...needs, repositories }),
    ]);
    await pushOthers(account);
    for (const role of needs.roles)
      if (role.startsWith("arn:") && !role.includes(`::${needs.account}:`))
        account.notChecked.push(`${role} is of another account: it does not exist in the rehearsal`);
    await createServices(account, await missingServices(account));
    await waitUntilStable(account);
    await fillIn(account);
    return { made: [...new Set(account.made)], notChecked: account.notChecked };
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

/** Resolves to undefined for a service, or a cluster, that does not exist. */
async function find({ clients }: Account, { cluster, service }: NeededService): Promise<Service | undefined> {
  const command = new DescribeServicesCommand({ cluster, services: [service] });
  const found = await clients.ecs.send(command).catch((error: Error) => {
    if (error.name !== "ClusterNotFoundException") throw error;
  });
  return found?.services?.[0];
}

async function missingServices(account: Account): Promise<NeededService[]> {
  const missing = [];
  for (const needed of account.needs.services)
    if ((await find(account, needed))?.status !== "ACTIVE") missing.push(needed);
  return missing;
}

/** The SDK's waiter has no end for a service of CodeDeploy, which reports task sets instead of deployments. */
function isStable({ deployments = [], taskSets = [] }: Service): boolean {
  return taskSets.length > 0
    ? taskSets.every(({ stabilityStatus }) => stabilityStatus === "STEADY_STATE")
    : deployments.every(({ rolloutState }) => rolloutState === "COMPLETED");
}

async function waitUntilStable(account: Account): Promise<void> {
  const until = Date.now() + stableWithinMs;
  for (const needed of account.needs.services)
    for (;;) {
      const found = await find(account, needed);
      if (!found || isStable(found)) break;
      if (Date.now() > until) {
        const why = found.events?.[0]?.message;
        account.notChecked.push(`${needed.service} was not stable before the run: ${why}`);
        break;
      }
      await setTimeout(500);
    }
}

/** Sets the values that only the account has: the network of its first service. */
async function fillIn(account: Account): Promise<void> {
  const { services, values } = account.needs;
  const { taskSets, ...service } = (services[0] && (await find(account, services[0]))) ?? {};
  const { networkConfiguration } = taskSets?.[0] ?? service;
  const { subnets = [], securityGroups = [] } = networkConfiguration?.awsvpcConfiguration ?? {};
  const known = new Map([
    [unknownSubnets, subnets],
    [unknownGroups, securityGroups],
  ]);
  for (const value of values)
    value.placeholder = known.get(value.placeholder)?.join(",") ?? value.placeholder;
}
