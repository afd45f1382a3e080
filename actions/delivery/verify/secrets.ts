import { DescribeSecretCommand, type DescribeSecretCommandOutput } from "@aws-sdk/client-secrets-manager";
import { GetParametersCommand } from "@aws-sdk/client-ssm";
import { parseArn } from "../../core/arn.ts";
import { chunks } from "../../core/chunks.ts";
import { type Finding, fault, tryLookUp } from "../../core/findings.ts";
import type { TaskDefinitionInput } from "../../core/task-definition.ts";
import { type Checking, isFilledIn } from "./checking.ts";

interface Reference {
  readonly valueFrom: string;
  /** Such as "secret DB_PASSWORD of container web". */
  readonly what: string;
}

/**
 * Checks that the containers' secrets exist and are not about to be deleted. Values are never read, so JSON keys are
 * not checked. Parameters of Systems Manager have to exist.
 */
export async function checkSecrets(checking: Checking): Promise<Finding[]> {
  const references = referencesOf(checking.taskDefinition);
  const open = references.filter(({ valueFrom }) => isFilledIn(valueFrom));
  const found = await Promise.all([
    ...open.map((reference) => checkReference(checking, reference)),
    checkParameters(checking, open.filter(isParameter)),
  ]);
  return found.flat();
}

/** A parameter is given by its ARN or, in the same region, by its name (API reference, Secret). */
function isParameter({ valueFrom }: Reference): boolean {
  const arn = parseArn(valueFrom);
  const isNamed = arn ? arn.service === "ssm" && arn.resource.startsWith("parameter/") : true;
  return isNamed && /^[\w.:/-]+$/.test(valueFrom);
}

/** Maximum of one request (GetParameters, Systems Manager API reference). */
const mostNames = 10;

/** Checks that parameters exist; their values are neither decrypted nor used. */
async function checkParameters(checking: Checking, references: readonly Reference[]): Promise<Finding[]> {
  const byRegion = Map.groupBy(references, ({ valueFrom }) => parseArn(valueFrom)?.region);
  const batches = [...byRegion].flatMap(([region, ofRegion]) => {
    const all = [...new Set(ofRegion.map(({ valueFrom }) => valueFrom))];
    return chunks(all, mostNames).map((names) => ({ region, names }));
  });
  const found = await Promise.all(
    batches.map(async ({ region, names }) => {
      const wanted = references.filter(({ valueFrom }) => names.includes(valueFrom));
      const client = await checking.clients.ssm(region);
      const command = new GetParametersCommand({ Names: names, WithDecryption: false });
      const what = wanted.map((reference) => reference.what).join(", ");
      const { value, findings } = await tryLookUp(checking, what, (options) => client.send(command, options));
      const missing = wanted.filter(({ valueFrom }) => value?.InvalidParameters?.includes(valueFrom));
      return [...findings, ...missing.flatMap(missingParameter)];
    }),
  );
  return found.flat();
}

function missingParameter({ what, valueFrom }: Reference): Finding[] {
  return fault(
    `${what} does not exist: ${valueFrom}`,
    "create the parameter (aws ssm put-parameter), or correct valueFrom; the full ARN if it is in another region",
  );
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
  if (arn?.service !== "secretsmanager") return checkForm(checking, reference);
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

function checkForm(checking: Checking, reference: Reference): Finding[] {
  if (isParameter(reference)) return [];
  const { valueFrom, what } = reference;
  return fault(
    `${what} is ${valueFrom}, which names neither a secret nor a parameter`,
    `write a parameter's name or ARN, or ${formIn(checking)}`,
  );
}
