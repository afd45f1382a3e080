import { readFileSync } from "node:fs";
import { join } from "node:path";
import { isObject } from "@ecs-delivery/actions/core/is-object";
import { inspectTaskDefinition, type TaskDefinitionInput } from "@ecs-delivery/actions/core/task-definition";
import { dockerHub, parseImageName } from "@ecs-delivery/actions/registry/image-name";
import { parse } from "yaml";

export interface Container {
  readonly name: string;
  readonly port?: number;
}

/** A task definition file of the repository. */
export interface Definition {
  readonly path: string;
  readonly content: TaskDefinitionInput;
  /** Undefined if a step fills it in. */
  readonly family: string | undefined;
  readonly containers: readonly Container[];
}

/** Returns a task definition, JSON or YAML, also in the wrapper of DescribeTaskDefinition; undefined for another file. */
export function readDefinition(checkout: string, path: string): Definition | undefined {
  const value = parsed(readFileSync(join(checkout, path), "utf8"));
  if (!isObject(value)) return undefined;
  const { taskDefinition: content } = inspectTaskDefinition(value);
  if (!Array.isArray(content.containerDefinitions)) return undefined;
  const containers = content.containerDefinitions.filter(isObject) as NonNullable<
    typeof content.containerDefinitions
  >;
  return {
    ...{ path, content },
    family: /^[\w-]+$/.test(content.family ?? "") ? content.family : undefined,
    containers: containers.map(({ name = "", portMappings }) => {
      const port = Number(portMappings?.[0]?.containerPort);
      return { name, ...(port > 0 && { port }) };
    }),
  };
}

/** Placeholders that a step fills in may leave a file that cannot be parsed. */
export function parsed(text: string): unknown {
  try {
    return parse(text);
  } catch {
    return undefined;
  }
}

/** References of its containers to secrets and parameters. */
export function secretsOf({ content }: Pick<Definition, "content">): string[] {
  return (content.containerDefinitions ?? []).flatMap(
    ({ secrets = [], logConfiguration, repositoryCredentials }) =>
      [
        [...secrets, ...(logConfiguration?.secretOptions ?? [])].map(({ valueFrom }) => `${valueFrom}`),
        repositoryCredentials?.credentialsParameter ?? [],
      ].flat(),
  );
}

export function logGroupsOf({ content }: Pick<Definition, "content">): string[] {
  const groups = (content.containerDefinitions ?? []).map(
    ({ logConfiguration }) => logConfiguration?.options?.["awslogs-group"],
  );
  // Not a name that a step fills in.
  return groups.filter((group) => group !== undefined && /^[\w./#-]{1,512}$/.test(group)) as string[];
}

/** Names on Docker Hub that cannot be placeholders, such as `image`. */
const official =
  /^(?:alpine|amazonlinux|busybox|caddy|debian|golang|haproxy|httpd|mariadb|memcached|mongo|mysql|nats|nginx|node|php|postgres|python|rabbitmq|redis|ruby|telegraf|tomcat|traefik|ubuntu|valkey|varnish|wordpress)$/;

/** An image that no step pushes: of another registry, such as a proxy next to the program, or of another repository. */
export interface OtherImage {
  readonly image: string;
  /** Its registry and path, as a name in ECR. */
  readonly repository: string;
  readonly tag: string;
  readonly port?: number;
}

/**
 * @param registry of the account
 * @param pushed repositories that steps name
 */
export function otherImagesOf(
  { content }: Pick<Definition, "content">,
  registry: string,
  pushed: readonly string[],
): OtherImage[] {
  return (content.containerDefinitions ?? []).flatMap(({ image = "", portMappings }) => {
    const { host = "", name = "", tag = "", digest } = parseImageName(`${image}`) ?? {};
    const [, word] = /^library\/(.+)$/.exec(name) ?? [];
    // Not one with a digest, which a stand-in cannot have.
    if (!/^[a-z0-9.-]+$/.test(host) || digest || (word && !official.test(word))) return [];
    const isOwn = host.startsWith(`${registry.split(".")[0]}.dkr.ecr.`);
    const repository = isOwn ? name : `${host === dockerHub ? "docker.io" : host}/${name}`;
    if (pushed.includes(repository)) return [];
    const port = Number(portMappings?.[0]?.containerPort);
    return [{ ...{ image, repository, tag }, ...(port > 0 && { port }) }];
  });
}
