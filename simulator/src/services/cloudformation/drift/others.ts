import { orGone, type ReadActual } from "./reader.ts";

export const readLogGroup: ReadActual = async ({ aws }, name) => {
  const { logGroups = [] } = await aws.logs.describeLogGroups({ logGroupNamePrefix: name });
  const group = logGroups.find(({ logGroupName }) => logGroupName === name);
  return group && { LogGroupName: name, RetentionInDays: group.retentionInDays };
};

export const readAlarm: ReadActual = async ({ aws }, AlarmName, expected) => {
  const { MetricAlarms: [alarm] = [] } = await aws.cloudwatch.describeAlarms({ AlarmNames: [AlarmName] });
  if (!alarm) return undefined;
  const { Tags: _, ...settings } = expected;
  const actual = alarm as unknown as { [name: string]: unknown };
  return Object.fromEntries(Object.keys(settings).map((name) => [name, actual[name]]));
};

export const readDatabase: ReadActual = async ({ aws }, DBInstanceIdentifier, expected) => {
  const found = await orGone(["DBInstanceNotFoundFault", "DBInstanceNotFound"], () =>
    aws.rds.describeDBInstances({ DBInstanceIdentifier }),
  );
  const database = found?.DBInstances?.[0];
  if (!database) return undefined;
  const { DBInstanceClass, Engine, StorageType, StorageEncrypted, DBName, MasterUsername } = database;
  const version = database.EngineVersion ?? "";
  // The resource type's propertyTransform: a major version matches all its minor versions.
  const EngineVersion = version.startsWith(`${expected.EngineVersion}.`) ? expected.EngineVersion : version;
  const { PubliclyAccessible, BackupRetentionPeriod, MultiAZ, DeletionProtection } = database;
  return {
    DBInstanceIdentifier,
    ...{ DBInstanceClass, Engine, EngineVersion, StorageType, StorageEncrypted, DBName, MasterUsername },
    ...{ PubliclyAccessible, BackupRetentionPeriod, MultiAZ, DeletionProtection },
    AllocatedStorage: String(database.AllocatedStorage),
    VPCSecurityGroups: database.VpcSecurityGroups?.map(({ VpcSecurityGroupId }) => VpcSecurityGroupId),
  };
};

export const readRole: ReadActual = async ({ aws }, RoleName) => {
  const found = await orGone(["NoSuchEntity", "NoSuchEntityException"], () => aws.iam.getRole({ RoleName }));
  if (!found?.Role) return undefined;
  const { PolicyNames = [] } = await aws.iam.listRolePolicies({ RoleName });
  const { AttachedPolicies = [] } = await aws.iam.listAttachedRolePolicies({ RoleName });
  const policies = PolicyNames.map(async (PolicyName) => {
    const { PolicyDocument } = await aws.iam.getRolePolicy({ RoleName, PolicyName });
    return { PolicyName, PolicyDocument: parseDocument(PolicyDocument) };
  });
  return {
    RoleName,
    Description: found.Role.Description,
    AssumeRolePolicyDocument: parseDocument(found.Role.AssumeRolePolicyDocument),
    ManagedPolicyArns: AttachedPolicies.map(({ PolicyArn }) => PolicyArn),
    Policies: await Promise.all(policies),
  };
};

/** IAM returns its documents URL-encoded. */
function parseDocument(text = "{}"): unknown {
  return JSON.parse(decodeURIComponent(text));
}
