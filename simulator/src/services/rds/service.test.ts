import type { CreateDBInstanceCommandInput } from "@aws-sdk/client-rds";
import { describe, expect, it } from "vitest";
import { refusal } from "../../kit/calls.support.ts";
import { startTestSimulator } from "../../test-simulator.support.ts";
import { useDatabases } from "./databases.support.ts";

const account = await useDatabases(startTestSimulator);
const { remove, request, untilAvailable, untilDeleted } = account;

describe("an instance", () => {
  it("is changed, protected, tagged, and deleted while it is still being created", async () => {
    const DBInstanceIdentifier = "changed";
    await account.rds.createDBInstance(
      request({ DBInstanceIdentifier, Tags: [{ Key: "lab", Value: "coffee" }] }),
    );
    await untilAvailable(DBInstanceIdentifier);
    const changes = {
      DBInstanceClass: "db.t3.small",
      DeletionProtection: true,
      ManageMasterUserPassword: true,
    };
    expect(
      (await account.rds.modifyDBInstance({ DBInstanceIdentifier, ...changes })).DBInstance,
    ).toMatchObject({
      DBInstanceClass: "db.t3.small",
      AllocatedStorage: 20,
      DeletionProtection: true,
    });
    const deletion = { DBInstanceIdentifier, SkipFinalSnapshot: true };
    await expect(account.rds.deleteDBInstance(deletion)).rejects.toThrow(
      "Cannot delete protected DB Instance",
    );
    await account.rds.modifyDBInstance({ DBInstanceIdentifier, DeletionProtection: false });

    const ResourceName = "arn:aws:rds:us-east-1:123456789012:db:changed";
    await account.rds.addTagsToResource({ ResourceName, Tags: [{ Key: "stage", Value: "test" }] });
    await account.rds.removeTagsFromResource({ ResourceName, TagKeys: ["lab"] });
    const { DBInstances } = await account.rds.describeDBInstances({ DBInstanceIdentifier });
    expect(DBInstances?.[0]?.TagList).toEqual([{ Key: "stage", Value: "test" }]);

    const early = { DBInstanceIdentifier: "early", SkipFinalSnapshot: true };
    await account.rds.createDBInstance(request({ DBInstanceIdentifier: "early" }));
    await Promise.all([account.rds.deleteDBInstance(early), account.rds.deleteDBInstance(deletion)]);
    await Promise.all([untilDeleted("early"), untilDeleted(DBInstanceIdentifier)]);
  });
});

it("a major version selects RDS's default of it, and a minor version stays the same", async () => {
  const versionOf = async (DBInstanceIdentifier: string, EngineVersion: string) => {
    await account.rds.createDBInstance(request({ DBInstanceIdentifier, EngineVersion }));
    await untilAvailable(DBInstanceIdentifier);
    const change = { DBInstanceIdentifier, EngineVersion: "8.4", ApplyImmediately: true };
    const { DBInstance } = await account.rds.modifyDBInstance(change);
    await remove(DBInstanceIdentifier);
    return DBInstance?.EngineVersion;
  };
  expect(await versionOf("chosen", "8.4")).toMatch(/^8\.4\.\d+$/);
  expect(await versionOf("full", "8.4.6")).toBe("8.4.6");
});

it("an instance without a subnet group is in the default VPC", async () => {
  const { DBInstance } = await account.rds.createDBInstance(
    request({ DBSubnetGroupName: undefined, VpcSecurityGroupIds: undefined }),
  );
  expect(DBInstance?.DBSubnetGroup?.DBSubnetGroupName).toBe("default");
  expect(DBInstance?.DBSubnetGroup?.Subnets).toHaveLength(6);
  await remove(DBInstance?.DBInstanceIdentifier ?? "");
});

describe("a refused request creates nothing", () => {
  it.each<[string, Partial<CreateDBInstanceCommandInput>, RegExp]>([
    ["another engine", { Engine: "postgres" }, /InvalidParameterValue: Invalid DB engine: postgres/],
    ["an invalid version", { EngineVersion: "5.7.44" }, /ParameterCombination: Cannot find version 5.7.44/],
    ["too little storage", { AllocatedStorage: 5 }, /InvalidParameterValue: Invalid storage size .* gp3: 5/],
    [
      "no password",
      { ManageMasterUserPassword: false },
      /InvalidParameterValue: .*MasterUserPassword must be/,
    ],
    ["two passwords", { MasterUserPassword: "coffee-beans" }, /ParameterCombination: .*cannot be given when/],
    [
      "a bad name",
      { DBInstanceIdentifier: "supplier--db" },
      /InvalidParameterValue: .*not a valid identifier/,
    ],
    [
      "an unknown subnet group",
      { DBSubnetGroupName: "none" },
      /DBSubnetGroupNotFoundFault: .*'none' does not/,
    ],
    [
      "an unknown security group",
      { VpcSecurityGroupIds: ["sg-0"] },
      /InvalidParameterValue: Invalid security/,
    ],
    ["an unsimulated setting", { Iops: 3000 }, /InvalidParameterValue: .*support Iops in CreateDBInstance/],
  ])("%s", async (_, changes, message) => {
    expect(await refusal(account.rds.createDBInstance(request(changes)))).toMatch(message);
    expect((await account.rds.describeDBInstances({})).DBInstances).toEqual([]);
    expect((await account.secrets.listSecrets({})).SecretList).toEqual([]);
  });

  it("an instance that already exists, or does not exist", async () => {
    await account.rds.createDBInstance(request({ DBInstanceIdentifier: "twice" }));
    const again = account.rds.createDBInstance(request({ DBInstanceIdentifier: "Twice" }));
    expect(await refusal(again)).toMatch("DBInstanceAlreadyExistsFault");
    const group = account.rds.deleteDBSubnetGroup({ DBSubnetGroupName: "labgroup" });
    expect(await refusal(group)).toMatch("twice is still using it");
    await remove("twice");
    const absent = account.rds.describeDBInstances({ DBInstanceIdentifier: "twice" });
    expect(await refusal(absent)).toMatch("DBInstanceNotFoundFault");
  });

  it("subnets that are missing, or all in one zone", async () => {
    const create = (...SubnetIds: string[]) =>
      refusal(
        account.rds.createDBSubnetGroup({ DBSubnetGroupName: "a", DBSubnetGroupDescription: "b", SubnetIds }),
      );
    expect(await create("subnet-0")).toMatch("InvalidSubnet");
    expect(await create(account.subnetIds[0] ?? "")).toMatch("DBSubnetGroupDoesNotCoverEnoughAZs");
  });
});
