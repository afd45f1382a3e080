import { createHash, randomUUID } from "node:crypto";
import { mkdtemp, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { startHubForTests } from "../runtime/registry/hub.support.ts";
import { pushImage, startPlainRegistry } from "../runtime/registry/test-registry.support.ts";
import { hasDocker } from "../runtime/tasks/runtimes.support.ts";
import { writeImageLayout } from "./image.support.ts";
import { run } from "./programs.support.ts";
import { startForClients } from "./start-for-clients.support.ts";

const { simulator, folder } = await startForClients();
const layout = join(folder, "layout");
await writeImageLayout(layout);

/** Address and login of a registry for its clients. */
interface Target {
  /** host:port */
  readonly host: string;
  /** host:port/name */
  readonly repository: string;
  readonly password: string;
  readonly digestOf: (tag: string) => Promise<string | undefined>;
}

const passwordIn = (token = "") => Buffer.from(token, "base64").toString().replace("AWS:", "");

async function createEcrTarget(): Promise<Target> {
  const { ecr } = simulator.aws;
  const { repository } = await ecr.createRepository({ repositoryName: `web-${randomUUID()}` });
  const { repositoryName, repositoryUri = "" } = repository ?? {};
  const { authorizationData } = await ecr.getAuthorizationToken({});
  return {
    host: repositoryUri.split("/")[0] ?? "",
    repository: repositoryUri,
    password: passwordIn(authorizationData?.[0]?.authorizationToken),
    digestOf: async (imageTag) =>
      (await ecr.describeImages({ repositoryName, imageIds: [{ imageTag }] })).imageDetails?.[0]?.imageDigest,
  };
}

describe("ECR serves", () => {
  it("skopeo: copy, inspect, copy of Docker's media types, delete", async () => {
    const { repository, password, digestOf } = await createEcrTarget();
    const login = `AWS:${password}`;
    const image = `docker://${repository}`;
    const skopeo = (...args: string[]) => run("skopeo", args);
    const push = ["--dest-tls-verify=false", `--dest-creds=${login}`];
    const pull = ["--src-tls-verify=false", `--src-creds=${login}`];
    const look = ["--tls-verify=false", `--creds=${login}`];
    await skopeo("copy", ...push, `oci:${layout}`, `${image}:v1`);
    await skopeo("copy", ...pull, `${image}:v1`, `dir:${join(folder, randomUUID())}`);
    await skopeo("copy", ...pull, ...push, "--format=v2s2", `${image}:v1`, `${image}:docker`);
    expect(JSON.parse(await skopeo("inspect", ...look, `${image}:v1`))).toMatchObject({
      Digest: await digestOf("v1"),
      RepoTags: ["docker", "v1"],
      Architecture: "amd64",
    });
    const raw = JSON.parse(await skopeo("inspect", "--raw", ...look, `${image}:docker`));
    expect(raw.mediaType).toBe("application/vnd.docker.distribution.manifest.v2+json");
    await skopeo("delete", ...look, `${image}:v1`);
    await expect(skopeo("inspect", ...look, `${image}:v1`)).rejects.toThrow("manifest unknown");
  });

  it("buildah: from, commit, push", async () => {
    const { repository, password, digestOf } = await createEcrTarget();
    const login = `AWS:${password}`;
    const storage = [
      "--storage-driver=vfs",
      `--root=${join(folder, "root")}`,
      `--runroot=${join(folder, "run")}`,
    ];
    const buildah = (...args: string[]) => run("buildah", [...storage, ...args]);
    const remote = ["--tls-verify=false", `--creds=${login}`];
    await run("skopeo", [
      "copy",
      "--dest-tls-verify=false",
      `--dest-creds=${login}`,
      `oci:${layout}`,
      `docker://${repository}:base`,
    ]);
    const container = (await buildah("from", ...remote, `${repository}:base`)).trim();
    try {
      await buildah("config", "--label=made-by=buildah", container);
      const image = (await buildah("commit", "--quiet", container)).trim();
      await buildah("push", ...remote, image, `docker://${repository}:built`);
    } finally {
      await buildah("rm", container);
      await buildah("rmi", "--all", "--force");
    }
    expect(await digestOf("built")).toMatch(/^sha256:/);
    const inspected = await run("skopeo", ["inspect", "--config", ...remote, `docker://${repository}:built`]);
    expect(JSON.parse(inspected).config.Labels).toMatchObject({ "made-by": "buildah" });
  });

  it.skipIf(!hasDocker)("docker: login, push, pull", async () => {
    const { host, repository, password, digestOf } = await createEcrTarget();
    const variables = { DOCKER_CONFIG: await mkdtemp(join(folder, "docker-")) };
    const docker = (args: string[], stdin: string | Buffer = "") => run("docker", args, { variables, stdin });
    const image = `${repository}:v1`;
    const content = join(folder, "content.tar");
    await run("tar", ["--create", `--file=${content}`, `--directory=${layout}`, "oci-layout"]);
    await docker(["import", "--change=LABEL made-by=docker", content, image]);
    try {
      await expect(docker(["push", image])).rejects.toThrow(
        /no basic auth credentials|denied|Not Authorized/,
      );
      await docker(["login", "--username=AWS", "--password-stdin", host], password);
      await docker(["push", image]);
      await docker(["image", "rm", image]);
      const pulled = await docker(["pull", image]);
      expect(pulled).toContain(await digestOf("v1"));
      const labels = await docker(["image", "inspect", "--format={{json .Config.Labels}}", image]);
      expect(JSON.parse(labels)).toEqual({ "made-by": "docker" });
    } finally {
      await docker(["image", "rm", "--force", image]).catch(() => {});
    }
  });
});

describe("ECR serves curl", () => {
  /** Headers and body as curl prints them; the login is not in its arguments. */
  const curl = ({ password }: Target, ...args: string[]) =>
    run("curl", ["--silent", "--include", "--config", "-", ...args], { stdin: `user = "AWS:${password}"\n` });
  const blob = "sent in two chunks by curl";
  const digest = `sha256:${createHash("sha256").update(blob).digest("hex")}`;

  it("that sends a blob in chunks and reads it", async () => {
    const target = await createEcrTarget();
    const url = `http://${target.repository.replace("/", "/v2/")}/blobs`;
    const started = await curl(target, "--request", "POST", `${url}/uploads/`);
    const location = `http://${target.host}${/^Location: (\S+)/im.exec(started)?.[1]}`;
    const send = async (range: string, content: string) => {
      const file = join(folder, "chunk");
      await writeFile(file, content);
      const headers = ["--header", `Content-Range: ${range}`, "--header", "Transfer-Encoding: chunked"];
      return curl(target, "--request", "PATCH", ...headers, "--data-binary", `@${file}`, location);
    };
    expect(await send("0-11", blob.slice(0, 12))).toMatch(/^HTTP\/1.1 202 [\s\S]*^Range: 0-11\r$/m);
    expect(await send("20-25", blob.slice(20))).toMatch(/^HTTP\/1.1 416 [\s\S]*^Range: 0-11\r$/m);
    expect(await send("12-25", blob.slice(12))).toMatch(/^HTTP\/1.1 202 [\s\S]*^Range: 0-25\r$/m);
    const closed = await curl(target, "--request", "PUT", `${location}?digest=${digest}`);
    expect(closed).toMatch(/^HTTP\/1.1 201 /);
    const read = await curl(target, `${url}/${digest}`);
    expect(read).toMatch(/^HTTP\/1.1 200 /);
    expect(read.endsWith(`\r\n\r\n${blob}`)).toBe(true);
  });

  it("without a login, with 401", async () => {
    const { repository } = await createEcrTarget();
    const url = `http://${repository.replace("/", "/v2/")}/tags/list`;
    const answer = await run("curl", ["--silent", "--include", url]);
    expect(answer).toMatch(/^HTTP\/1.1 401 [\s\S]*^WWW-Authenticate: Basic realm=/im);
  });
});

it("skopeo, logged in and not, reads a registry like Docker Hub, whose blobs need no login", async () => {
  const plain = await startPlainRegistry();
  const hub = await startHubForTests();
  try {
    const digest = await pushImage(plain, "customer", "v1");
    const source = `docker://${plain.host}/customer:v1`;
    const image = `docker://${hub.host}/me/customer:v1`;
    const unencrypted = ["--src-tls-verify=false", "--dest-tls-verify=false"];
    await run("skopeo", [
      "copy",
      "--preserve-digests",
      ...unencrypted,
      "--dest-creds=me:secret",
      source,
      image,
    ]);
    await run("skopeo", ["copy", "--src-tls-verify=false", image, `dir:${join(folder, "copied")}`]);
    const inspected = JSON.parse(await run("skopeo", ["inspect", "--tls-verify=false", image]));
    expect(inspected.Digest).toBe(digest);
    expect(hub.blobAsked.length).toBeGreaterThan(0);
    expect(hub.blobAsked.every(({ authorization }) => authorization === undefined)).toBe(true);
  } finally {
    await hub.close();
    await plain.close();
  }
});
