import { expect, it } from "vitest";
import { appSpecFile } from "../../../outside-clients/web.support.ts";
import { deploy, taskDefinitionFile } from "./delivery.support.ts";
import { files, stage, usePipelines, waitingPipeline } from "./pipelines.support.ts";

const pipelines = await usePipelines();

const imageDetail = JSON.stringify({ ImageURI: "127.0.0.1:4566/web@sha256:0" });
const good = {
  "taskdef-web.json": JSON.stringify(taskDefinitionFile("1")),
  "appspec-web.yaml": appSpecFile,
  "imageDetail.json": imageDetail,
};
const without = (name: keyof typeof good) =>
  Object.fromEntries(Object.entries(good).filter(([path]) => path !== name)) as Record<string, string>;
/** Incompressible data. */
const noise = () =>
  Array.from({ length: 1_600_000 }, () => Math.floor(Math.random() * 2 ** 16).toString(16)).join("");

let made = 0;
/** Returns the reason why a deployment of these files fails; one archive holds all of them. */
async function failure(content: Record<string, string>, configuration: object = {}): Promise<unknown> {
  const name = `deploys-${made++}`;
  await pipelines.putFiles(content);
  const settings = { ...deploy.configuration, Image1ArtifactName: "SourceArtifact", ...configuration };
  const given = Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
  const action = { ...deploy, configuration: given, inputArtifacts: [{ name: "SourceArtifact" }] };
  const id = await pipelines.create(
    waitingPipeline(name, { stages: [stage("Source", files), stage("Deploy", action)] }),
  );
  await pipelines.reaches(name, id, "Failed");
  const { code, message } =
    (await pipelines.actions(name, id)).at(-1)?.output?.executionResult?.errorDetails ?? {};
  return `${code}: ${message}`;
}

it.each<[string, Record<string, string>, object, string]>([
  [
    "no task definition",
    without("taskdef-web.json"),
    {},
    "ConfigurationError: Exception while trying to read the task definition artifact file from: SourceArtifact",
  ],
  [
    "no AppSpec under its default name",
    good,
    { AppSpecTemplatePath: undefined },
    "ConfigurationError: Exception while trying to read the appspec artifact file from: SourceArtifact",
  ],
  [
    "no image",
    without("imageDetail.json"),
    {},
    "ConfigurationError: Exception while trying to read the image artifact file from the artifact: SourceArtifact.",
  ],
  [
    "an image file of the other deploy action",
    { ...good, "imageDetail.json": "[]" },
    {},
    "ConfigurationError: Exception while trying to read the image artifact file from the artifact: SourceArtifact.",
  ],
  [
    "an artifact that it does not get",
    good,
    { Image1ArtifactName: "image-web" },
    "ConfigurationError: Exception while trying to read the image artifact file from the artifact: image-web.",
  ],
  [
    "an artifact without a name for its image",
    good,
    { Image1ContainerName: undefined },
    "ConfigurationError: Action configuration is missing 'Image1ContainerName' configuration.",
  ],
  [
    "an artifact of more than 3 MB",
    { ...good, noise: noise() },
    {},
    "ConfigurationError: Exception while trying to read the task definition artifact file from: SourceArtifact",
  ],
  [
    "a task definition that is not JSON",
    { ...good, "taskdef-web.json": "{" },
    {},
    "ConfigurationError: The task definition file taskdef-web.json contains invalid JSON format",
  ],
  [
    "a task definition that ECS refuses",
    { ...good, "taskdef-web.json": JSON.stringify({ ...taskDefinitionFile("1"), cpu: "7" }) },
    {},
    "(Service: AmazonECS; Status Code: 400; Error Code: ClientException)",
  ],
  [
    "a missing application",
    good,
    {},
    "ConfigurationError: No application found for name: outside (Service: AmazonCodeDeploy; Status Code: 400; Error Code: ApplicationDoesNotExistException)",
  ],
])("reports the cause with %s", async (_, content, configuration, message) => {
  expect(await failure(content, configuration)).toContain(message);
});
