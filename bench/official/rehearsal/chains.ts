import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "yaml";
import { actionsFolder } from "../../../scripts/bundle-action.ts";
import type { Sides } from "../../measurement.ts";
import { ourNames } from "../bundles.ts";
import { cluster, type ServiceName } from "./account.ts";

type Inputs = Readonly<Record<string, string>>;

/** A release to deploy, with either chain. */
export interface Release {
  readonly service: ServiceName;
  readonly template: string;
  readonly appSpec: string;
  readonly image: string;
  /** The task's variable VERSION. */
  readonly version: string;
}

/** Builds the inputs of a chain's two actions for a release. */
export interface Tellers {
  readonly render: (release: Release) => Promise<Inputs>;
  readonly deploy: (release: Release, taskDefinition: string) => Promise<Inputs>;
}

export const tellers: Sides<Tellers> = {
  ours: {
    render: async ({ template, image, version }) => ({
      ...(await defaultsOf(ourNames.render)),
      "task-definition": template,
      images: `web=${image}`,
      environment: `VERSION=${version}`,
    }),
    deploy: async (release, taskDefinition) => ({
      ...(await defaultsOf(ourNames.deploy)),
      ...target(release, taskDefinition),
      ...(release.service === "web" && { "codedeploy-appspec": release.appSpec }),
    }),
  },
  // Their action.yml has no defaults: the bundles have them.
  peer: {
    render: async ({ template, image, version }) => ({
      "task-definition": template,
      "container-name": "web",
      image,
      "environment-variables": `VERSION=${version}`,
    }),
    deploy: async (release, taskDefinition) => ({
      ...target(release, taskDefinition),
      "wait-for-service-stability": "true",
      ...(release.service === "web" && { "codedeploy-appspec": release.appSpec }),
    }),
  },
};

function target({ service }: Release, taskDefinition: string): Inputs {
  const codeDeploy = { "codedeploy-application": "outside", "codedeploy-deployment-group": "web" };
  return { "task-definition": taskDefinition, cluster, service, ...(service === "web" && codeDeploy) };
}

interface ActionFile {
  readonly inputs: Readonly<Record<string, { readonly default?: unknown }>>;
}

/** Reads the defaults of action.yml, which the runner fills in. */
async function defaultsOf(action: string): Promise<Inputs> {
  const { inputs } = parse(await readFile(join(actionsFolder, action, "action.yml"), "utf8")) as ActionFile;
  return Object.fromEntries(
    Object.entries(inputs).flatMap(([name, { default: value }]) =>
      value === undefined ? [] : [[name, String(value)]],
    ),
  );
}
