import { writeFileSync } from "node:fs";
import { openAccountClients } from "@ecs-delivery/lab/account/clients";
import { defineOptions, parseCommandLine, Refusal, textOf } from "@ecs-delivery/program/command-line";
import { openTerminal } from "../terminal/style.ts";
import { exportService } from "./read-export.ts";

/** Writes a document of a service, from which `lab --account` makes a copy in a simulated account. */
export async function exportCommand(argv: readonly string[]): Promise<number> {
  const values = parseCommandLine(command, argv);
  const terminal = openTerminal(process.stderr, process.env);
  const text = textOf(command, values, terminal.columns);
  if (text !== undefined) {
    console.log(text);
    return 0;
  }
  const { cluster, service, region, output } = values;
  if (!cluster || !service)
    throw new Refusal(`export: ${cluster ? "--service" : "--cluster"} is missing. Usage: ${command.usage}`);
  const document = await exportService(openAccountClients(region ? { region } : {}), { cluster, service });
  const json = `${JSON.stringify(document, null, 2)}\n`;
  if (output) writeFileSync(output, json);
  else process.stdout.write(json);
  for (const part of document.notRead) terminal.print(`${terminal.style.yellow("!")} not read: ${part}`);
  return 0;
}

const options = defineOptions({
  cluster: { value: "NAME", help: "name of the ECS cluster (required)" },
  service: { value: "NAME", help: "name of the ECS service (required)" },
  region: { value: "REGION", help: "region (default: the environment's)" },
  output: { value: "FILE", help: "file to write (default: standard output)" },
});

const command = {
  name: "export",
  usage: "ecs-delivery export --cluster NAME --service NAME [options]",
  about: `Prints one JSON document of a service: task definition, load balancer, target groups, deployment group, alarms,
scaling, networks and roles. Values that may be secret are placeholders. It only reads the account; a part that may not
be read is listed in the document. \`ecs-delivery lab --account FILE\` rehearses with a copy.`,
  options,
};
