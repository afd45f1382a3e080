import type { ModifyDBInstanceMessage } from "@aws-sdk/client-rds";
import { AwsError } from "../../kit/errors.ts";
import { refuseUnsupported } from "../../kit/refuse-unsupported.ts";
import type { Operations } from "../api.ts";
import { startServer, stopServer } from "./instance-server.ts";
import {
  changePassword,
  checkClass,
  checkEngineVersion,
  checkRetention,
  checkStorage,
  checkStorageType,
  readPasswordChange,
  readSecurityGroups,
} from "./instance-settings.ts";
import { describeInstance } from "./instances.ts";
import {
  findInstance,
  findSubnetGroup,
  type Instance,
  type InstanceSettings,
  type InstanceStatus,
  invalidCombination,
  type RdsState,
  unsupported,
} from "./state.ts";

/** Operations that change, stop and start an existing instance. */
export function changeInstanceOperations(state: RdsState): Operations<"rds"> {
  const change = (instance: Instance) => ({ DBInstance: describeInstance(state, instance) });
  return {
    modifyDBInstance: async (input) => {
      refuseUnsupported(unsupported, "ModifyDBInstance", input, supported);
      const instance = findInstance(state, input.DBInstanceIdentifier);
      requireStatus(instance, ["available", "stopped"]);
      const password = readPasswordChange(instance, input);
      Object.assign(instance.settings, await readChanges(state, instance, input));
      if (password) await changePassword(state, instance, password);
      return change(instance);
    },
    stopDBInstance: (input) => {
      refuseUnsupported(unsupported, "StopDBInstance", input, ["DBInstanceIdentifier"]);
      const instance = findInstance(state, input.DBInstanceIdentifier);
      requireStatus(instance, ["available"]);
      stopServer(state, instance);
      return change(instance);
    },
    startDBInstance: ({ DBInstanceIdentifier }) => {
      const instance = findInstance(state, DBInstanceIdentifier);
      requireStatus(instance, ["stopped"]);
      startServer(state, instance, "starting");
      return change(instance);
    },
  };
}

const supported = [
  "DBInstanceIdentifier ApplyImmediately DBInstanceClass EngineVersion AllowMajorVersionUpgrade",
  "AllocatedStorage StorageType VpcSecurityGroupIds PubliclyAccessible BackupRetentionPeriod MultiAZ",
  "DeletionProtection AutoMinorVersionUpgrade CopyTagsToSnapshot MasterUserPassword ManageMasterUserPassword",
] as const;

async function readChanges(
  state: RdsState,
  instance: Instance,
  input: ModifyDBInstanceMessage,
): Promise<Partial<InstanceSettings>> {
  const { settings } = instance;
  const storageType = checkStorageType(input.StorageType ?? settings.storageType);
  const allocatedStorage = checkStorage(input.AllocatedStorage ?? settings.allocatedStorage, storageType);
  if (allocatedStorage < settings.allocatedStorage)
    throw invalidCombination("Requested size is smaller than the current size: storage can only grow.");
  const { vpcId } = findSubnetGroup(state, settings.subnetGroupName);
  return {
    storageType,
    allocatedStorage,
    engineVersion: readVersion(settings.engineVersion, input),
    instanceClass: checkClass(input.DBInstanceClass ?? settings.instanceClass),
    backupRetentionDays: checkRetention(input.BackupRetentionPeriod ?? settings.backupRetentionDays),
    securityGroupIds: input.VpcSecurityGroupIds
      ? await readSecurityGroups(state, vpcId, input.VpcSecurityGroupIds)
      : settings.securityGroupIds,
    publiclyAccessible: input.PubliclyAccessible ?? settings.publiclyAccessible,
    multiAz: input.MultiAZ ?? settings.multiAz,
    deletionProtection: input.DeletionProtection ?? settings.deletionProtection,
    autoMinorVersionUpgrade: input.AutoMinorVersionUpgrade ?? settings.autoMinorVersionUpgrade,
    copyTagsToSnapshot: input.CopyTagsToSnapshot ?? settings.copyTagsToSnapshot,
  };
}

/** 8.0 to 8.4 is a major upgrade of RDS for MySQL, which cannot be reversed. */
function readVersion(current: string, { EngineVersion, AllowMajorVersionUpgrade }: ModifyDBInstanceMessage) {
  const version = checkEngineVersion(EngineVersion ?? current, current);
  const major = (text: string) => text.split(".", 2).join(".");
  if (major(version) < major(current))
    throw invalidCombination(`Cannot downgrade from ${current} to ${version}.`);
  if (major(version) !== major(current) && !AllowMajorVersionUpgrade)
    throw invalidCombination(
      "The AllowMajorVersionUpgrade flag must be present when upgrading to a new major version.",
    );
  return version;
}

function requireStatus(instance: Instance, allowed: readonly InstanceStatus[]): void {
  if (!allowed.includes(instance.status))
    throw new AwsError(
      "InvalidDBInstanceStateFault",
      `Instance ${instance.identifier} is ${instance.status}; it must be ${allowed.join(" or ")}.`,
    );
}
