import { DescribeSecretCommand, type DescribeSecretCommandOutput } from "@aws-sdk/client-secrets-manager";
import { parseArn } from "../../core/arn.ts";
import { type Finding, fault } from "../../core/findings.ts";
import type { TaskDefinitionInput } from "../../core/task-definition.ts";
import { type Checking, isFilledIn, tryLookUp } from "./checking.ts";

interface Reference {
  readonly valueFrom: string;
  /** Such as "secret DB_PASSWORD of container web". */
  readonly what: string;
}

/**
 * Checks that the containers' secrets exist and are not about to be deleted. Values are never read, so JSON keys are
 * not checked. Parameters of Systems Manager are only checked for their form.
 */
export async function checkSecrets(checking: Checking): Promise<Finding[]> {
  const references = referencesOf(checking.taskDefinition);
  const open = references.filter(({ valueFrom }) => isFilledIn(valueFrom));
  const found = await Promise.all(open.map((reference) => checkReference(checking, reference)));
  return found.flat();
}

function referencesOf({ containerDefinitions = [] }: TaskDefinitionInput): Reference[] {
  return containerDefinitions.flatMap(({ name: container, secrets = [], logConfiguration, ...rest }) => {
    const read = [...secrets, ...(logConfiguration?.secretOptions ?? [])];
    const credentials = rest.repositoryCredentials?.credentialsParameter;
    return [
      ...read.flatMap(({ name, valueFrom }) =>
        valueFrom ? [{ valueFrom, what: `secret ${name} of container ${container}` }] : [],
      ),
      ...(credentials?.startsWith("arn:")
        ? [{ valueFrom: credentials, what: `repositoryCredentials of container ${container}` }]
        : []),
    ];
  });
}

/** Developer guide, "Pass Secrets Manager secrets through environment variables": all colons, or none. */
function formIn({ service }: Checking): string {
  const {
    partition = "aws",
    region = "<region>",
    account = "<account>",
  } = parseArn(service.serviceArn ?? "") ?? {};
  return `arn:${partition}:secretsmanager:${region}:${account}:secret:<name>:<json-key>:<version-stage>:<version-id>`;
}

async function checkReference(checking: Checking, reference: Reference): Promise<Finding[]> {
  const { valueFrom, what } = reference;
  const arn = parseArn(valueFrom);
  if (arn?.service !== "secretsmanager") return checkParameter(checking, reference);
  const [kind, name, key, stage, versionId, ...more] = arn.resource.split(":");
  if (kind !== "secret" || !name || (key !== undefined && versionId === undefined) || more.length > 0)
    return fault(
      `${what} is ${valueFrom}, which ECS cannot read`,
      `write it as ${formIn(checking)}; the last three may be empty, their colons stay`,
    );
  const SecretId = valueFrom.split(":").slice(0, 7).join(":");
  const client = await checking.clients.secretsManager(arn.region);
  const { value, findings } = await tryLookUp(
    checking,
    what,
    (options) => client.send(new DescribeSecretCommand({ SecretId }), options),
    {
      ResourceNotFoundException: {
        text: `${what} does not exist: ${SecretId}`,
        fix: "create it, or correct valueFrom; a secret that was deleted and created again has another ARN",
      },
    },
  );
  return value ? [...findings, ...faultsOf(value, what, { stage, versionId })] : findings;
}

function faultsOf(
  { DeletedDate, VersionIdsToStages = {} }: DescribeSecretCommandOutput,
  what: string,
  { stage, versionId }: { stage: string | undefined; versionId: string | undefined },
): Finding[] {
  if (DeletedDate)
    return fault(`${what} is marked for deletion`, "restore it (aws secretsmanager restore-secret)");
  const stages = Object.values(VersionIdsToStages).flat();
  if (stages.length === 0)
    return fault(`${what} has no value yet`, "set one (aws secretsmanager put-secret-value)");
  if (stage && !stages.includes(stage))
    return fault(
      `${what} has no version with the stage ${stage}`,
      `use one of ${[...new Set(stages)].join(", ")}, or none`,
    );
  if (versionId && !(versionId in VersionIdsToStages))
    return fault(`${what} has no version ${versionId}`, "use an existing version, or none");
  return [];
}

/** A parameter is given by its ARN or, in the same region, by its name (API reference, Secret). */
function checkParameter(checking: Checking, { valueFrom, what }: Reference): Finding[] {
  const arn = parseArn(valueFrom);
  const isParameter = arn ? arn.service === "ssm" && arn.resource.startsWith("parameter/") : true;
  if (isParameter && /^[\w.:/-]+$/.test(valueFrom)) return [];
  return fault(
    `${what} is ${valueFrom}, which names neither a secret nor a parameter`,
    `write a parameter's name or ARN, or ${formIn(checking)}`,
  );
}
