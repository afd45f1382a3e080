import { createConnection } from "mysql2/promise";
import { expect, it } from "vitest";
import { startRealSimulator } from "../../../test-simulator.support.ts";
import { forEachTest, readParts, startStackTest } from "./stack.support.ts";

const stack = forEachTest(() => startStackTest(startRealSimulator()));

const part = readParts(new URL("rds.yaml", import.meta.url));
const database = (Database: object) => part("database", { Database });
const fromSecret = {
  MasterUserPassword: {
    "Fn::Join": ["", ["{{resolve:secretsmanager:", { Ref: "Secret" }, ":SecretString:password}}"]],
  },
};

/** Runs a query as a client that logs in with the secret. */
async function query(sql: string): Promise<unknown> {
  const { DBInstances } = await stack.aws.rds.describeDBInstances({ DBInstanceIdentifier: "supplierdb" });
  const { SecretString = "" } = await stack.aws.secretsmanager.getSecretValue({ SecretId: "login" });
  const { username: user, password } = JSON.parse(SecretString);
  const { Address: host, Port: port } = DBInstances?.[0]?.Endpoint ?? {};
  const connection = await createConnection({ host, port, user, password, database: "COFFEE" });
  try {
    return (await connection.query(sql))[0];
  } finally {
    await connection.end();
  }
}

it("keeps the data when a secret replaces the password that RDS manages, and never shows it", async () => {
  expect(await stack.create(database({ ManageMasterUserPassword: true }))).toBe("CREATE_COMPLETE");
  await expect(query("SELECT 1")).rejects.toThrow("Access denied");
  expect(await stack.update(database(fromSecret))).toBe("UPDATE_COMPLETE");
  expect(await query("SELECT CURRENT_USER() AS user")).toEqual([{ user: "nodeapp@%" }]);
  const { SecretList = [] } = await stack.aws.secretsmanager.listSecrets({});
  expect(SecretList.map(({ Name }) => Name)).toEqual(["login"]);
  const { SecretString = "" } = await stack.aws.secretsmanager.getSecretValue({ SecretId: "login" });
  const StackName = "resources";
  const { cloudformation } = stack.aws;
  const shown = JSON.stringify([
    await cloudformation.describeStackEvents({ StackName }),
    await cloudformation.describeStackResources({ StackName }),
  ]);
  expect(shown).toContain(
    "{{resolve:secretsmanager:arn:aws:secretsmanager:us-east-1:123456789012:secret:login-",
  );
  expect(shown).not.toContain(JSON.parse(SecretString).password);
});
