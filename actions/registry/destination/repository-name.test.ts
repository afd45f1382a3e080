import { expect, it } from "vitest";
import { parseRepositoryName } from "./repository-name.ts";

const account = "210987654321";

it.each([
  ["customer", { registry: "ecr", name: "customer" }],
  ["team/customer", { registry: "ecr", name: "team/customer" }],
  [
    `${account}.dkr.ecr.eu-west-1.amazonaws.com/team/customer`,
    {
      registry: "ecr",
      name: "team/customer",
      elsewhere: {
        host: `${account}.dkr.ecr.eu-west-1.amazonaws.com`,
        accountId: account,
        region: "eu-west-1",
      },
    },
  ],
  [
    `${account}.dkr.ecr.cn-north-1.amazonaws.com.cn/customer`,
    { registry: "ecr", elsewhere: { region: "cn-north-1" } },
  ],
  [
    `${account}.dkr.ecr-fips.us-east-2.amazonaws.com/customer`,
    { registry: "ecr", elsewhere: { region: "us-east-2" } },
  ],
  [
    `${account}.dkr-ecr.eu-north-1.on.aws/customer`,
    { registry: "ecr", elsewhere: { region: "eu-north-1", accountId: account } },
  ],
  [
    "public.ecr.aws/coffee/team/customer",
    { registry: "other", host: "public.ecr.aws", name: "coffee/team/customer" },
  ],
  [
    "ghcr.io/owner/customer",
    { registry: "other", host: "ghcr.io", name: "owner/customer", uri: "ghcr.io/owner/customer" },
  ],
  [
    "docker.io/user/customer",
    {
      registry: "other",
      host: "registry-1.docker.io",
      name: "user/customer",
      uri: "docker.io/user/customer",
    },
  ],
  ["127.0.0.1:5000/customer", { registry: "other", host: "127.0.0.1:5000", name: "customer" }],
  ["localhost/customer", { registry: "other", host: "localhost", name: "customer" }],
])("reads %s", (text, name) => {
  expect(parseRepositoryName(text)).toMatchObject(name);
});

it.each([
  "",
  "Customer",
  "customer:v1",
  `customer@sha256:${"a".repeat(64)}`,
  "ghcr.io/owner/customer:v1",
  "ghcr.io/",
  "https://ghcr.io/owner/customer",
  "docker.io/customer",
  "-host.example/customer",
  `${account}.dkr.ecr.eu-west-1.amazonaws.com/Customer`,
])("refuses %j", (text) => {
  expect(parseRepositoryName(text)).toBeUndefined();
});
