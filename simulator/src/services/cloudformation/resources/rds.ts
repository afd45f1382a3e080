import {
  type Properties,
  type ResourceContext,
  resourceType,
  settled,
  type Tagging,
} from "./resource-type.ts";

const tagging: Tagging = {
  set: (aws, ResourceName, Tags) => aws.rds.addTagsToResource({ ResourceName, Tags }),
  remove: (aws, ResourceName, TagKeys) => aws.rds.removeTagsFromResource({ ResourceName, TagKeys }),
};

export const dbSubnetGroup = resourceType({
  find: async ({ aws }, DBSubnetGroupName) =>
    (await aws.rds.describeDBSubnetGroups({ DBSubnetGroupName })).DBSubnetGroups?.[0],
  tagging: { ...tagging, target: ({ context, id }) => context.arn("rds", `subgrp:${id}`) },
  async create({ aws, generateName }, properties) {
    const DBSubnetGroupName = (properties.DBSubnetGroupName ?? generateName(255)).toLowerCase();
    const { DBSubnetGroupDescription, SubnetIds, Tags } = properties;
    await aws.rds.createDBSubnetGroup({ DBSubnetGroupName, DBSubnetGroupDescription, SubnetIds, Tags });
    return DBSubnetGroupName;
  },
  update: ({ aws }, DBSubnetGroupName, { DBSubnetGroupDescription, SubnetIds }) =>
    aws.rds.modifyDBSubnetGroup({ DBSubnetGroupName, DBSubnetGroupDescription, SubnetIds }),
  delete: ({ aws }, DBSubnetGroupName) => aws.rds.deleteDBSubnetGroup({ DBSubnetGroupName }),
});

export const dbInstance = resourceType({
  find: findInstance,
  attributes: {
    "Endpoint.Address": ({ found }) => found.Endpoint?.Address,
    "Endpoint.Port": ({ found }) => String(found.Endpoint?.Port ?? ""),
    "MasterUserSecret.SecretArn": ({ found }) => found.MasterUserSecret?.SecretArn,
    DBInstanceArn: ({ found }) => found.DBInstanceArn,
  },
  tagging: { ...tagging, target: ({ context, id }) => context.arn("rds", `db:${id}`) },
  async create({ aws, generateName }, { DBInstanceClass, Engine, ...rest }) {
    const DBInstanceIdentifier = (rest.DBInstanceIdentifier ?? generateName(63)).toLowerCase();
    const input = { ...instanceInput(rest), DBInstanceIdentifier, DBInstanceClass, Engine };
    await aws.rds.createDBInstance(input);
    return DBInstanceIdentifier;
  },
  stabilize: waitAvailable,
  async update(context, DBInstanceIdentifier, next, previous) {
    const { DBName, DBSubnetGroupName, MasterUsername, StorageEncrypted, Tags, ...rest } = next;
    await context.aws.rds.modifyDBInstance({
      ...instanceInput(rest),
      DBInstanceIdentifier,
      // Only if changed: RDS cannot change an instance's engine.
      Engine: next.Engine === previous.Engine ? undefined : next.Engine,
      // Without this member, RDS no longer manages the password.
      ManageMasterUserPassword:
        next.ManageMasterUserPassword ?? (previous.ManageMasterUserPassword ? false : undefined),
      ApplyImmediately: true,
    });
    await waitAvailable(context, DBInstanceIdentifier);
  },
  async delete(context, DBInstanceIdentifier) {
    const instance = await findInstance(context, DBInstanceIdentifier);
    if (instance?.DBInstanceStatus !== "deleting")
      await context.aws.rds.deleteDBInstance({ DBInstanceIdentifier, SkipFinalSnapshot: true });
    await settled(context, async () => (await findInstance(context, DBInstanceIdentifier)) === undefined);
  },
  snapshot({ aws, generateName }, DBInstanceIdentifier) {
    const FinalDBSnapshotIdentifier = generateName(255).toLowerCase();
    return aws.rds.deleteDBInstance({ DBInstanceIdentifier, FinalDBSnapshotIdentifier });
  },
});

function instanceInput({ AllocatedStorage, VPCSecurityGroups, ...rest }: Properties) {
  return {
    ...rest,
    AllocatedStorage: AllocatedStorage === undefined ? undefined : Number(AllocatedStorage),
    VpcSecurityGroupIds: VPCSecurityGroups,
  };
}

async function findInstance({ aws }: ResourceContext, DBInstanceIdentifier: string) {
  return (await aws.rds.describeDBInstances({ DBInstanceIdentifier })).DBInstances?.[0];
}

async function waitAvailable(context: ResourceContext, id: string): Promise<void> {
  await settled(context, async () => {
    const status = (await findInstance(context, id))?.DBInstanceStatus ?? "missing";
    if (status === "failed" || status === "missing")
      throw new Error(`DB instance ${id} did not become available: its status is ${status}`);
    return status === "available";
  });
}
