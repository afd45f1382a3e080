import { once } from "node:events";
import { chmodSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { delimiter, join } from "node:path";
import { text } from "node:stream/consumers";
import { nodeEnvironment } from "@ecs-delivery/program/node-environment.support";
import { useFolder, writeFiles } from "@ecs-delivery/program/test-folder.support";
import { afterAll, beforeAll, expect, it } from "vitest";
import { parse } from "yaml";
import { createTestRepository, workflowOf } from "../test-repository.support.ts";

interface Case {
  readonly name: string;
  readonly steps: string;
  /** Steps of a second job. */
  readonly later?: string;
  readonly files?: Record<string, string>;
  readonly lines?: readonly string[];
  readonly leftOut?: readonly string[];
  readonly annotations?: readonly string[];
}
const cases: Case[] = parse(readFileSync(new URL("stand-ins.yaml", import.meta.url), "utf8"));

/** Programs that come first in the PATH of the steps. */
const programs = useFolder();
const home = useFolder();
/** ECR, and an STS whose keys and identities state the request that they are for. */
const aws = createServer(async (request, response) => {
  const [, key = ""] = /Credential=(.*?)\/\d{8}\//.exec(request.headers.authorization ?? "") ?? [];
  const body = await text(request);
  if (request.headers["x-amz-target"]) {
    const proxyEndpoint = `http://127.0.0.1:${(aws.address() as AddressInfo).port}`;
    const authorizationToken = Buffer.from("AWS:ecr-password").toString("base64");
    response.setHeader("content-type", "application/x-amz-json-1.1");
    return response.end(JSON.stringify({ authorizationData: [{ authorizationToken, proxyEndpoint }] }));
  }
  const given = new URLSearchParams(body);
  const [action, role = ""] = ["Action", "RoleArn"].map((name) => given.get(name)?.split("/").at(-1) ?? "");
  const tags = [...given.keys()].filter((name) => /^Tags.*Key$/.test(name)).length;
  const keyOfRole = [role, given.get("DurationSeconds"), given.get("ExternalId"), tags].join("/");
  const result =
    action === "AssumeRole"
      ? `<Credentials><AccessKeyId>${keyOfRole}</AccessKeyId><SecretAccessKey>hidden</SecretAccessKey><SessionToken>token</SessionToken></Credentials>`
      : `<Arn>arn/${key}</Arn><Account>123456789012</Account>`;
  const namespace = "https://sts.amazonaws.com/doc/2011-06-15/";
  response.setHeader("content-type", "text/xml");
  return response.end(
    `<${action}Response xmlns="${namespace}"><${action}Result>${result}</${action}Result></${action}Response>`,
  );
});

beforeAll(async () => {
  const docker = `
case "$1" in
  info) echo "\${DOCKER_STATUS-io.containerd.snapshotter.v1}"; exit ;;
  login) [ "$(cat)" = wrong ] && echo "denied" && exit 1 ;;
esac
echo "docker $*" >> "$RUNNER_TEMP/docker"
while [ $# -gt 0 ]; do
  case "$1" in
    --iidfile) echo sha256:1 > "$2" ;;
    --metadata-file) echo '{"containerimage.digest":"sha256:2"}' > "$2" ;;
    broken) echo "ERROR: no such folder"; exit 1 ;;
  esac
  shift
done`;
  const scripts = {
    docker,
    java: `echo 'openjdk version "21.0.2" 2024-01-16' >&2`,
    go: "echo go version go1.22.1",
    deno: "exit 127",
  };
  for (const [name, script] of Object.entries(scripts)) {
    writeFiles(programs, { [name]: `#!/bin/sh\n${script}\n` });
    chmodSync(join(programs, name), 0o755);
  }
  await once(aws.listen(0, "127.0.0.1"), "listening");
});
afterAll(() => aws.close());

it.each(cases)("$name", async ({ steps, later, files = {}, lines = [], leftOut = [], annotations = [] }) => {
  const { port } = aws.address() as AddressInfo;
  const { PATH, ...node } = nodeEnvironment();
  const keys = { AWS_ACCESS_KEY_ID: "key", AWS_SECRET_ACCESS_KEY: "secret", AWS_REGION: "eu-west-3" };
  const variables = { ...keys, AWS_ENDPOINT_URL: `http://127.0.0.1:${port}` };
  const job = (id: string, text: string) =>
    `  ${id}\n    runs-on: ubuntu-latest\n    steps:\n${text.replace(/^/gm, "      ")}\n`;
  const jobs = job("first:", steps) + (later ? job("second:\n    needs: first", later) : "");
  const repository = await createTestRepository(
    { ...files, ...workflowOf(jobs) },
    { environment: { ...node, ...variables, HOME: home, PATH: `${programs}${delimiter}${PATH}` } },
  );
  try {
    const result = await repository.run();
    const shown = (text: string) =>
      text
        .replaceAll(String(port), "PORT")
        .replaceAll(/\/\S*\/(?:steps|runner)\/[\w-]+/g, "STEP")
        .replaceAll(programs, "PROGRAMS");
    expect(
      repository
        .lines()
        .filter((line) => line.startsWith("- "))
        .map((line) => shown(line.slice(2))),
    ).toEqual(lines);
    expect(result.jobs.flatMap((job) => job.leftOut.map(({ what }) => what))).toEqual(leftOut);
    const messages = result.jobs.flatMap((job) =>
      job.annotations.map(({ level, message }) => `${level}: ${message}`),
    );
    expect(messages.map(shown)).toEqual(annotations);
  } finally {
    await repository.remove();
  }
});
