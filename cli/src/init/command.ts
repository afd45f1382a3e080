import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { CodeDeployClient } from "@aws-sdk/client-codedeploy";
import { ECRClient } from "@aws-sdk/client-ecr";
import { ECSClient } from "@aws-sdk/client-ecs";
import { defineOptions, parseCommandLine, Refusal } from "@ecs-delivery/program/command-line";
import { wrap } from "@ecs-delivery/program/wrap";
import { printText } from "../terminal/print-text.ts";
import { openTerminal, type Terminal } from "../terminal/style.ts";
import { filesOf } from "./files.ts";
import { type HiddenValue, hideValues } from "./hidden-values.ts";
import { type DeployedService, readService } from "./read-service.ts";
import { parseRepository, roleFor } from "./role.ts";

/** Writes the files of an existing service. Nothing is written if one of them exists, unless --force is given. */
export async function initCommand(
  actionsFolder: string,
  argv: readonly string[],
  actions: string,
): Promise<number> {
  const values = parseCommandLine(command, argv);
  const terminal = openTerminal(process.stdout, process.env);
  if (printText(command, values, terminal)) return 0;
  const { cluster, service, folder = ".", force = false } = values;
  if (!cluster || !service)
    throw new Refusal(`init: ${cluster ? "--service" : "--cluster"} is missing. Usage: ${command.usage}`);
  const clients = { ecs: new ECSClient(), ecr: new ECRClient(), codedeploy: new CodeDeployClient() };
  const { deployed, hidden } = hideValues(await readService(clients, { cluster, service }));
  const target = { actions, region: await clients.ecs.config.region() };
  const delivery = filesOf(deployed, target);
  const role =
    values["with-role"] &&
    roleFor(deployed, { ...target, actionsFolder, repository: values["with-role"] }, delivery);
  const files = new Map([...delivery, ...(role ? role.files : [])]);
  const existing = [...files.keys()].filter((path) => existsSync(join(folder, path)));
  if (existing.length > 0 && !force)
    throw new Refusal(
      `init: ${existing.join(", ")} in ${folder} would be overwritten; nothing was written. Fix: --force overwrites, or --folder writes to another folder.`,
    );
  for (const [path, content] of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  report(deployed, [...files.keys()], existsSync(join(folder, "Dockerfile")), terminal);
  if (role) terminal.print(role.commands);
  if (hidden.length > 0) reportHidden(hidden, terminal);
  return 0;
}

function report(
  deployed: DeployedService,
  paths: readonly string[],
  hasDockerfile: boolean,
  { columns, style, print }: Terminal,
): void {
  const { cluster, service, revision, repository, container, codedeploy } = deployed;
  print(
    `${style.green("✓")} ${service} runs ${revision}. Wrote:\n${paths.map((path) => `  ${path}`).join("\n")}`,
  );
  const warn = (text: string) => print(wrap(`${style.yellow("!")} ${text}`, columns, 2));
  if (!repository)
    warn(
      `The image of ${container} is not in Amazon ECR. Set the input repository in the workflow to one that exists.`,
    );
  if (codedeploy && !codedeploy.group)
    warn(
      "No deployment group of CodeDeploy deploys the service. Create one, and add its names to the workflow.",
    );
  print(`\n${style.bold("Next:")}`);
  const steps = [
    "Set the variable AWS_ROLE_TO_ASSUME of the repository to a role that trusts GitHub's OIDC provider; --with-role writes one.",
    ...(hasDockerfile ? [] : ["Add a Dockerfile, which the workflow builds."]),
    "Check the files: taskdef.json has no value that may be secret, but placeholders such as <NAME>.",
    "Commit them and push to main.",
  ];
  for (const [index, step] of steps.entries()) print(wrap(`${index + 1}. ${step}`, columns, 3));
  const names = codedeploy?.group
    ? ` \\\n    --codedeploy-application ${codedeploy.application} --codedeploy-deployment-group ${codedeploy.group}`
    : "";
  print(
    `\nTo compare with production first, without a change:\n  ecs-delivery deploy-service --mode plan --task-definition taskdef.json \\\n    --cluster ${cluster} --service ${service}${names}`,
  );
}

function reportHidden(hidden: readonly HiddenValue[], { columns, style, print }: Terminal): void {
  const text = `Before you commit or compare: ${hidden.length} placeholders of taskdef.json stand for values that may be secret. Each command moves one to Secrets Manager without showing it, and prints the ARN to write in its place; the execution role then needs secretsmanager:GetSecretValue. A value that is not secret can be written back instead.`;
  print(`\n${wrap(`${style.yellow("!")} ${text}`, columns, 2)}`);
  for (const { name, command, reference } of hidden)
    print(`\n${style.bold(`<${name}>`)}\n  ${command}\n  ${reference}`);
}

const options = defineOptions({
  cluster: { value: "NAME", help: "name of the ECS cluster (required)" },
  service: { value: "NAME", help: "name of the ECS service (required)" },
  folder: { value: "FOLDER", help: "root of the repository (default: the current folder)" },
  "with-role": {
    value: "OWNER/NAME",
    help: "also write the policies of a role for this repository, and print the commands that create it; OWNER@ID/NAME@ID for a repository created or renamed since 15 July 2026",
    parse: parseRepository,
  },
  force: { help: "overwrite existing files" },
});

const command = {
  name: "init",
  usage: "ecs-delivery init --cluster NAME --service NAME [options]",
  about: `Writes what the repository of an existing ECS service needs: the task definition as it runs now, an AppSpec if
CodeDeploy deploys the service, a workflow that builds, renders and deploys, and one that rolls back. It only reads
the account.`,
  options,
};
