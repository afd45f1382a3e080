import {
  ignoreMissing,
  type Properties,
  type ResourceContext,
  type ResourceType,
  tagChanges,
  waitUntil,
} from "./resource-type.ts";
import { boolean, integer, list, tags, text } from "./shape.ts";

const rds = (context: ResourceContext) => context.environment.aws.rds;

export const dbSubnetGroup: ResourceType = {
  properties: {
    DBSubnetGroupName: text,
    DBSubnetGroupDescription: text,
    SubnetIds: list(text),
    Tags: tags,
  },
  required: ["DBSubnetGroupDescription", "SubnetIds"],
  replacement: ["DBSubnetGroupName"],
  nameProperty: "DBSubnetGroupName",
  async create(context, properties) {
    const DBSubnetGroupName = (properties.DBSubnetGroupName ?? context.generateName(255)).toLowerCase();
    const { DBSubnetGroupDescription, SubnetIds, Tags } = properties;
    await rds(context).createDBSubnetGroup({ DBSubnetGroupName, DBSubnetGroupDescription, SubnetIds, Tags });
    return DBSubnetGroupName;
  },
  async update(context, DBSubnetGroupName, next, previous) {
    const { DBSubnetGroupDescription, SubnetIds } = next;
    await rds(context).modifyDBSubnetGroup({ DBSubnetGroupName, DBSubnetGroupDescription, SubnetIds });
    await updateTags(context, `subgrp:${DBSubnetGroupName}`, next, previous);
  },
  delete: (context, DBSubnetGroupName) =>
    ignoreMissing(["DBSubnetGroupNotFoundFault"], () =>
      rds(context).deleteDBSubnetGroup({ DBSubnetGroupName }),
    ),
};

const instanceProperties = {
  DBInstanceIdentifier: text,
  DBInstanceClass: text,
  Engine: text,
  EngineVersion: text,
  AllocatedStorage: text,
  StorageType: text,
  StorageEncrypted: boolean,
  DBName: text,
  MasterUsername: text,
  MasterUserPassword: text,
  ManageMasterUserPassword: boolean,
  DBSubnetGroupName: text,
  VPCSecurityGroups: list(text),
  PubliclyAccessible: boolean,
  BackupRetentionPeriod: integer,
  MultiAZ: boolean,
  DeletionProtection: boolean,
  AutoMinorVersionUpgrade: boolean,
  Tags: tags,
};

export const dbInstance: ResourceType = {
  properties: instanceProperties,
  required: ["DBInstanceClass", "Engine"],
  replacement: ["DBInstanceIdentifier", "DBName", "DBSubnetGroupName", "MasterUsername", "StorageEncrypted"],
  nameProperty: "DBInstanceIdentifier",
  // User guide, DeletionPolicy attribute: for instances that are not part of a cluster.
  keptBySnapshot: true,
  attributes: ["Endpoint.Address", "Endpoint.Port", "MasterUserSecret.SecretArn", "DBInstanceArn"],
  async create(context, properties) {
    const { VPCSecurityGroups, AllocatedStorage, ...rest } = properties;
    const DBInstanceIdentifier = (properties.DBInstanceIdentifier ?? context.generateName(63)).toLowerCase();
    await rds(context).createDBInstance({
      ...rest,
      ...sizeAndGroups(properties),
      DBInstanceIdentifier,
      DBInstanceClass: properties.DBInstanceClass,
      Engine: properties.Engine,
    });
    return DBInstanceIdentifier;
  },
  stabilize: waitAvailable,
  async readAttributes(context, id) {
    const instance = await describe(context, id);
    return {
      "Endpoint.Address": instance?.Endpoint?.Address ?? null,
      "Endpoint.Port": String(instance?.Endpoint?.Port ?? ""),
      "MasterUserSecret.SecretArn": instance?.MasterUserSecret?.SecretArn ?? null,
      DBInstanceArn: instance?.DBInstanceArn ?? null,
    };
  },
  async update(context, DBInstanceIdentifier, next, previous) {
    const { DBInstanceClass, EngineVersion, StorageType, MasterUserPassword } = next;
    const { PubliclyAccessible, BackupRetentionPeriod, MultiAZ, DeletionProtection } = next;
    await rds(context).modifyDBInstance({
      DBInstanceIdentifier,
      ...sizeAndGroups(next),
      DBInstanceClass,
      // Only if changed: RDS cannot change an instance's engine.
      Engine: next.Engine === previous.Engine ? undefined : next.Engine,
      EngineVersion,
      StorageType,
      // Without this member, RDS no longer manages the password.
      ManageMasterUserPassword:
        next.ManageMasterUserPassword ?? (previous.ManageMasterUserPassword ? false : undefined),
      MasterUserPassword,
      PubliclyAccessible,
      BackupRetentionPeriod,
      MultiAZ,
      DeletionProtection,
      AutoMinorVersionUpgrade: next.AutoMinorVersionUpgrade,
      ApplyImmediately: true,
    });
    await updateTags(context, `db:${DBInstanceIdentifier}`, next, previous);
    await waitAvailable(context, DBInstanceIdentifier);
  },
  async delete(context, DBInstanceIdentifier) {
    await ignoreMissing(missingInstance, async () => {
      const instance = await describe(context, DBInstanceIdentifier);
      if (instance?.DBInstanceStatus !== "deleting")
        await rds(context).deleteDBInstance({ DBInstanceIdentifier, SkipFinalSnapshot: true });
      await waitUntil(context, async () => (await describe(context, DBInstanceIdentifier)) === undefined);
    });
  },
  async snapshot(context, DBInstanceIdentifier) {
    const FinalDBSnapshotIdentifier = context.generateName(255).toLowerCase();
    await rds(context).deleteDBInstance({ DBInstanceIdentifier, FinalDBSnapshotIdentifier });
  },
};

/** Both codes are in use: the API model names the fault, the wire the short form. */
const missingInstance = ["DBInstanceNotFoundFault", "DBInstanceNotFound"];

function sizeAndGroups(properties: Properties) {
  return {
    AllocatedStorage:
      properties.AllocatedStorage === undefined ? undefined : Number(properties.AllocatedStorage),
    VpcSecurityGroupIds: properties.VPCSecurityGroups,
  };
}

async function describe(context: ResourceContext, DBInstanceIdentifier: string) {
  const { DBInstances = [] } = await rds(context).describeDBInstances({ DBInstanceIdentifier });
  return DBInstances[0];
}

async function waitAvailable(context: ResourceContext, id: string): Promise<void> {
  await waitUntil(context, async () => {
    const status = (await describe(context, id))?.DBInstanceStatus ?? "missing";
    if (status === "failed" || status === "missing")
      throw new Error(`DB instance ${id} did not become available: its status is ${status}`);
    return status === "available";
  });
}

async function updateTags(context: ResourceContext, name: string, next: Properties, previous: Properties) {
  const { set, remove } = tagChanges(previous.Tags, next.Tags);
  const { region, accountId } = context.environment;
  const ResourceName = `arn:aws:rds:${region}:${accountId}:${name}`;
  if (set.length > 0) await rds(context).addTagsToResource({ ResourceName, Tags: set });
  if (remove.length > 0) await rds(context).removeTagsFromResource({ ResourceName, TagKeys: remove });
}
