import { actionsOfProject, filesOfProject } from "./project.support.ts";

const actions = [
  ...["build-image", "deploy-service", "follow-pipeline", "log-in-to-aws", "mirror-source"],
  ...["provision-stack", "render-task-definition", "run-task", "tag-image"],
];

/** deploy-service.yml and the actions that it uses. */
export const filesOfDeployService = async (): Promise<Record<string, string>> => ({
  ...(await filesOfProject([".github/workflows/deploy-service.yml"])),
  ...(await actionsOfProject(actions)),
});

/** A workflow that deploys the service `menu`. */
export function callerOf(inputs: Record<string, string>): Record<string, string> {
  const given = Object.entries({ service: "menu", ...inputs }).map(
    ([name, value]) => `      ${name}: ${JSON.stringify(value)}\n`,
  );
  return {
    ".github/workflows/main.yml": `on: workflow_dispatch
jobs:
  deploy:
    permissions: { contents: read, id-token: write }
    uses: $/.github/workflows/deploy-service.yml
    secrets: inherit
    with:
${given.join("")}`,
  };
}

/** The files of the service `menu`, whose package.json has these scripts. */
export function menuWith(scripts: Record<string, string>): Record<string, string> {
  const root = { name: "coffee", workspaces: ["services/*"] };
  const packages = {
    "": root,
    "node_modules/menu": { resolved: "services/menu", link: true },
    "services/menu": { name: "menu", version: "1.0.0" },
  };
  return {
    "package.json": JSON.stringify(root),
    "package-lock.json": JSON.stringify({ name: "coffee", lockfileVersion: 3, requires: true, packages }),
    "services/menu/package.json": JSON.stringify({ name: "menu", version: "1.0.0", scripts }),
  };
}
