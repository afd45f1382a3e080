import { waitUntil } from "../../../clock.ts";
import type { Environment } from "../../../environment.ts";
import type { Value } from "../template/value.ts";
import { HandlerError, ignoreMissing } from "./failures.ts";
import type { TypeRow } from "./type-table.ts";

/** Evaluated properties, checked and coerced by the type's shapes before a handler sees them. */
export interface Properties {
  // biome-ignore lint/suspicious/noExplicitAny: the shapes of the type have checked what is inside
  readonly [name: string]: any;
}

export interface ResourceContext {
  readonly environment: Environment;
  readonly aws: Environment["aws"];
  readonly logicalId: string;
  /** Aborts when the operation of the stack is cancelled. */
  readonly signal: AbortSignal;
  /** Records the physical id before `create` is done, so that a later step that fails leaves nothing behind. */
  identify(id: string): void;
  /** Generates a unique physical name, `stack-resource-suffix`, of at most so many characters. */
  generateName(maximumLength: number): string;
  /** Returns the ARN of a resource in the stack's account and region. */
  arn(service: string, resource: string): string;
}

/** An existing resource, with what `find` returned. */
interface Resource<Found> {
  readonly id: string;
  readonly properties: Properties;
  readonly found: Found;
  readonly context: ResourceContext;
}

export interface Tag {
  readonly Key: string;
  readonly Value: string;
}

/** How a service changes the tags of a resource. */
export interface Tagging {
  /** Identifies the resource in both calls; by default its physical id does. */
  target?(resource: Omit<Resource<unknown>, "found">): string | Promise<string>;
  set(aws: Environment["aws"], target: string, tags: Tag[]): Promise<unknown>;
  remove(aws: Environment["aws"], target: string, keys: string[]): Promise<unknown>;
}

/**
 * How to create, change and remove a type of resource through its service's API. An error of the service that says that
 * the resource is missing means the same as an undefined result.
 */
// biome-ignore lint/suspicious/noExplicitAny: only the type itself knows what its service returns
export interface ResourceHandler<Found = any> {
  /** Reads the resource from its service. */
  find?(context: ResourceContext, id: string, properties: Properties): Promise<Found | undefined>;
  /** Attributes for Fn::GetAtt. */
  readonly attributes?: Readonly<Record<string, (resource: Resource<Found>) => Value | undefined>>;
  readonly tagging?: Tagging;
  /** Resolves with the physical id (what Ref gives) once the service has accepted the request. */
  create(context: ResourceContext, properties: Properties): Promise<string | undefined>;
  /** Resolves once the resource can be used. */
  stabilize?(context: ResourceContext, id: string, properties: Properties): Promise<void>;
  /** Resolves once the change is done. Absent when every property needs replacement, except for the tags. */
  update?(context: ResourceContext, id: string, next: Properties, previous: Properties): Promise<unknown>;
  /** Resolves once it is gone. */
  delete(context: ResourceContext, id: string, properties: Properties): Promise<unknown>;
  /** Keeps the data before the resource is deleted; absent where DeletionPolicy Snapshot is not possible. */
  snapshot?(context: ResourceContext, id: string): Promise<unknown>;
}

/** A type of resource: its properties, and its handler. */
export type ResourceType = TypeRow & ResourceHandler;

export type ResourceTypes = Readonly<Record<string, ResourceType>>;

/** Checks a handler, with what its `find` returns. */
export function resourceType<Found>(handler: ResourceHandler<Found>): ResourceHandler {
  return handler;
}

/** The attribute that is the physical id. */
export const physicalId = ({ id }: { readonly id: string }): string => id;

/** Resolves with undefined if the resource does not exist. */
export async function findResource(
  { find }: ResourceHandler,
  context: ResourceContext,
  id: string,
  properties: Properties,
): Promise<Resource<unknown> | undefined> {
  const found = find && (await ignoreMissing(() => find(context, id, properties)));
  return find && found === undefined ? undefined : { id, properties, found, context };
}

export async function readAttributes(
  type: ResourceType,
  context: ResourceContext,
  id: string,
  properties: Properties,
): Promise<Record<string, Value>> {
  if (!type.attributes) return {};
  const resource = await findResource(type, context, id, properties);
  if (!resource) throw new HandlerError(`Resource with identifier '${id}' was not found.`, "NotFound");
  const entries = Object.entries(type.attributes);
  return Object.fromEntries(entries.map(([name, read]) => [name, read(resource) ?? null]));
}

/** Changes a resource in place. */
export async function changeResource(
  type: ResourceType,
  context: ResourceContext,
  id: string,
  next: Properties,
  previous: Properties,
): Promise<void> {
  await type.update?.(context, id, next, previous);
  const { tagging } = type;
  const { set, remove } = tagChanges(previous.Tags, next.Tags);
  if (!tagging || set.length + remove.length === 0) return;
  const target = (await tagging.target?.({ id, properties: next, context })) ?? id;
  if (set.length > 0) await tagging.set(context.aws, target, set);
  if (remove.length > 0) await tagging.remove(context.aws, target, remove);
}

function tagChanges(previous: Properties["Tags"], next: Properties["Tags"]) {
  const before = tagMap(previous);
  const after = tagMap(next);
  return {
    set: tagList(after).filter(({ Key, Value }) => before[Key] !== Value),
    remove: Object.keys(before).filter((key) => !Object.hasOwn(after, key)),
  };
}

/** For services that take tags as a map, from either form of a template. */
export function tagMap(tags: Properties["Tags"] = {}): Record<string, string> {
  const given: readonly Tag[] = Array.isArray(tags) ? tags : tagList(tags);
  return Object.fromEntries(given.map(({ Key, Value }) => [Key, Value]));
}

export function tagList(tags: Readonly<Record<string, string>> = {}): Tag[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}

/** For services whose members start with a lower-case letter. */
export function smallTags(tags: readonly Tag[] = []): { key: string; value: string }[] {
  return tags.map(({ Key: key, Value: value }) => ({ key, value }));
}

/** AWS time between two checks of a resource that is being created or removed. */
const pollMs = 2000;

/** Resolves once `done` returns true; rejects with its error, or when the stack's operation is cancelled. */
export const settled = (context: ResourceContext, done: () => Promise<boolean>) =>
  waitUntil(context.environment.clock, pollMs, done, context.signal);

/** Returns the items that only one of two lists has. */
export function listChanges(previous: readonly string[] = [], next: readonly string[] = []) {
  return {
    added: next.filter((item) => !previous.includes(item)),
    removed: previous.filter((item) => !next.includes(item)),
  };
}
