import { EC2 } from "@aws-sdk/client-ec2";
import {
  type CreateDBInstanceCommandInput,
  RDS,
  waitUntilDBInstanceAvailable,
  waitUntilDBInstanceDeleted,
} from "@aws-sdk/client-rds";
import { SecretsManager } from "@aws-sdk/client-secrets-manager";
import { createConnection } from "mysql2/promise";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import type { Simulator } from "../../simulator.ts";
import { startRealSimulator } from "../../test-simulator.support.ts";

let simulator: Simulator;
let rds: RDS;
let secrets: SecretsManager;
let subnetIds: string[];
let groupId: string;
const warned: string[] = [];
beforeAll(async () => {
  simulator = await startRealSimulator({ warn: (message) => warned.push(message) });
  rds = new RDS(simulator.clientConfig);
  secrets = new SecretsManager(simulator.clientConfig);
  const ec2 = new EC2(simulator.clientConfig);
  const { Vpc } = await ec2.createVpc({ CidrBlock: "10.0.0.0/16" });
  const subnet = async (CidrBlock: string, AvailabilityZone: string) =>
    (await ec2.createSubnet({ VpcId: Vpc?.VpcId, CidrBlock, AvailabilityZone })).Subnet?.SubnetId ?? "";
  subnetIds = [await subnet("10.0.0.0/24", "us-east-1a"), await subnet("10.0.1.0/24", "us-east-1b")];
  const group = { VpcId: Vpc?.VpcId, GroupName: "database", Description: "database" };
  groupId = (await ec2.createSecurityGroup(group)).GroupId ?? "";
  await rds.createDBSubnetGroup({
    DBSubnetGroupName: "LabGroup",
    DBSubnetGroupDescription: "for tests",
    SubnetIds: subnetIds,
  });
});
afterAll(() => simulator.close());
afterEach(() => vi.unstubAllEnvs());

const request = (changes: Partial<CreateDBInstanceCommandInput> = {}): CreateDBInstanceCommandInput => ({
  DBInstanceIdentifier: "supplierdb",
  DBInstanceClass: "db.t3.micro",
  Engine: "mysql",
  EngineVersion: "8.0.46",
  AllocatedStorage: 20,
  StorageType: "gp3",
  DBName: "COFFEE",
  MasterUsername: "nodeapp",
  ManageMasterUserPassword: true,
  DBSubnetGroupName: "labgroup",
  VpcSecurityGroupIds: [groupId],
  ...changes,
});

async function untilAvailable(DBInstanceIdentifier: string) {
  const waiter = { client: rds, minDelay: 1, maxDelay: 1, maxWaitTime: 30 };
  await waitUntilDBInstanceAvailable(waiter, { DBInstanceIdentifier });
  const { DBInstances = [] } = await rds.describeDBInstances({ DBInstanceIdentifier });
  return DBInstances[0];
}

async function untilDeleted(DBInstanceIdentifier: string) {
  const waiter = { client: rds, minDelay: 1, maxDelay: 1, maxWaitTime: 30 };
  await waitUntilDBInstanceDeleted(waiter, { DBInstanceIdentifier });
}

async function remove(DBInstanceIdentifier: string) {
  await rds.deleteDBInstance({ DBInstanceIdentifier, SkipFinalSnapshot: true });
  await untilDeleted(DBInstanceIdentifier);
}

async function query(instance: Awaited<ReturnType<typeof untilAvailable>>, password: string, sql: string) {
  const connection = await createConnection({
    host: instance?.Endpoint?.Address,
    port: instance?.Endpoint?.Port,
    user: instance?.MasterUsername,
    database: instance?.DBName,
    password,
  });
  try {
    return (await connection.query(sql))[0];
  } finally {
    await connection.end();
  }
}

describe("an instance", () => {
  it("goes from creating to a real server whose password is a secret, and from there to a snapshot", async () => {
    const created = (await rds.createDBInstance(request())).DBInstance;
    expect(created).toMatchObject({
      DBInstanceStatus: "creating",
      DBSubnetGroup: { DBSubnetGroupName: "labgroup" },
    });
    expect(created?.Endpoint).toBeUndefined();

    const instance = await untilAvailable("supplierdb");
    expect(instance).toMatchObject({
      DBInstanceArn: "arn:aws:rds:us-east-1:123456789012:db:supplierdb",
      Endpoint: { Address: "127.0.0.1" },
      VpcSecurityGroups: [{ VpcSecurityGroupId: groupId, Status: "active" }],
      MasterUserSecret: { SecretStatus: "active" },
      PubliclyAccessible: false,
    });
    const SecretId = instance?.MasterUserSecret?.SecretArn;
    expect(SecretId).toMatch(/:secret:rds!db-[0-9a-f-]{36}-\w{6}$/);
    const { username, password } = JSON.parse(
      (await secrets.getSecretValue({ SecretId })).SecretString ?? "",
    );
    expect(username).toBe("nodeapp");
    expect(await query(instance, password, "SELECT DATABASE() AS name")).toEqual([{ name: "COFFEE" }]);

    await rds.deleteDBInstance({ DBInstanceIdentifier: "supplierdb", FinalDBSnapshotIdentifier: "the-last" });
    await untilDeleted("supplierdb");
    const { DBSnapshots } = await rds.describeDBSnapshots({ DBSnapshotIdentifier: "the-last" });
    expect(DBSnapshots).toMatchObject([{ Status: "available", DBInstanceIdentifier: "supplierdb" }]);
    await rds.deleteDBSnapshot({ DBSnapshotIdentifier: "the-last" });
    await expect(secrets.getSecretValue({ SecretId })).rejects.toMatchObject({
      name: "ResourceNotFoundException",
    });
    await expect(query(instance, password, "SELECT 1")).rejects.toThrow("ECONNREFUSED");
  });

  it("keeps its data and its port when it is stopped and started", async () => {
    const password = "coffee-beans";
    const DBInstanceIdentifier = "restarted";
    await rds.createDBInstance(
      request({ DBInstanceIdentifier, ManageMasterUserPassword: false, MasterUserPassword: password }),
    );
    const before = await untilAvailable(DBInstanceIdentifier);
    await query(before, password, "CREATE TABLE beans (name VARCHAR(20))");
    await rds.stopDBInstance({ DBInstanceIdentifier });
    await vi.waitUntil(
      async () =>
        (await rds.describeDBInstances({ DBInstanceIdentifier })).DBInstances?.[0]?.DBInstanceStatus ===
        "stopped",
      { timeout: 30_000 },
    );
    await expect(query(before, password, "SELECT 1")).rejects.toThrow("ECONNREFUSED");
    await rds.startDBInstance({ DBInstanceIdentifier });
    const after = await untilAvailable(DBInstanceIdentifier);
    expect(after?.Endpoint).toEqual(before?.Endpoint);
    expect(await query(after, password, "SELECT * FROM beans")).toEqual([]);
    await remove(DBInstanceIdentifier);
  });

  it("takes another master password, its own or one that RDS keeps, and goes on with its data", async () => {
    const DBInstanceIdentifier = "rekeyed";
    await rds.createDBInstance(request({ DBInstanceIdentifier }));
    const managed = await untilAvailable(DBInstanceIdentifier);
    const kept = async (SecretId: string | undefined) =>
      JSON.parse((await secrets.getSecretValue({ SecretId })).SecretString ?? "").password;
    const first = await kept(managed?.MasterUserSecret?.SecretArn);
    await query(managed, first, "CREATE TABLE beans (name VARCHAR(20))");
    for (const refused of [{ ManageMasterUserPassword: false }, { MasterUserPassword: "coffee-beans" }])
      await expect(rds.modifyDBInstance({ DBInstanceIdentifier, ...refused })).rejects.toThrow(/MasterUser/);
    const own = { ManageMasterUserPassword: false, MasterUserPassword: "coffee-beans" };
    await rds.modifyDBInstance({ DBInstanceIdentifier, ...own });
    const after = await untilAvailable(DBInstanceIdentifier);
    expect(after?.MasterUserSecret).toBeUndefined();
    expect((await secrets.listSecrets({})).SecretList).toEqual([]);
    expect(await query(after, "coffee-beans", "SELECT * FROM beans")).toEqual([]);
    await expect(query(after, first, "SELECT 1")).rejects.toThrow("Access denied");
    await rds.modifyDBInstance({ DBInstanceIdentifier, ManageMasterUserPassword: true });
    const again = await untilAvailable(DBInstanceIdentifier);
    expect(await query(again, await kept(again?.MasterUserSecret?.SecretArn), "SELECT * FROM beans")).toEqual(
      [],
    );
    await remove(DBInstanceIdentifier);
  });

  it("is changed, protected, tagged, and deleted while it is still being created", async () => {
    const DBInstanceIdentifier = "changed";
    await rds.createDBInstance(request({ DBInstanceIdentifier, Tags: [{ Key: "lab", Value: "coffee" }] }));
    await untilAvailable(DBInstanceIdentifier);
    const changes = {
      DBInstanceClass: "db.t3.small",
      DeletionProtection: true,
      ManageMasterUserPassword: true,
    };
    expect((await rds.modifyDBInstance({ DBInstanceIdentifier, ...changes })).DBInstance).toMatchObject({
      DBInstanceClass: "db.t3.small",
      AllocatedStorage: 20,
      DeletionProtection: true,
    });
    const deletion = { DBInstanceIdentifier, SkipFinalSnapshot: true };
    await expect(rds.deleteDBInstance(deletion)).rejects.toThrow("Cannot delete protected DB Instance");
    await rds.modifyDBInstance({ DBInstanceIdentifier, DeletionProtection: false });

    const ResourceName = "arn:aws:rds:us-east-1:123456789012:db:changed";
    await rds.addTagsToResource({ ResourceName, Tags: [{ Key: "stage", Value: "test" }] });
    await rds.removeTagsFromResource({ ResourceName, TagKeys: ["lab"] });
    expect((await rds.listTagsForResource({ ResourceName })).TagList).toEqual([
      { Key: "stage", Value: "test" },
    ]);

    const early = { DBInstanceIdentifier: "early", SkipFinalSnapshot: true };
    await rds.createDBInstance(request({ DBInstanceIdentifier: "early" }));
    await Promise.all([rds.deleteDBInstance(early), rds.deleteDBInstance(deletion)]);
    await Promise.all([untilDeleted("early"), untilDeleted(DBInstanceIdentifier)]);
  });

  it("whose server ends by itself has failed", async () => {
    const taken = Number(new URL(simulator.endpoint).port);
    await rds.createDBInstance(request({ DBInstanceIdentifier: "unlucky", Port: taken }));
    await vi.waitUntil(() => warned.some((line) => line.includes(`127.0.0.1:${taken}: the port is taken`)), {
      timeout: 30_000,
    });
    const { DBInstances } = await rds.describeDBInstances({ DBInstanceIdentifier: "unlucky" });
    expect(DBInstances).toMatchObject([{ DBInstanceStatus: "failed" }]);
    await remove("unlucky");
  });
});

describe("a request that is refused makes nothing", () => {
  it.each<[string, Partial<CreateDBInstanceCommandInput>, string, RegExp]>([
    ["another engine", { Engine: "postgres" }, "InvalidParameterValue", /Invalid DB engine: postgres/],
    [
      "a version that is none",
      { EngineVersion: "5.7.44" },
      "InvalidParameterCombination",
      /Cannot find version 5.7.44/,
    ],
    [
      "too little storage",
      { AllocatedStorage: 5 },
      "InvalidParameterValue",
      /Invalid storage size .* gp3: 5/,
    ],
    [
      "no password",
      { ManageMasterUserPassword: false },
      "InvalidParameterValue",
      /MasterUserPassword must be given/,
    ],
    [
      "two passwords",
      { MasterUserPassword: "coffee-beans" },
      "InvalidParameterCombination",
      /cannot be given when/,
    ],
    [
      "a bad name",
      { DBInstanceIdentifier: "supplier--db" },
      "InvalidParameterValue",
      /not a valid identifier/,
    ],
    [
      "an unknown subnet group",
      { DBSubnetGroupName: "none" },
      "DBSubnetGroupNotFoundFault",
      /'none' does not exist/,
    ],
    [
      "an unknown security group",
      { VpcSecurityGroupIds: ["sg-0"] },
      "InvalidParameterValue",
      /Invalid security group/,
    ],
    [
      "what is not simulated",
      { Iops: 3000 },
      "InvalidParameterValue",
      /does not support Iops in CreateDBInstance/,
    ],
  ])("%s", async (_, changes, name, message) => {
    const error = await rds.createDBInstance(request(changes)).catch((error) => error);
    expect(error.message).toMatch(message);
    expect(error.name).toBe(name);
    expect((await rds.describeDBInstances({})).DBInstances).toEqual([]);
    expect((await secrets.listSecrets({})).SecretList).toEqual([]);
  });

  it("an instance that is there, or is not", async () => {
    await rds.createDBInstance(request({ DBInstanceIdentifier: "twice" }));
    await expect(rds.createDBInstance(request({ DBInstanceIdentifier: "Twice" }))).rejects.toMatchObject({
      name: "DBInstanceAlreadyExistsFault",
    });
    await expect(rds.deleteDBSubnetGroup({ DBSubnetGroupName: "labgroup" })).rejects.toThrow(
      "twice is still using it",
    );
    await remove("twice");
    await expect(rds.describeDBInstances({ DBInstanceIdentifier: "twice" })).rejects.toMatchObject({
      name: "DBInstanceNotFoundFault",
    });
  });

  it("subnets that are none, or all in one zone", async () => {
    const group = { DBSubnetGroupName: "another", DBSubnetGroupDescription: "another" };
    await expect(rds.createDBSubnetGroup({ ...group, SubnetIds: ["subnet-0"] })).rejects.toMatchObject({
      name: "InvalidSubnet",
    });
    await expect(
      rds.createDBSubnetGroup({ ...group, SubnetIds: subnetIds.slice(0, 1) }),
    ).rejects.toMatchObject({
      name: "DBSubnetGroupDoesNotCoverEnoughAZs",
    });
  });
});
