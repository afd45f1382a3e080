import { expect, it } from "vitest";
import { startRealSimulator } from "../test-simulator.support.ts";
import { python, run } from "./programs.support.ts";

const script = `
import boto3, botocore.config
config = botocore.config.Config(retries={"max_attempts": 1, "mode": "standard"})
try:
  boto3.client("ecs", config=config).list_clusters()
except Exception as e:
  print(type(e).__name__, e.response["Error"]["Code"], e.response["ResponseMetadata"]["HTTPStatusCode"])
`;

it("boto3 sees a fault as its protocol defines it", async () => {
  const simulator = await startRealSimulator();
  try {
    simulator.faults.add({ kind: "throttle", operation: "ecs:ListClusters" });
    const said = await run(python, ["-c", script], { variables: simulator.environmentVariables });
    expect(said.trim()).toBe("ClientError ThrottlingException 400");
  } finally {
    await simulator.close();
  }
});
