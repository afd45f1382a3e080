import { expect, it } from "vitest";
import { readTagInputs } from "./inputs.ts";

const digest = `sha256:${"a".repeat(64)}`;

function read(inputs: Record<string, string>) {
  return readTagInputs(
    (name) => ({ image: `ecr://customer@${digest}`, tags: "latest", ...inputs })[name] ?? "",
  );
}

it.each([
  [`ecr://team/customer@${digest}`, { registry: "ecr", name: "team/customer" }, digest],
  ["ecr://customer:v1", { registry: "ecr", name: "customer" }, "v1"],
  [`ecr://customer:v1@${digest}`, { registry: "ecr", name: "customer" }, digest],
  [
    `210987654321.dkr.ecr.eu-west-1.amazonaws.com/customer@${digest}`,
    { registry: "ecr", elsewhere: { accountId: "210987654321", region: "eu-west-1" } },
    digest,
  ],
  ["ghcr.io/owner/customer:v1.2", { registry: "other", host: "ghcr.io", name: "owner/customer" }, "v1.2"],
  ["docker.io/user/customer:v1", { registry: "other", host: "registry-1.docker.io" }, "v1"],
  ["127.0.0.1:5000/customer:v1", { registry: "other", host: "127.0.0.1:5000", name: "customer" }, "v1"],
  [`127.0.0.1:5000/customer@${digest}`, { registry: "other", host: "127.0.0.1:5000" }, digest],
])("reads %s", (image, repository, version) => {
  expect(read({ image }).image).toMatchObject({ repository, version });
});

it.each([
  ["without tag and digest", "ecr://customer"],
  ["without tag and digest, on a port", "127.0.0.1:5000/customer"],
  ["that could be in Docker Hub or in ECR", "customer:v1"],
  ["with a host after ecr://", "ecr://ghcr.io/owner/customer:v1"],
  ["with a digest cut short", "ecr://customer@sha256:abc"],
  ["in capitals", "ecr://Customer:v1"],
  ["of a URL", "https://ghcr.io/owner/customer:v1"],
])("refuses an image %s", (_, image) => {
  expect(() => read({ image })).toThrow(
    `Input image is "${image}"; expected ecr://<repository> or <host>/<name>, then @sha256:… or :<tag>`,
  );
});

it("takes each tag once", () => {
  expect(read({ tags: "latest\n\n v1 \nlatest" }).tags).toEqual(["latest", "v1"]);
});

it.each([
  [{ tags: "" }, "Input tags is required"],
  [{ tags: "latest\n-v1" }, 'Input tags has "-v1"'],
  [{ tags: `source-${"a".repeat(40)}` }, "tags that begin with source- are reserved for source digests"],
  [{ image: "" }, "Input image is required"],
  [{ image: "Customer", tags: "a/b" }, "2 inputs are wrong"],
])("refuses %j", (inputs, message) => {
  expect(() => read(inputs as Record<string, string>)).toThrow(message);
});
