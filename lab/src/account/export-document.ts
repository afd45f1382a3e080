import { Failure } from "@ecs-delivery/actions/core/failure";
import { isObject } from "@ecs-delivery/actions/core/is-object";

/** A service of an account with all that it needs, as `ecs-delivery export` writes it. */
export interface ExportDocument {
  readonly version: 1;
  readonly region: string;
  readonly account: string;
  readonly cluster: string;
  readonly service: string;
  /** In the order in which they can be created. */
  readonly resources: readonly ExportedResource[];
  /** Parts that the exporting role could not read. */
  readonly notRead: readonly string[];
}

export interface ExportedResource {
  readonly kind: ExportedKind;
  /** Identifier in the exported account. Inputs of later resources refer to it. */
  readonly id: string;
  /** Input of the operation that creates it. */
  readonly input: Readonly<Record<string, unknown>>;
}

export type ExportedKind = (typeof exportedKinds)[number];
export const exportedKinds = [
  ...["repository", "role", "vpc", "subnet", "securityGroup", "ingress", "targetGroup", "loadBalancer"],
  ...["listener", "rule", "cluster", "taskDefinition", "service", "alarm", "application", "deploymentGroup"],
  ...["scalableTarget", "scalingPolicy"],
] as const;

/** @param name of the file, for messages */
export function readExport(text: string, name: string): ExportDocument {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (cause) {
    throw new Failure(`${name} is not JSON: ${(cause as Error).message}`, { nextStep: remedy, cause });
  }
  const { version, resources } = isObject(document) ? document : {};
  if (version !== 1)
    throw new Failure(
      `${name} is an export of version ${JSON.stringify(version) ?? "none"}; this program reads version 1`,
      { nextStep: remedy },
    );
  if (
    !Array.isArray(resources) ||
    !resources.every(
      (each) => isObject(each) && exportedKinds.includes(each.kind as never) && isObject(each.input),
    )
  )
    throw new Failure(`${name} is damaged: "resources" is not a list of known resources`, {
      nextStep: remedy,
    });
  return document as unknown as ExportDocument;
}

const remedy = "write it again with ecs-delivery export of the same release.";
