import { rm } from "node:fs/promises";
import type {
  CreateDBInstanceMessage,
  DBInstance,
  DBSnapshot,
  DeleteDBInstanceMessage,
} from "@aws-sdk/client-rds";
import { AwsError } from "../../kit/errors.ts";
import { refuseUnsupported } from "../../kit/refuse-unsupported.ts";
import { tagPairs } from "../../kit/tags.ts";
import type { Operations } from "../api.ts";
import { deleteServer, startServer } from "./instance-server.ts";
import {
  checkPassword,
  dropPassword,
  keepPassword,
  randomPassword,
  readSettings,
} from "./instance-settings.ts";
import {
  arnOf,
  findInstance,
  findSnapshot,
  findSubnetGroup,
  fromTags,
  type Instance,
  invalidCombination,
  invalidValue,
  newResourceId,
  oneOrAll,
  type RdsState,
  type Snapshot,
  snapshotFolder,
  unsupported,
} from "./state.ts";
import { describeSubnetGroup } from "./subnet-groups.ts";

export function instanceOperations(state: RdsState): Operations<"rds"> {
  return {
    createDBInstance: async (input) => {
      const identifier = checkIdentifier(input.DBInstanceIdentifier);
      const tags = fromTags(input.Tags);
      const settings = await readSettings(state, input);
      const givenPassword = readPassword(input);
      await requireServer(state);
      // After the last await: two parallel requests must not both find the name free.
      if (state.instances.has(identifier))
        throw new AwsError("DBInstanceAlreadyExistsFault", `DB instance already exists`);
      const masterPassword = givenPassword ?? randomPassword();
      const instance: Instance = {
        identifier,
        resourceId: newResourceId(),
        created: state.environment.clock.now(),
        settings,
        masterPassword,
        status: "creating",
        tags,
      };
      state.instances.set(identifier, instance);
      if (givenPassword === undefined)
        await keepPassword(state, instance).catch((error) => {
          state.instances.delete(identifier);
          throw error;
        });
      startServer(state, instance, "creating");
      return { DBInstance: describeInstance(state, instance) };
    },
    describeDBInstances: (input) => {
      refuseUnsupported(unsupported, "DescribeDBInstances", input, ["DBInstanceIdentifier", "MaxRecords"]);
      const instances = oneOrAll(state, state.instances, findInstance, input.DBInstanceIdentifier);
      return { DBInstances: instances.map((instance) => describeInstance(state, instance)) };
    },
    deleteDBInstance: (input) => {
      const instance = findInstance(state, input.DBInstanceIdentifier);
      const snapshotIdentifier = readFinalSnapshot(state, instance, input);
      // The other flags concern automated backups, which the simulator does not create.
      deleteServer(state, instance, snapshotIdentifier, async () => {
        await dropPassword(state, instance);
        state.instances.delete(instance.identifier);
      });
      return { DBInstance: describeInstance(state, instance) };
    },
  };
}

function checkIdentifier(identifier = ""): string {
  if (!/^[a-z](-?[a-z0-9])*$/i.test(identifier) || identifier.length > 63)
    throw invalidValue(
      "The parameter DBInstanceIdentifier is not a valid identifier. Identifiers must begin with a letter; must contain only ASCII letters, digits, and hyphens; and must not end with a hyphen or contain two consecutive hyphens.",
    );
  return identifier.toLowerCase();
}

function readPassword(input: CreateDBInstanceMessage): string | undefined {
  const { ManageMasterUserPassword: managed, MasterUserPassword: password } = input;
  if (managed && password !== undefined)
    throw invalidCombination("MasterUserPassword cannot be given when ManageMasterUserPassword is true.");
  if (managed) return undefined;
  if (password === undefined)
    throw invalidValue("MasterUserPassword must be given unless ManageMasterUserPassword is true.");
  return checkPassword(password);
}

async function requireServer({ environment }: RdsState): Promise<void> {
  await environment.findDatabaseServer().catch((error) => {
    throw new AwsError("InsufficientDBInstanceCapacityFault", error.message);
  });
}

function readFinalSnapshot(state: RdsState, instance: Instance, input: DeleteDBInstanceMessage) {
  const { SkipFinalSnapshot: skip, FinalDBSnapshotIdentifier: snapshot } = input;
  if (instance.status === "deleting")
    throw new AwsError(
      "InvalidDBInstanceStateFault",
      `Instance ${instance.identifier} is already being deleted.`,
    );
  if (instance.settings.deletionProtection)
    throw invalidCombination(
      "Cannot delete protected DB Instance, please disable deletion protection and try again.",
    );
  if (skip && snapshot !== undefined)
    throw invalidCombination("FinalDBSnapshotIdentifier cannot be specified when SkipFinalSnapshot is true.");
  if (!skip && snapshot === undefined)
    throw invalidCombination("FinalDBSnapshotIdentifier is required unless SkipFinalSnapshot is specified.");
  return snapshot === undefined ? undefined : claimSnapshot(state, instance, snapshot);
}

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
    Endpoint: instance.endpoint && { Address: instance.endpoint.host, Port: instance.endpoint.port },
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
    TagList: tagPairs.write(instance.tags),
  };
}

/** Snapshots are created from deleted instances and hold their data: a folder of a stopped server. */
export function snapshotOperations(state: RdsState): Operations<"rds"> {
  return {
    describeDBSnapshots: (input) => {
      refuseUnsupported(unsupported, "DescribeDBSnapshots", input, [
        "DBSnapshotIdentifier DBInstanceIdentifier MaxRecords",
      ]);
      const snapshots = oneOrAll(state, state.snapshots, findSnapshot, input.DBSnapshotIdentifier);
      const wanted = input.DBInstanceIdentifier?.toLowerCase();
      const matching = snapshots.filter(
        ({ instance }) => wanted === undefined || instance.identifier === wanted,
      );
      return { DBSnapshots: matching.map((snapshot) => describeSnapshot(state, snapshot)) };
    },
    deleteDBSnapshot: async ({ DBSnapshotIdentifier }) => {
      const snapshot = findSnapshot(state, DBSnapshotIdentifier);
      const DBSnapshot = describeSnapshot(state, snapshot);
      if (DBSnapshot.Status !== "available")
        throw new AwsError(
          "InvalidDBSnapshotStateFault",
          `Snapshot ${snapshot.identifier} is not available.`,
        );
      state.snapshots.delete(snapshot.identifier);
      await rm(snapshotFolder(state, snapshot.identifier), { recursive: true, force: true });
      return { DBSnapshot };
    },
  };
}

/** Records a snapshot of an instance that is about to be deleted; returns the snapshot's identifier. */
function claimSnapshot(state: RdsState, instance: Instance, name: string): string {
  if (!/^[a-z](-?[a-z0-9])*$/i.test(name) || name.length > 255)
    throw invalidValue(
      `The parameter FinalDBSnapshotIdentifier is not a valid identifier: ${name}. Up to 255 letters, digits and single hyphens, beginning with a letter.`,
    );
  const identifier = name.toLowerCase();
  if (state.snapshots.has(identifier))
    throw new AwsError(
      "DBSnapshotAlreadyExistsFault",
      `Cannot create the snapshot because ${identifier} already exists.`,
    );
  const tags = new Map(instance.settings.copyTagsToSnapshot ? instance.tags : []);
  state.snapshots.set(identifier, { identifier, instance, tags, created: state.environment.clock.now() });
  return identifier;
}

/** The data does not exist before the instance is gone. */
function statusOf(state: RdsState, { instance }: Snapshot): string {
  return state.instances.get(instance.identifier) === instance ? "creating" : "available";
}

function describeSnapshot(state: RdsState, snapshot: Snapshot): DBSnapshot {
  const { instance, identifier } = snapshot;
  const { settings } = instance;
  const status = statusOf(state, snapshot);
  return {
    DBSnapshotIdentifier: identifier,
    DBSnapshotArn: arnOf(state, "snapshot", identifier),
    DBInstanceIdentifier: instance.identifier,
    DbiResourceId: instance.resourceId,
    Status: status,
    PercentProgress: status === "available" ? 100 : 0,
    SnapshotType: "manual",
    SnapshotCreateTime: snapshot.created,
    InstanceCreateTime: instance.created,
    Engine: "mysql",
    EngineVersion: settings.engineVersion,
    MasterUsername: settings.masterUsername,
    AllocatedStorage: settings.allocatedStorage,
    StorageType: settings.storageType,
    Encrypted: settings.encrypted,
    AvailabilityZone: settings.zone,
    TagList: tagPairs.write(snapshot.tags),
  };
}
