// @ts-check
import { defineOptions } from "../../../scripts/run/command-line.mjs";

const options = defineOptions({
  cluster: { value: "NAME", help: "name of the ECS cluster (required)" },
  service: { value: "NAME", help: "name of the ECS service (required)" },
  folder: { value: "FOLDER", help: "root of the repository (default: the current folder)" },
  force: { help: "overwrite existing files" },
});

/** @type {import("../../../scripts/run/command-line.mjs").Command<typeof options>} */
export const command = {
  name: "init",
  usage: "ecs-delivery init --cluster NAME --service NAME [options]",
  about: `Writes what the repository of an existing ECS service needs: the task definition as it runs now, an AppSpec if
CodeDeploy deploys the service, and a workflow that builds, renders and deploys. It only reads the account.`,
  options,
};
