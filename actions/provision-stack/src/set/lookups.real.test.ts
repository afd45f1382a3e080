import { expect, onTestFinished, test } from "vitest";
import { createRealStage } from "../stage.support.ts";
import { resolveLookups } from "./lookups.ts";

test("finds a database instance by its identifier, and returns the host name or port of its endpoint", async () => {
  const { simulator, close } = await createRealStage({ account: "academy" });
  onTestFinished(close);
  const resolve = (It: object) =>
    resolveLookups(
      { clientConfig: simulator.clientConfig, signal: new AbortController().signal },
      { network: { It } },
      "academy.json",
    );
  const { DBInstances = [] } = await simulator.aws.rds.describeDBInstances({});
  expect(await resolve({ "instance-endpoint": "supplierdb" })).toMatchObject({
    network: { It: DBInstances[0]?.Endpoint?.Address },
  });
  expect(await resolve({ "instance-port": "supplierdb" })).toEqual({
    network: { It: String(DBInstances[0]?.Endpoint?.Port) },
  });
  await expect(resolve({ "instance-endpoint": "supplierbd" })).rejects.toThrow(
    'instance-endpoint "supplierbd" does not exist in us-east-1; did you mean "supplierdb"?',
  );
});
