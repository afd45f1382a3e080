import type { Environment } from "../../../environment.ts";
import { AwsError } from "../../../kit/errors.ts";
import type { Value } from "../template/value.ts";
import type { Fields } from "./shape.ts";

/** Evaluated properties, checked and coerced by the type's shapes before a handler sees them. */
export interface Properties {
  // biome-ignore lint/suspicious/noExplicitAny: the shapes of the type have checked what is inside
  readonly [name: string]: any;
}

export interface ResourceContext {
  readonly environment: Environment;
  readonly logicalId: string;
  /** Aborts when the operation of the stack is cancelled. */
  readonly signal: AbortSignal;
  /** Records the physical id before `create` is done, so that a later step that fails leaves nothing behind. */
  identify(id: string): void;
  /** Generates a unique physical name, `stack-resource-suffix`, of at most so many characters. */
  generateName(maximumLength: number): string;
}

/** A type of resource: its properties, and how to create, change and remove one through its service's API. */
export interface ResourceType {
  readonly properties: Fields;
  readonly required?: readonly string[];
  /** Properties whose change creates a new resource ("Update requires: Replacement"). */
  readonly replacement?: readonly string[];
  /** The property with the resource's name: if it is set, the old and the new one of a replacement would collide. */
  readonly nameProperty?: string;
  /** The property within which the name is unique; by default the account and region. */
  readonly nameScope?: string;
  /** Creating one needs CAPABILITY_IAM, or CAPABILITY_NAMED_IAM when it is named. */
  readonly identity?: boolean;
  /** Attributes for Fn::GetAtt. */
  readonly attributes?: readonly string[];
  /** Resolves with the physical id (what Ref gives) once the service has accepted the request. */
  create(context: ResourceContext, properties: Properties): Promise<string>;
  /** Resolves once the resource can be used. */
  stabilize?(context: ResourceContext, id: string, properties: Properties): Promise<void>;
  readAttributes?(
    context: ResourceContext,
    id: string,
    properties: Properties,
  ): Promise<Record<string, Value>>;
  /** Absent when every property needs replacement. Resolves once the change is done. */
  update?(context: ResourceContext, id: string, next: Properties, previous: Properties): Promise<void>;
  /** Resolves once it is gone; a missing one is not an error. */
  delete(context: ResourceContext, id: string, properties: Properties): Promise<void>;
  /** The default of DeletionPolicy is Snapshot instead of Delete. */
  readonly keptBySnapshot?: boolean;
  /** Keeps the data before the resource is deleted; absent where DeletionPolicy Snapshot is not possible. */
  snapshot?(context: ResourceContext, id: string): Promise<void>;
}

/** A failure detected by CloudFormation, or its handler of a resource type, rather than by a service. */
export class HandlerError extends Error {
  readonly handlerErrorCode: "GeneralServiceException" | "AlreadyExists" | "InvalidRequest";

  constructor(
    message: string,
    handlerErrorCode: HandlerError["handlerErrorCode"] = "GeneralServiceException",
  ) {
    super(message);
    this.name = "HandlerError";
    this.handlerErrorCode = handlerErrorCode;
  }
}

/** Runs a deletion; a missing resource counts as deleted. */
export async function ignoreMissing(codes: readonly string[], action: () => Promise<unknown>): Promise<void> {
  try {
    await action();
  } catch (error) {
    if (!(error instanceof AwsError && codes.includes(error.code))) throw error;
  }
}

/** AWS time between two checks of a resource that is being created or removed. */
const pollMs = 2000;

/** Resolves once `done` returns true; rejects with its error, or when the stack's operation is cancelled. */
export async function waitUntil(context: ResourceContext, done: () => Promise<boolean>): Promise<void> {
  while (!(await done())) await context.environment.clock.wait(pollMs, context.signal);
}

export interface Tag {
  readonly Key: string;
  readonly Value: string;
}

/** Returns the tags to set and to remove so that `previous` becomes `next`. */
export function tagChanges(
  previous: readonly Tag[] = [],
  next: readonly Tag[] = [],
): { set: Tag[]; remove: string[] } {
  const before = new Map(previous.map((tag) => [tag.Key, tag.Value]));
  const kept = new Set(next.map((tag) => tag.Key));
  return {
    set: next.filter((tag) => before.get(tag.Key) !== tag.Value),
    remove: [...before.keys()].filter((key) => !kept.has(key)),
  };
}

/** For services whose members start with a lower-case letter. */
export function smallTags(tags: readonly Tag[] | undefined): { key: string; value: string }[] | undefined {
  return tags?.map(({ Key: key, Value: value }) => ({ key, value }));
}

/** For services that take tags as a map. */
export function tagMap(tags: readonly Tag[] = []): Record<string, string> {
  return Object.fromEntries(tags.map(({ Key, Value }) => [Key, Value]));
}
