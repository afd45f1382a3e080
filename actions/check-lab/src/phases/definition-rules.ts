import type { TaskDefinition } from "@aws-sdk/client-ecs";
import { hint } from "../choices.ts";
import type { RunningNames } from "../definitions.ts";
import type { Lab } from "../lab.ts";
import { broken } from "../outcome.ts";
import { containerOf, otherThan, repositoryIn, type ServiceName } from "../parts.ts";
import { leftPlaceholders } from "../placeholders.ts";
import { roleProblems } from "../service-role.ts";

/** A task definition, registered or in a file; a file may have values of any type. */
export type Definition = Partial<TaskDefinition>;

/** Returns what is wrong with a task definition. */
export type Rule = (lab: Lab, definition: Definition, own: Own) => Promise<string[]> | string[];

interface Own {
  readonly service: ServiceName;
  readonly names: RunningNames;
  /** Placeholders that the pipeline fills in, in a file. */
  readonly filled?: readonly string[];
}

/** The course's requirements of a task definition; the registered revision and the file are checked by the same rules. */
export const definitionRules = {
  shape,
  placeholders,
  account: roleAndImage,
  database,
} satisfies Record<string, Rule>;

function shape({ account }: Lab, definition: Definition, { service, names }: Own) {
  const { family = "", requiresCompatibilities = [], networkMode, cpu, memory } = definition;
  const container = definition.containerDefinitions?.find(({ name }) => name === names.container);
  const has = (definition.containerDefinitions ?? []).map(({ name }) => name).join(", ") || "no container";
  const ports = container?.portMappings?.map(({ containerPort }) => containerPort) ?? [];
  const { logDriver, options = {} } = container?.logConfiguration ?? {};
  const region = options["awslogs-region"];
  const other = otherThan(service);
  const isLogged = logDriver !== undefined;
  const isAwslogs = logDriver === "awslogs";
  return broken(
    [family !== "" && family !== `${other}-microservice`, `the family is ${family || "missing"}`],
    [requiresCompatibilities.includes("FARGATE"), "it is not for Fargate"],
    [networkMode === "awsvpc", `it has the network mode ${networkMode}, not awsvpc`],
    [isFargateSize(cpu, memory), `Fargate has no size with cpu ${cpu} and memory ${memory}`],
    [container !== undefined, `it has the container ${has}, not ${names.container}`],
    [!container || ports.includes(8080), `it exposes port ${ports.join(", ") || "none"}, not 8080`],
    [!container || isLogged, `the container ${names.container} has no logConfiguration`],
    [!isAwslogs || Boolean(options["awslogs-group"]), "the log has no awslogs-group"],
    [!isAwslogs || Boolean(options["awslogs-stream-prefix"]), "the log has no awslogs-stream-prefix"],
    [
      !isAwslogs || region === account.region,
      `awslogs-region is ${region ?? "missing"}, not ${account.region}`,
    ],
  );
}

/** Least and most memory in MiB for CPU units: Amazon ECS developer guide, "Task CPU and memory". */
const memoryFor: { readonly [cpu: number]: readonly [least: number, most: number] } = {
  256: [512, 2048],
  512: [1024, 4096],
  1024: [2048, 8192],
  2048: [4096, 16_384],
  4096: [8192, 30_720],
  8192: [16_384, 61_440],
  16384: [32_768, 122_880],
};

/** Sizes with more than 16 vCPU are not known here. */
function isFargateSize(cpu: unknown, memory: unknown): boolean {
  const [, vcpu] = /^([\d.]+) *vcpu$/i.exec(String(cpu)) ?? [];
  const [, gb] = /^([\d.]+) *gb$/i.exec(String(memory)) ?? [];
  const units = vcpu ? 1024 * Number(vcpu) : Number(cpu);
  const mebibytes = gb ? 1024 * Number(gb) : Number(memory);
  if (units > 16_384 && mebibytes > 0) return true;
  const [least, most] = memoryFor[units] ?? [1, 0];
  return least <= mebibytes && mebibytes <= most && (mebibytes % 1024 === 0 || mebibytes === 512);
}

async function roleAndImage({ account, roles }: Lab, definition: Definition, { service }: Own) {
  const { executionRoleArn = "", taskRoleArn } = definition;
  const image = containerOf(definition as TaskDefinition, service)?.image ?? "";
  const id = await account.id();
  const [, registry = id, region = account.region] = /^(\d{12})\.dkr\.ecr\.([\w-]+)\./.exec(image) ?? [];
  const other = otherThan(service);
  const repository = (await hint(roles.imageRepository(service)))?.repositoryName;
  const others = (await hint(roles.imageRepository(other)))?.repositoryName;
  const isOthers = repositoryIn(image) === others && others !== repository;
  const problems = broken(
    [executionRoleArn !== "", "it has no execution role"],
    [registry === id, `the image belongs to account ${registry}, not ${id}`],
    [region === account.region, `the image is in ${region}, not ${account.region}`],
    [!isOthers, `the image ${image} is the ${other}'s`],
  );
  const used = [executionRoleArn, taskRoleArn].filter((role) => role !== undefined && role !== "");
  for (const role of new Set(used)) problems.push(...(await roleProblems(account, role ?? "", "ecs-tasks")));
  return problems;
}

async function database({ account }: Lab, definition: Definition, { names, service }: Own) {
  const container =
    definition.containerDefinitions?.find(({ name }) => name === names.container) ??
    containerOf(definition as TaskDefinition, service);
  const { environment = [], secrets = [] } = container ?? {};
  if (secrets.some(({ name }) => name === "APP_DB_HOST")) return [];
  const host = environment.find(({ name }) => name === "APP_DB_HOST")?.value;
  if (!host) return ["it has no APP_DB_HOST: the program tries localhost"];
  const all = (await account.databases()).filter(({ Engine = "" }) => /mysql|mariadb/.test(Engine));
  const course = all.filter(({ DBInstanceIdentifier }) => DBInstanceIdentifier === "supplierdb");
  const endpoints = (course.length > 0 ? course : all).flatMap(({ Endpoint }) => Endpoint?.Address ?? []);
  if (endpoints.includes(host)) return [];
  return [`it has APP_DB_HOST ${host}; this account has ${endpoints.join(", ") || "no MySQL database"}`];
}

/** A password may look like anything. */
async function placeholders({ account }: Lab, definition: Definition, { filled = [] }: Own) {
  const { family, executionRoleArn, taskRoleArn, containerDefinitions = [] } = definition;
  const databases = (await hint(account.databases())) ?? [];
  const repositories = (await hint(account.imageRepositories())) ?? [];
  // Text that looks like a placeholder may be the name of a resource.
  const known = [
    ...filled,
    ...databases.flatMap(({ Endpoint }) => Endpoint?.Address ?? []),
    ...repositories.flatMap(({ repositoryUri }) => repositoryUri ?? []),
  ];
  const left = containerDefinitions.flatMap(
    ({ name, image, environment = [], secrets, logConfiguration }) => {
      const shown = environment.filter((variable) => !/pass|token|secret/i.test(variable.name ?? ""));
      return leftPlaceholders({ image, environment: shown, secrets, logConfiguration }, known, name);
    },
  );
  return [...left, ...leftPlaceholders({ family, executionRoleArn, taskRoleArn }, known)];
}
