import type { DBSnapshot } from "@aws-sdk/client-rds";
import { AwsError } from "../../kit/errors.ts";
import { refuseUnsupported } from "../../kit/refuse-unsupported.ts";
import type { Service } from "../api.ts";
import {
  arnOf,
  findSnapshot,
  type Instance,
  invalidValue,
  type RdsState,
  type Snapshot,
  unsupported,
} from "./state.ts";

/** Snapshots are created from deleted instances and hold their data: a folder of a stopped server. */
export function snapshotOperations(state: RdsState): Service<"rds">["operations"] {
  return {
    describeDBSnapshots: (input) => {
      refuseUnsupported(unsupported, "DescribeDBSnapshots", input, [
        "DBSnapshotIdentifier",
        "DBInstanceIdentifier",
        "MaxRecords",
      ]);
      const { DBSnapshotIdentifier, DBInstanceIdentifier } = input;
      const snapshots =
        DBSnapshotIdentifier === undefined
          ? [...state.snapshots.values()]
          : [findSnapshot(state, DBSnapshotIdentifier)];
      const wanted = DBInstanceIdentifier?.toLowerCase();
      const matching = snapshots.filter(
        ({ instance }) => wanted === undefined || instance.identifier === wanted,
      );
      return { DBSnapshots: matching.map((snapshot) => describeSnapshot(state, snapshot)) };
    },
  };
}

/** Records a snapshot of an instance that is about to be deleted; returns the snapshot's identifier. */
export function claimSnapshot(state: RdsState, instance: Instance, name: string): string {
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
  const tags = instance.settings.copyTagsToSnapshot ? instance.tags : [];
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
    TagList: snapshot.tags,
  };
}
