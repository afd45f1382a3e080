import { DescribeServicesCommand, RunTaskCommand, waitUntilTasksStopped } from "@aws-sdk/client-ecs";
import type { AwsClients } from "./aws-clients.ts";
import { cluster } from "./service-state.ts";

const suppliers = 200;
/** This limit only ends waits that hang. */
const maxWaitTime = 300;

/** Adds invented suppliers to the database of both services, as a task of the image that migrated it. */
export async function seedSuppliers({ ecs }: AwsClients): Promise<void> {
  const { services = [] } = await ecs.send(
    new DescribeServicesCommand({ cluster, services: ["customer-microservice"] }),
  );
  const networkConfiguration = services[0]?.taskSets?.[0]?.networkConfiguration;
  const { tasks = [], failures = [] } = await ecs.send(
    new RunTaskCommand({
      cluster,
      taskDefinition: "migrate-customer-microservice",
      launchType: "FARGATE",
      networkConfiguration,
      overrides: { containerOverrides: [{ name: "customer", command: ["seed", String(suppliers)] }] },
    }),
  );
  const [arn] = tasks.map((task) => task.taskArn ?? "");
  if (arn === undefined) throw new Error(`the task does not start: ${failures[0]?.reason}`);
  const settings = { client: ecs, maxWaitTime, minDelay: 1, maxDelay: 2 };
  const { reason } = await waitUntilTasksStopped(settings, { cluster, tasks: [arn] });
  const { exitCode, reason: why } = reason?.tasks?.[0]?.containers?.[0] ?? {};
  if (exitCode !== 0)
    throw new Error(`the task ended with code ${exitCode ?? why}; its log is in awslogs-capstone`);
}
