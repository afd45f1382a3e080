import { randomBytes } from "node:crypto";
import { join } from "node:path";
import type { Tag } from "@aws-sdk/client-rds";
import type { Environment } from "../../environment.ts";
import { AwsError, errorWith } from "../../kit/errors.ts";
import { checkedTags, tagOperations, tagPairs } from "../../kit/tags.ts";
import type { DatabaseServer } from "../../runtime/database/database-server.ts";
import type { Socket } from "../../runtime/network.ts";

export interface SubnetGroup {
  readonly name: string;
  readonly vpcId: string;
  description: string;
  subnets: readonly { readonly id: string; readonly zone: string }[];
  readonly tags: Map<string, string>;
}

/** Settings chosen by the caller; the first five cannot be changed later. */
export interface InstanceSettings {
  readonly databaseName: string | undefined;
  readonly masterUsername: string;
  readonly subnetGroupName: string;
  readonly encrypted: boolean;
  readonly port: number | undefined;
  engineVersion: string;
  instanceClass: string;
  allocatedStorage: number;
  storageType: string;
  zone: string;
  securityGroupIds: readonly string[];
  publiclyAccessible: boolean;
  backupRetentionDays: number;
  multiAz: boolean;
  deletionProtection: boolean;
  autoMinorVersionUpgrade: boolean;
  copyTagsToSnapshot: boolean;
}

export type InstanceStatus =
  | "creating"
  | "available"
  | "stopping"
  | "stopped"
  | "starting"
  | "resetting-master-credentials"
  | "deleting"
  | "failed";

export interface Instance {
  readonly identifier: string;
  readonly resourceId: string;
  readonly created: Date;
  readonly settings: InstanceSettings;
  masterPassword: string;
  /** ARN of the secret that RDS manages, if it does. */
  secretArn?: string | undefined;
  status: InstanceStatus;
  /** Socket of the server on this machine, from its first start on. */
  endpoint?: Socket | undefined;
  server?: DatabaseServer | undefined;
  readonly tags: Map<string, string>;
}

export interface Snapshot {
  readonly identifier: string;
  readonly instance: Instance;
  readonly created: Date;
  readonly tags: Map<string, string>;
}

export interface RdsState {
  readonly environment: Environment;
  readonly subnetGroups: Map<string, SubnetGroup>;
  readonly instances: Map<string, Instance>;
  readonly snapshots: Map<string, Snapshot>;
  /** Jobs of each server, each waiting for the one before; close waits for them. */
  readonly jobs: Map<Instance, Promise<void>>;
}

export function createRdsState(environment: Environment): RdsState {
  return {
    environment,
    subnetGroups: new Map(),
    instances: new Map(),
    snapshots: new Map(),
    jobs: new Map(),
  };
}

export type Kind = "db" | "subgrp" | "snapshot";

export function arnOf({ environment }: RdsState, kind: Kind, name: string): string {
  return `arn:aws:rds:${environment.region}:${environment.accountId}:${kind}:${name}`;
}

export function instanceFolder({ environment }: RdsState, { resourceId }: Instance): string {
  return join(environment.dataDirectory, "rds", resourceId);
}

export function snapshotFolder({ environment }: RdsState, identifier: string): string {
  return join(environment.dataDirectory, "rds", "snapshots", identifier);
}

/** As AWS makes them: `db-` and 26 capitals and digits. */
export function newResourceId(): string {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  return `db-${[...randomBytes(26)].map((byte) => alphabet[byte % alphabet.length]).join("")}`;
}

export function findInstance(state: RdsState, identifier = ""): Instance {
  const instance = state.instances.get(identifier.toLowerCase());
  if (!instance) throw new AwsError("DBInstanceNotFoundFault", `DBInstance ${identifier} not found.`, 404);
  return instance;
}

export function findSubnetGroup(state: RdsState, name = ""): SubnetGroup {
  const group = state.subnetGroups.get(name.toLowerCase());
  if (!group)
    throw new AwsError("DBSubnetGroupNotFoundFault", `DB subnet group '${name}' does not exist.`, 404);
  return group;
}

export function findSnapshot(state: RdsState, identifier = ""): Snapshot {
  const snapshot = state.snapshots.get(identifier.toLowerCase());
  if (!snapshot) throw new AwsError("DBSnapshotNotFoundFault", `DBSnapshot ${identifier} not found.`, 404);
  return snapshot;
}

const tagRules = { tooMany: "InvalidParameterValue" };

export const fromTags = (given: readonly Tag[] = []) => checkedTags(tagPairs.read(given), tagRules);

/** Operations on tags under the names that other services have for them. */
export const tagsOn = (tagsOf: (arn: string) => Map<string, string>) =>
  tagOperations(["ResourceName", "Tags", "TagKeys"], tagPairs, tagRules, tagsOf);

export const unsupported = "InvalidParameterValue";

export const invalidValue = errorWith("InvalidParameterValue");

export const invalidCombination = errorWith("InvalidParameterCombination");

/** Returns what a Describe operation lists: the named item, or all of them. */
export function oneOrAll<Item>(
  state: RdsState,
  items: ReadonlyMap<string, Item>,
  find: (state: RdsState, name: string) => Item,
  name: string | undefined,
): Item[] {
  return name === undefined ? [...items.values()] : [find(state, name)];
}
