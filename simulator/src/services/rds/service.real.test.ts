import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import type { DBInstance } from "@aws-sdk/client-rds";
import { createConnection } from "mysql2/promise";
import { describe, expect, it } from "vitest";
import { startRealSimulator } from "../../test-simulator.support.ts";
import { useDatabases } from "./databases.support.ts";

const account = await useDatabases(startRealSimulator);
const { remove, request, untilAvailable, untilDeleted, untilStatus } = account;

/** As the course's program, which knows the host only. */
async function query(instance: DBInstance, password: string, sql: string) {
  const connection = await createConnection({
    host: instance?.Endpoint?.Address,
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
  it("changes from creating to a real server whose password is a secret, and finally to a snapshot", async () => {
    const created = (await account.rds.createDBInstance(request())).DBInstance;
    expect(created).toMatchObject({
      DBInstanceStatus: "creating",
      DBSubnetGroup: { DBSubnetGroupName: "labgroup" },
    });
    expect(created?.Endpoint).toBeUndefined();

    const instance = await untilAvailable("supplierdb");
    expect(instance).toMatchObject({
      DBInstanceArn: "arn:aws:rds:us-east-1:123456789012:db:supplierdb",
      Endpoint: { Address: expect.stringMatching(/^127\.33\./), Port: 3306 },
      VpcSecurityGroups: [{ VpcSecurityGroupId: account.groupId, Status: "active" }],
      MasterUserSecret: { SecretStatus: "active" },
      PubliclyAccessible: false,
    });
    const SecretId = instance?.MasterUserSecret?.SecretArn;
    expect(SecretId).toMatch(/:secret:rds!db-[0-9a-f-]{36}-\w{6}$/);
    const { username, password } = JSON.parse(
      (await account.secrets.getSecretValue({ SecretId })).SecretString ?? "",
    );
    expect(username).toBe("nodeapp");
    expect(await query(instance, password, "SELECT DATABASE() AS name")).toEqual([{ name: "COFFEE" }]);

    await account.rds.deleteDBInstance({
      DBInstanceIdentifier: "supplierdb",
      FinalDBSnapshotIdentifier: "the-last",
    });
    await untilDeleted("supplierdb");
    const { DBSnapshots } = await account.rds.describeDBSnapshots({ DBSnapshotIdentifier: "the-last" });
    expect(DBSnapshots).toMatchObject([{ Status: "available", DBInstanceIdentifier: "supplierdb" }]);
    await expect(account.secrets.getSecretValue({ SecretId })).rejects.toMatchObject({
      name: "ResourceNotFoundException",
    });
    await expect(query(instance, password, "SELECT 1")).rejects.toThrow("ECONNREFUSED");
  });

  it("keeps its data and its port when it is stopped and started", async () => {
    const password = "coffee-beans";
    const DBInstanceIdentifier = "restarted";
    await account.rds.createDBInstance(
      request({ DBInstanceIdentifier, ManageMasterUserPassword: false, MasterUserPassword: password }),
    );
    const before = await untilAvailable(DBInstanceIdentifier);
    await query(before, password, "CREATE TABLE beans (name VARCHAR(20))");
    await account.rds.stopDBInstance({ DBInstanceIdentifier });
    await untilStatus(DBInstanceIdentifier, "stopped");
    await expect(query(before, password, "SELECT 1")).rejects.toThrow("ECONNREFUSED");
    await account.rds.startDBInstance({ DBInstanceIdentifier });
    const after = await untilAvailable(DBInstanceIdentifier);
    expect(after?.Endpoint).toEqual(before?.Endpoint);
    expect(await query(after, password, "SELECT * FROM beans")).toEqual([]);
    await remove(DBInstanceIdentifier);
  });

  it("accepts another master password, its own or one that RDS keeps, and continues with its data", async () => {
    const DBInstanceIdentifier = "rekeyed";
    await account.rds.createDBInstance(request({ DBInstanceIdentifier }));
    const managed = await untilAvailable(DBInstanceIdentifier);
    const kept = async (SecretId: string | undefined) =>
      JSON.parse((await account.secrets.getSecretValue({ SecretId })).SecretString ?? "").password;
    const first = await kept(managed?.MasterUserSecret?.SecretArn);
    await query(managed, first, "CREATE TABLE beans (name VARCHAR(20))");
    for (const refused of [{ ManageMasterUserPassword: false }, { MasterUserPassword: "coffee-beans" }])
      await expect(account.rds.modifyDBInstance({ DBInstanceIdentifier, ...refused })).rejects.toThrow(
        /MasterUser/,
      );
    const own = { ManageMasterUserPassword: false, MasterUserPassword: "coffee-beans" };
    await account.rds.modifyDBInstance({ DBInstanceIdentifier, ...own });
    const after = await untilAvailable(DBInstanceIdentifier);
    expect(after?.MasterUserSecret).toBeUndefined();
    expect((await account.secrets.listSecrets({})).SecretList).toEqual([]);
    expect(await query(after, "coffee-beans", "SELECT * FROM beans")).toEqual([]);
    await expect(query(after, first, "SELECT 1")).rejects.toThrow("Access denied");
    await account.rds.modifyDBInstance({ DBInstanceIdentifier, ManageMasterUserPassword: true });
    const again = await untilAvailable(DBInstanceIdentifier);
    expect(await query(again, await kept(again?.MasterUserSecret?.SecretArn), "SELECT * FROM beans")).toEqual(
      [],
    );
    await remove(DBInstanceIdentifier);
  });

  it("has an address of its own with the port of MySQL, and so has a second one", async () => {
    const names = ["first", "second"];
    const own = { ManageMasterUserPassword: false, MasterUserPassword: "coffee-beans" };
    for (const DBInstanceIdentifier of names)
      await account.rds.createDBInstance(request({ DBInstanceIdentifier, ...own }));
    // A server refuses a table that it has.
    for (const instance of await Promise.all(names.map(untilAvailable)))
      await query(instance, "coffee-beans", "CREATE TABLE beans (name VARCHAR(20))");
    for (const name of names) await remove(name);
  });

  it("whose server ends on its own has failed", async () => {
    const other = createServer().listen(0);
    await once(other, "listening");
    const { port: taken } = other.address() as AddressInfo;
    await account.rds.createDBInstance(request({ DBInstanceIdentifier: "unlucky", Port: taken }));
    await account.simulator.clock.until(() =>
      account.warned.some((line) => line.includes(`127.0.0.1:${taken}: the port is taken`)),
    );
    const { DBInstances } = await account.rds.describeDBInstances({ DBInstanceIdentifier: "unlucky" });
    expect(DBInstances).toMatchObject([{ DBInstanceStatus: "failed" }]);
    await remove("unlucky");
    other.close();
  });
});
