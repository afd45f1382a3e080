import type { EvaluatedResource } from "../../cloudformation/resources.ts";
import { type Reference, referencesIn } from "../../cloudformation/values.ts";
import { isObject } from "../../task-definition.ts";
import type { DrawnResources } from "../drawn-resources.ts";
import { titleOf } from "../drawn-types.ts";
import type { TaskDefinitions } from "../task-definitions.ts";
import { type EdgeDraft, edgesAlong, type FindEdges, type Implied } from "./edge.ts";

const service = "AWS::ECS::Service";
const secret = "AWS::SecretsManager::Secret";
const database = "AWS::RDS::DBInstance";
const bucket = "AWS::S3::Bucket";

/** Running resource → path of its rights. */
const rights: readonly (readonly [type: string, path: string])[] = [
  [service, "TaskDefinition.ExecutionRoleArn.Policies"],
  [service, "TaskDefinition.TaskRoleArn.Policies"],
  ["AWS::EC2::Instance", "IamInstanceProfile.Roles.Policies"],
];

/** Finds the images of tasks. */
export const findImages: FindEdges = (resources) =>
  edgesAlong(
    resources,
    service,
    "TaskDefinition.ContainerDefinitions.Image",
    ["AWS::ECR::Repository"],
    () => "pulls",
  ).map((edge) => ({ ...edge, isUpward: true }));

/** Finds what tasks and instances may use, by the policies of their roles. */
export const findRights: FindEdges = (resources) => {
  const resource = "PolicyDocument.Statement.Resource";
  const found = rights.flatMap(([type, path]) =>
    edgesAlong(resources, type, `${path}.${resource}`, ["AWS::Logs::LogGroup", secret, bucket], (_, to) =>
      to.type === "AWS::Logs::LogGroup" ? "logs" : "reads",
    ),
  );
  const managed = rights.flatMap(([type, path]) =>
    resources
      .ofType(type)
      .flatMap((from) =>
        referencesIn(resources.valuesAt(from, `${path}.${resource}`)).flatMap((reference) =>
          managedSecret(reference, resources).map((to): EdgeDraft => ({ from, to, label: "reads" })),
        ),
      ),
  );
  return [...found.map((edge) => ({ ...edge, isUpward: edge.to.type === bucket })), ...managed];
};

/** Returns the secret that RDS created for the database of a reference, if there is one. */
function managedSecret(reference: Reference, resources: DrawnResources): Implied[] {
  const found = resources.find(reference);
  return found?.type === database && reference.attribute?.startsWith("MasterUserSecret")
    ? [{ secretOf: found }]
    : [];
}

/** Finds where a database's master password is: in a secret of the template, or in one that RDS creates. */
export const findPasswords: FindEdges = (resources) => [
  ...edgesAlong(resources, database, "MasterUserPassword", [secret], () => "has its password from"),
  ...resources
    .ofType(database)
    .filter((found) => resources.textAt(found, "ManageMasterUserPassword") === "true")
    .map((found) => ({ from: found, to: { secretOf: found }, label: "keeps its password in" })),
];

export const findScaling: FindEdges = (resources) =>
  edgesAlong(
    resources,
    "AWS::ApplicationAutoScaling::ScalableTarget",
    "ResourceId",
    [service],
    () => "scales",
  );

/** Type of a resource that a container references → how the container uses it. */
const uses: { readonly [type: string]: string } = {
  "AWS::Logs::LogGroup": "logs",
  "AWS::RDS::DBInstance": "queries",
  "AWS::SecretsManager::Secret": "reads",
};

/** Finds what services use by their deployed task definitions, which no template has. */
export function findDefinedEdges(resources: DrawnResources, definitions: TaskDefinitions): EdgeDraft[] {
  return resources.ofType("AWS::ECS::Service").flatMap((from) => {
    const definition = definitions.get(resources.textAt(from, "TaskDefinition.Family") ?? "");
    const containers = isObject(definition) ? definition.containerDefinitions : undefined;
    return [
      ...namedIn(containers, resources).map((to) => ({ from, to, label: uses[to.type] ?? "" })),
      ...referencesIn(containers).flatMap((reference) =>
        managedSecret(reference, resources).map((to) => ({ from, to, label: "reads" })),
      ),
      ...existingDatabasesIn(containers).map((existingDatabase) => ({
        from,
        to: { existingDatabase },
        label: "queries",
      })),
    ];
  });
}

function namedIn(value: unknown, resources: DrawnResources): EvaluatedResource[] {
  const secretsOf = new Set(
    referencesIn(value).flatMap((reference) => managedSecret(reference, resources).map(() => reference)),
  );
  const others = referencesIn(value).filter((reference) => !secretsOf.has(reference));
  const types = Object.keys(uses);
  const logGroups = resources.targetsOf(value, ["AWS::Logs::LogGroup"], (group) => titleOf(group, resources));
  return [...new Set([...resources.targetsOf(others, types), ...logGroups])];
}

/** Returns the names of databases that a profile looks up: `instance-endpoint supplierdb`. */
function existingDatabasesIn(value: unknown): string[] {
  if (typeof value === "string") return /^instance-endpoint (.+)$/.exec(value)?.slice(1) ?? [];
  if (Array.isArray(value)) return [...new Set(value.flatMap(existingDatabasesIn))];
  return isObject(value) ? [...new Set(Object.values(value).flatMap(existingDatabasesIn))] : [];
}
