import { randomBytes, randomUUID } from "node:crypto";
import type { CreateDBInstanceMessage, ModifyDBInstanceMessage } from "@aws-sdk/client-rds";
import { AwsError } from "../../kit/errors.ts";
import { refuseUnsupported } from "../../kit/refuse-unsupported.ts";
import { resetPassword } from "./instance-server.ts";
import {
  arnOf,
  findSubnetGroup,
  type Instance,
  type InstanceSettings,
  invalidCombination,
  invalidValue,
  type RdsState,
  unsupported,
} from "./state.ts";
import { defaultSubnetGroup } from "./subnet-groups.ts";

/** RDS's default for a major version; on AWS it changes over time. */
const defaultMinors: Readonly<Record<string, string>> = { "8.0": "8.0.46", "8.4": "8.4.10" };
/** The lab's version. */
const defaultEngineVersion = "8.0";

/** Checks all of a request to create an instance, before anything is created. */
export async function readSettings(
  state: RdsState,
  input: CreateDBInstanceMessage,
): Promise<InstanceSettings> {
  refuseUnsupported(unsupported, "CreateDBInstance", input, supported);
  if (input.Engine !== "mysql")
    throw invalidValue(`Invalid DB engine: ${input.Engine}. The simulator runs mysql only.`);
  if (input.DBName !== undefined && !/^[A-Za-z]\w{0,63}$/.test(input.DBName))
    throw invalidValue("DBName must begin with a letter and contain only alphanumeric characters.");
  const { DBSubnetGroupName: name } = input;
  const group = name ? findSubnetGroup(state, name) : await defaultSubnetGroup(state);
  const zone = input.AvailabilityZone ?? group.subnets[0]?.zone ?? "";
  if (!group.subnets.some((subnet) => subnet.zone === zone))
    throw invalidCombination(`The subnet group ${group.name} has no subnet in ${zone}.`);
  const storageType = checkStorageType(input.StorageType);
  return {
    databaseName: input.DBName,
    masterUsername: checkUsername(input.MasterUsername),
    subnetGroupName: group.name,
    encrypted: input.StorageEncrypted ?? false,
    engineVersion: checkEngineVersion(input.EngineVersion ?? defaultEngineVersion),
    instanceClass: checkClass(input.DBInstanceClass),
    allocatedStorage: checkStorage(input.AllocatedStorage, storageType),
    storageType,
    zone,
    port: input.Port,
    securityGroupIds: await readSecurityGroups(state, group.vpcId, input.VpcSecurityGroupIds),
    publiclyAccessible: input.PubliclyAccessible ?? false,
    backupRetentionDays: checkRetention(input.BackupRetentionPeriod ?? 1),
    multiAz: input.MultiAZ ?? false,
    deletionProtection: input.DeletionProtection ?? false,
    autoMinorVersionUpgrade: input.AutoMinorVersionUpgrade ?? true,
    copyTagsToSnapshot: input.CopyTagsToSnapshot ?? false,
  };
}

const supported = [
  "DBInstanceIdentifier DBInstanceClass Engine EngineVersion AllocatedStorage StorageType StorageEncrypted",
  "DBName MasterUsername MasterUserPassword ManageMasterUserPassword DBSubnetGroupName VpcSecurityGroupIds",
  "AvailabilityZone Port PubliclyAccessible BackupRetentionPeriod MultiAZ DeletionProtection",
  "AutoMinorVersionUpgrade CopyTagsToSnapshot Tags",
] as const;

function checkUsername(name = ""): string {
  if (!/^[A-Za-z]\w{0,15}$/.test(name) || ["rdsadmin", "root"].includes(name))
    throw invalidValue(
      `MasterUsername ${name} must be 1 to 16 letters, digits and underscores, and not reserved.`,
    );
  return name;
}

export function checkPassword(password: string): string {
  if (!/^[\x21-\x7e]*$/.test(password) || /[/@"]/.test(password))
    throw invalidValue(
      "The parameter MasterUserPassword is not a valid password. Only printable ASCII characters other than '/', '@', '\"', ' ' may be used.",
    );
  if (password.length < 8 || password.length > 41)
    throw invalidValue(
      "The parameter MasterUserPassword is not a valid password because it must have 8 to 41 characters.",
    );
  return password;
}

/** Returns the full version; for a major version that of `current`, if it matches. */
export function checkEngineVersion(version: string, current = ""): string {
  if (!/^8\.[04](\.\d+)?$/.test(version))
    throw invalidCombination(`Cannot find version ${version} for mysql`);
  return current.startsWith(`${version}.`) ? current : (defaultMinors[version] ?? version);
}

export function checkClass(name = ""): string {
  if (!/^db\.[a-z0-9-]+\.[a-z0-9]+$/.test(name)) throw invalidValue(`Invalid DB Instance class: ${name}`);
  return name;
}

export function checkStorageType(type = "gp2"): string {
  if (type !== "gp2" && type !== "gp3")
    throw invalidValue(`The simulator does not support the storage type ${type}. Supported: gp2, gp3.`);
  return type;
}

/** Amazon RDS user guide, "DB instance storage": general purpose storage for MySQL is 20 to 65,536 GiB. */
export function checkStorage(gibibytes: number | undefined, type: string): number {
  if (gibibytes === undefined) throw invalidValue("The parameter AllocatedStorage must be provided.");
  if (gibibytes < 20 || gibibytes > 65_536)
    throw invalidValue(`Invalid storage size for engine name mysql and storage type ${type}: ${gibibytes}`);
  return gibibytes;
}

export function checkRetention(days: number): number {
  if (days < 0 || days > 35)
    throw invalidValue(`Invalid backup retention period: ${days}. Must be between 0 and 35 days.`);
  return days;
}

/** The default is the VPC's default group. */
export async function readSecurityGroups(
  { environment }: RdsState,
  vpcId: string,
  ids: readonly string[] | undefined,
): Promise<string[]> {
  const Filters = [
    { Name: "vpc-id", Values: [vpcId] },
    { Name: "group-name", Values: ["default"] },
  ];
  const wanted = ids ? { GroupIds: [...ids] } : { Filters };
  const { SecurityGroups = [] } = await environment.aws.ec2.describeSecurityGroups(wanted).catch((error) => {
    if (error instanceof AwsError && error.code.startsWith("InvalidGroup"))
      throw invalidValue(`Invalid security group: ${error.message}`);
    throw error;
  });
  const foreign = SecurityGroups.find((group) => group.VpcId !== vpcId);
  if (foreign)
    throw invalidCombination(
      `The security group ${foreign.GroupId} is not in the DB subnet group's VPC ${vpcId}.`,
    );
  return SecurityGroups.map(({ GroupId = "" }) => GroupId);
}

/** Letters, digits and `-_`, which checkPassword always allows. */
export const randomPassword = () => randomBytes(24).toString("base64url");

/** The secret belongs to RDS, with its names and tags. */
export async function keepPassword(state: RdsState, instance: Instance): Promise<void> {
  const { ARN } = await state.environment.aws.secretsmanager.createSecret({
    Name: `rds!db-${randomUUID()}`,
    Description: `The secret associated with the primary RDS DB instance: ${arnOf(state, "db", instance.identifier)}`,
    SecretString: JSON.stringify({
      username: instance.settings.masterUsername,
      password: instance.masterPassword,
    }),
    Tags: [
      { Key: "aws:rds:primaryDBInstanceArn", Value: arnOf(state, "db", instance.identifier) },
      { Key: "aws:secretsmanager:owningService", Value: "rds" },
    ],
  });
  instance.secretArn = ARN;
}

/** Deletes the secret that RDS manages, if there is one. */
export async function dropPassword({ environment }: RdsState, instance: Instance): Promise<void> {
  if (instance.secretArn === undefined) return;
  await environment.aws.secretsmanager.deleteSecret({
    SecretId: instance.secretArn,
    ForceDeleteWithoutRecovery: true,
  });
  instance.secretArn = undefined;
}

/** Returns who keeps the master password after a change, and its value; undefined when it does not change. */
export function readPasswordChange(
  instance: Instance,
  { MasterUserPassword: given, ManageMasterUserPassword: manage }: ModifyDBInstanceMessage,
): { readonly password: string; readonly managed: boolean } | undefined {
  const isManaged = instance.secretArn !== undefined;
  const managed = manage ?? isManaged;
  if (managed && given !== undefined)
    throw invalidCombination("MasterUserPassword cannot be given while ManageMasterUserPassword is true.");
  if (managed) return isManaged ? undefined : { password: randomPassword(), managed };
  if (isManaged && given === undefined)
    throw invalidCombination(
      "MasterUserPassword must be given when ManageMasterUserPassword is changed to false.",
    );
  if (given === undefined || (given === instance.masterPassword && !isManaged)) return undefined;
  return { password: checkPassword(given), managed };
}

/** A stopped instance uses the new password at its next start. */
export async function changePassword(
  state: RdsState,
  instance: Instance,
  { password, managed }: { readonly password: string; readonly managed: boolean },
): Promise<void> {
  await dropPassword(state, instance);
  instance.masterPassword = password;
  if (managed) await keepPassword(state, instance);
  if (instance.status === "available") resetPassword(state, instance);
}
