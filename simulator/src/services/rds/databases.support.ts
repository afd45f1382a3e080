import { type CreateDBInstanceCommandInput, RDS } from "@aws-sdk/client-rds";
import { SecretsManager } from "@aws-sdk/client-secrets-manager";
import { afterAll } from "vitest";
import { createNetwork } from "../../outside-clients/web-account.support.ts";
import type { TestOptions, TestSimulator } from "../../test-simulator.support.ts";

/** Starts one simulator with a subnet group `LabGroup` for all DB instances of a file. */
export async function useDatabases(start: (options: TestOptions) => Promise<TestSimulator>) {
  const warned: string[] = [];
  const simulator = await start({ warn: (message) => warned.push(message) });
  afterAll(() => simulator.close());
  const rds = new RDS(simulator.clientConfig);
  const { subnets: subnetIds, securityGroup: groupId } = await createNetwork(simulator);
  await rds.createDBSubnetGroup({
    DBSubnetGroupName: "LabGroup",
    DBSubnetGroupDescription: "for tests",
    SubnetIds: subnetIds,
  });
  const describe = async (DBInstanceIdentifier: string) => {
    const { DBInstances = [] } = await rds.describeDBInstances({ DBInstanceIdentifier });
    return DBInstances[0];
  };
  const untilStatus = (DBInstanceIdentifier: string, status: string) =>
    simulator.clock.until(async () => {
      const instance = await describe(DBInstanceIdentifier);
      return instance?.DBInstanceStatus === status && instance;
    });
  const untilDeleted = (DBInstanceIdentifier: string) =>
    simulator.clock.until(() =>
      describe(DBInstanceIdentifier).then(
        () => false,
        () => true,
      ),
    );
  return {
    warned,
    simulator,
    rds,
    secrets: new SecretsManager(simulator.clientConfig),
    subnetIds,
    groupId,
    request: (changes: Partial<CreateDBInstanceCommandInput> = {}): CreateDBInstanceCommandInput => ({
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
    }),
    untilStatus,
    untilAvailable: (DBInstanceIdentifier: string) => untilStatus(DBInstanceIdentifier, "available"),
    untilDeleted,
    async remove(DBInstanceIdentifier: string) {
      await rds.deleteDBInstance({ DBInstanceIdentifier, SkipFinalSnapshot: true });
      await untilDeleted(DBInstanceIdentifier);
    },
  };
}
