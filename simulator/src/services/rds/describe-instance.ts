import type { DBInstance } from "@aws-sdk/client-rds";
import { arnOf, findSubnetGroup, type Instance, type RdsState } from "./state.ts";
import { describeSubnetGroup } from "./subnet-groups.ts";

export function describeInstance(state: RdsState, instance: Instance): DBInstance {
  const { settings, status } = instance;
  return {
    DBInstanceIdentifier: instance.identifier,
    DBInstanceArn: arnOf(state, "db", instance.identifier),
    DbiResourceId: instance.resourceId,
    DBInstanceStatus: status,
    InstanceCreateTime: status === "creating" ? undefined : instance.created,
    Engine: "mysql",
    EngineVersion: settings.engineVersion,
    LicenseModel: "general-public-license",
    DBInstanceClass: settings.instanceClass,
    AllocatedStorage: settings.allocatedStorage,
    StorageType: settings.storageType,
    StorageEncrypted: settings.encrypted,
    DBName: settings.databaseName,
    MasterUsername: settings.masterUsername,
    MasterUserSecret: instance.secretArn
      ? { SecretArn: instance.secretArn, SecretStatus: status === "creating" ? "creating" : "active" }
      : undefined,
    // The server's real address: clients connect to it directly.
    Endpoint:
      status === "creating"
        ? undefined
        : { Address: state.environment.taskRuntime.hostAddress, Port: settings.port },
    DBSubnetGroup: describeSubnetGroup(state, findSubnetGroup(state, settings.subnetGroupName)),
    VpcSecurityGroups: settings.securityGroupIds.map((VpcSecurityGroupId) => ({
      VpcSecurityGroupId,
      Status: "active",
    })),
    AvailabilityZone: settings.zone,
    PubliclyAccessible: settings.publiclyAccessible,
    BackupRetentionPeriod: settings.backupRetentionDays,
    MultiAZ: settings.multiAz,
    DeletionProtection: settings.deletionProtection,
    AutoMinorVersionUpgrade: settings.autoMinorVersionUpgrade,
    CopyTagsToSnapshot: settings.copyTagsToSnapshot,
    TagList: instance.tags,
  };
}
