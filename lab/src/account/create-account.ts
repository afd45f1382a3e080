import { setTimeout } from "node:timers/promises";
import { CreateLogGroupCommand } from "@aws-sdk/client-cloudwatch-logs";
import { CreateClusterCommand, DescribeServicesCommand } from "@aws-sdk/client-ecs";
import { CreateSecretCommand } from "@aws-sdk/client-secrets-manager";
import { PutParameterCommand } from "@aws-sdk/client-ssm";
import { chunks } from "@ecs-delivery/actions/core/chunks";
import type { Keys } from "../story/simulator-process.ts";
import type { Account, ServedAt } from "./account.ts";
import { type AccountClients, openAccountClients } from "./clients.ts";
import { createExported } from "./create-exported.ts";
import { createRoles } from "./create-roles.ts";
import { createServices } from "./create-services.ts";
import { createRepositories, deployTemplates } from "./deploy-templates.ts";
import type { ExportDocument } from "./export-document.ts";
import type { Needs } from "./needs.ts";
import { openStandIns, unlessExists } from "./stand-in.ts";

/** Of this machine's time; tasks of stand-in images start in a second. */
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
    await createParts(account);
    await createRoles(account);
    const served = await createServices(account, await missingServices(account));
    await waitUntilStable(account);
    return { made: account.made, notChecked: account.notChecked, served };
  } finally {
    for (const client of Object.values(clients)) client.destroy();
  }
}

async function createParts({ clients, needs, made }: Account): Promise<void> {
  const { services, tasks, repositories, logGroups, secrets } = needs;
  for (const clusterName of new Set([...services, ...tasks].map(({ cluster }) => cluster))) {
    await clients.ecs.send(new CreateClusterCommand({ clusterName }));
    made.push(`cluster ${clusterName}`);
  }
  await createRepositories(clients, repositories, made);
  for (const logGroupName of logGroups) {
    await clients.logs.send(new CreateLogGroupCommand({ logGroupName })).catch(unlessExists);
    made.push(`log group ${logGroupName}`);
  }
  await createSecrets(clients, secrets, made);
}

/** A secret has one placeholder for each key that a container reads from its JSON. */
async function createSecrets(
  clients: AccountClients,
  references: readonly string[],
  made: string[],
): Promise<void> {
  const keys = new Map<string, string[]>();
  for (const reference of references) {
    const [, name, key = ""] =
      /^arn:[\w-]*:secretsmanager:[^:]*:\d{12}:secret:([^:]+):?([^:]*)/.exec(reference) ?? [];
    if (name) keys.set(name, [...(keys.get(name) ?? []), key]);
    const parameter = reference.startsWith("arn:") ? /:parameter(\/.+)/.exec(reference)?.[1] : reference;
    if (name || !parameter || !/^[\w./-]+$/.test(parameter)) continue;
    // The ARN of a name without a path has a slash that the name does not have.
    const Name =
      reference.startsWith("arn:") && !parameter.slice(1).includes("/") ? parameter.slice(1) : parameter;
    const input = { Name, Value: placeholder, Type: "SecureString", Overwrite: true } as const;
    await clients.ssm.send(new PutParameterCommand(input));
    made.push(`parameter ${Name} with a placeholder`);
  }
  for (const [Name, read] of keys) {
    const members = read.filter(Boolean).map((key) => [key, placeholder]);
    const SecretString = members.length > 0 ? JSON.stringify(Object.fromEntries(members)) : placeholder;
    // AWS finds a secret by an ARN without its random suffix: one that includes the suffix of the real one, too.
    await clients.secrets.send(new CreateSecretCommand({ Name, SecretString })).catch(unlessExists);
    made.push(`secret ${Name} with a placeholder`);
  }
}

const placeholder = "placeholder-of-the-rehearsal";

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
