import { expect, it } from "vitest";
import { parseRepositoryName } from "./repository-name.ts";

const account = "210987654321";
const ecr = (name: string) => ({ registry: "ecr", name });
const other = (host: string, name: string, uri = `${host}/${name}`) => ({
  registry: "other",
  host,
  name,
  uri,
});

it.each([
  ["customer", ecr("customer")],
  ["team/customer", ecr("team/customer")],
  ["public.ecr.aws/coffee/team/customer", other("public.ecr.aws", "coffee/team/customer")],
  ["ghcr.io/owner/customer", other("ghcr.io", "owner/customer")],
  ["docker.io/user/customer", other("registry-1.docker.io", "user/customer", "docker.io/user/customer")],
  ["127.0.0.1:5000/customer", other("127.0.0.1:5000", "customer")],
  ["localhost/customer", other("localhost", "customer")],
])("reads %s", (text, name) => {
  expect(parseRepositoryName(text)).toEqual(name);
});

it.each([
  [`${account}.dkr.ecr.eu-west-1.amazonaws.com`, "eu-west-1"],
  [`${account}.dkr.ecr.cn-north-1.amazonaws.com.cn`, "cn-north-1"],
  [`${account}.dkr.ecr-fips.us-east-2.amazonaws.com`, "us-east-2"],
  [`${account}.dkr-ecr.eu-north-1.on.aws`, "eu-north-1"],
])("reads the account and the region in %s", (host, region) => {
  expect(parseRepositoryName(`${host}/team/customer`)).toEqual({
    ...ecr("team/customer"),
    elsewhere: { host, accountId: account, region },
  });
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
