import type { TaskDefinition } from "@aws-sdk/client-ecs";
import { isObject } from "@ecs-delivery/actions/core/is-object";
import type { Account } from "./account.ts";
import { logGroupsOf, secretsOf } from "./definitions.ts";
import { partsOf } from "./parts.ts";
import { createResources, type Resource, resourceKinds } from "./resources.ts";
import { freePort } from "./stand-in.ts";

/** A service of an account with all that it needs, as `ecs-delivery export` writes it. */
export interface ExportDocument {
  readonly version: 1;
  readonly region: string;
  readonly account: string;
  readonly cluster: string;
  readonly service: string;
  /** In the order in which they can be created. */
  readonly resources: readonly Resource[];
  /** Parts that the exporting role could not read. */
  readonly notRead: readonly string[];
}

const fix = "Fix: write it again with ecs-delivery export of the same release";

/** Throws an error that continues a sentence about the file. */
export function readExport(text: string): ExportDocument {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (cause) {
    throw new Error(`is not JSON: ${(cause as Error).message}. ${fix}`, { cause });
  }
  const { version = null, resources } = isObject(document) ? document : {};
  if (version !== 1)
    throw new Error(
      `is an export of version ${JSON.stringify(version)}; this program reads version 1. ${fix}`,
    );
  const isResource = (each: unknown) =>
    isObject(each) && resourceKinds.some((kind) => kind === each.kind) && isObject(each.input);
  if (!Array.isArray(resources) || !resources.every(isResource))
    throw new Error(`is damaged: "resources" is not a list of known resources. ${fix}`);
  return document as unknown as ExportDocument;
}

/** Creates what an export describes, with stand-in images. */
export async function createExported(account: Account, document: ExportDocument): Promise<void> {
  const [repositories, others] = [true, false].map((first) =>
    document.resources.filter(({ kind }) => (kind === "repository") === first),
  );
  await createResources(account, repositories ?? []);
  const definitions = document.resources
    .filter(({ kind }) => kind === "taskDefinition")
    .map(({ input }) => ({ content: input as never }));
  const parts = { logGroups: definitions.flatMap(logGroupsOf), secrets: definitions.flatMap(secretsOf) };
  await createResources(
    account,
    partsOf({ ...parts, account: document.account, repositories: [], roles: [] }),
  );
  const prepared: Resource[] = [];
  for (const resource of others ?? []) prepared.push(await prepare(account, resource));
  await createResources(account, prepared);
  account.made.push(`service ${document.cluster}/${document.service} from the export, with a stand-in image`);
  account.notChecked.push("routes not checked: the lab gave the exported subnets a way to the internet");
  for (const part of document.notRead) account.notChecked.push(`not in the export: ${part}`);
}

/** The simulated account has no certificates, and only stand-in images. */
async function prepare({ standIns, notChecked }: Account, resource: Resource): Promise<Resource> {
  const { kind, input } = resource;
  if (kind === "listener" && input.Protocol === "HTTPS") {
    notChecked.push(`TLS of port ${input.Port}: the lab's listener has HTTP`);
    const { Certificates: _, SslPolicy: __, AlpnPolicy: ___, ...others } = input;
    return { ...resource, input: { ...others, Protocol: "HTTP" } };
  }
  if (kind !== "taskDefinition") return resource;
  const containers = (input.containerDefinitions ?? []) as NonNullable<
    TaskDefinition["containerDefinitions"]
  >;
  const containerDefinitions = [];
  for (const [index, { entryPoint: _, healthCheck: __, ...container }] of containers.entries()) {
    const port = container.portMappings?.[0]?.containerPort ?? freePort + index;
    const [, name, tag] = /\.amazonaws\.com\/([^:@]+):([\w.-]+)$/.exec(container.image ?? "") ?? [];
    containerDefinitions.push({ ...container, image: await standIns.push(port, name, tag) });
  }
  notChecked.push("the exported revision runs stand-in images without its entry points and health checks");
  return { ...resource, input: { ...input, containerDefinitions } };
}
