import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { parse } from "yaml";
import { appSpecFile } from "../../../outside-clients/web.support.ts";
import { withoutNull } from "../../refusals.support.ts";
import { deploy, taskDefinitionFile } from "./delivery.support.ts";
import { files as source, stage, usePipelines, waitingPipeline } from "./pipelines.support.ts";

const pipelines = await usePipelines();

interface Case {
  readonly name: string;
  readonly files?: Record<string, string>;
  readonly settings?: Record<string, string>;
  readonly error: string;
}
const cases: Case[] = parse(readFileSync(new URL("unreadable.yaml", import.meta.url), "utf8"));

const good = {
  "taskdef-web.json": JSON.stringify(taskDefinitionFile("1")),
  "appspec-web.yaml": appSpecFile,
  "imageDetail.json": JSON.stringify({ ImageURI: "127.0.0.1:4566/web@sha256:0" }),
};
const noise = () =>
  Array.from({ length: 1_600_000 }, () => Math.floor(Math.random() * 2 ** 16).toString(16)).join("");

it.each(cases)("reports the cause with $name", async ({ name: title, files, settings, error }) => {
  const content = withoutNull<Record<string, string>>({ ...good, ...files });
  if (content.noise) content.noise = noise();
  await pipelines.putFiles(content);
  const name = title.replaceAll(" ", "-");
  // One archive holds all files.
  const artifact = { Image1ArtifactName: "SourceArtifact" };
  const configuration = withoutNull({ ...deploy.configuration, ...artifact, ...settings });
  const action = { ...deploy, configuration, inputArtifacts: [{ name: "SourceArtifact" }] };
  const stages = [stage("Source", source), stage("Deploy", action)];
  const id = await pipelines.create(waitingPipeline(name, { stages }));
  await pipelines.reaches(name, id, "Failed");
  const run = (await pipelines.actions(name, id)).at(-1)?.output?.executionResult?.errorDetails;
  expect(`${run?.code}: ${run?.message}`).toContain(error);
});
