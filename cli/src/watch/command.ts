import { once } from "node:events";
import { DescribeClustersCommand, DescribeServicesCommand } from "@aws-sdk/client-ecs";
import { Failure } from "@ecs-delivery/actions/core/failure";
import { systemClock } from "@ecs-delivery/actions/core/pace";
import { openPageClients, type PageClients, startPage } from "@ecs-delivery/live/page";
import { defineOptions, parseCommandLine, Refusal, wholeNumber } from "@ecs-delivery/program/command-line";
import { printText } from "../terminal/print-text.ts";
import { openTerminal } from "../terminal/style.ts";

/** Serves the live page of the environment's account until a signal ends it. */
export async function watchCommand(argv: readonly string[]): Promise<number> {
  const values = parseCommandLine(command, argv);
  const terminal = openTerminal(process.stdout, process.env);
  if (printText(command, values, terminal)) return 0;
  const { style, print } = terminal;
  const { cluster, service: services, port = 4567 } = values;
  if (!cluster) throw new Refusal(`watch: --cluster is missing. Usage: ${command.usage}`);
  const clients = openPageClients({});
  await requireServices(clients, cluster, services ?? []);
  const region = await clients.ecs.config.region();
  const page = await startPage({
    clients,
    region,
    cluster,
    port,
    clock: systemClock,
    ...(services ? { services } : {}),
  }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "EADDRINUSE") throw error;
    throw new Refusal(`watch: port ${port} is in use. Fix: --port 0 selects a free one.`);
  });
  print(
    `Watching ${services?.join(", ") ?? "all services"} of ${cluster} in ${region}: ${style.bold(page.address)}`,
  );
  print(style.dim("The page only reads the account. Ctrl-C ends it."));
  await Promise.race(["SIGINT", "SIGTERM", "SIGHUP"].map((signal) => once(process, signal)));
  await page.close();
  return 0;
}

async function requireServices(
  { ecs }: PageClients,
  cluster: string,
  services: readonly string[],
): Promise<void> {
  const nextStep = "check the name, the region and the profile.";
  const { clusters = [] } = await ecs.send(new DescribeClustersCommand({ clusters: [cluster] }));
  if (!clusters.some(({ status }) => status !== "INACTIVE"))
    throw new Failure(`The cluster ${cluster} does not exist`, { nextStep });
  if (services.length === 0) return;
  const { failures = [] } = await ecs.send(new DescribeServicesCommand({ cluster, services: [...services] }));
  const missing = failures.map(({ arn }) => arn?.split("/").at(-1)).join(", ");
  if (missing) throw new Failure(`The cluster ${cluster} has no service ${missing}`, { nextStep });
}

const options = defineOptions({
  cluster: { value: "NAME", help: "name of the ECS cluster (required)" },
  service: {
    value: "NAME",
    multiple: true,
    help: "only this service; may be given several times (default: all)",
  },
  port: {
    value: "N",
    parse: wholeNumber(0, 65_535),
    help: "port of the page on this machine (default 4567, 0 selects a free one)",
  },
});

const command = {
  name: "watch",
  usage: "ecs-delivery watch --cluster NAME [--service NAME] [options]",
  about: `Serves a page that shows the services of a cluster live: tasks, deployments, traffic and metrics. It only reads the
account, and only while a browser watches; only this machine reaches it. Ctrl-C ends it.`,
  options,
};
