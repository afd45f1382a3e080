import { expect, test } from "vitest";
import {
  alarmPage,
  deploymentPage,
  ecsPages,
  imagePage,
  logGroupPage,
  revisionPage,
  runCommit,
  stackPage,
  taskPage,
} from "./console.ts";

const revision = "arn:aws:ecs:eu-west-3:123456789012:task-definition/web:7";
const service = { cluster: "shop", service: "web" };
const address = (links: readonly { address: string }[]) => links[0]?.address ?? "";
const digest = `sha256:${"a".repeat(64)}`;

test.each([
  [ecsPages(revision, service), "ecs/v2/clusters/shop/services/web/health?region=eu-west-3"],
  [revisionPage("x", revision), "ecs/v2/task-definitions/web/7/containers?region=eu-west-3"],
  [
    deploymentPage(revision, { ...service, deploymentId: "d-1" }),
    "codesuite/codedeploy/deployments/d-1?region=eu-west-3",
  ],
  [
    deploymentPage(revision, { ...service, deploymentId: "arn:aws:ecs:…" }),
    "ecs/v2/clusters/shop/services/web/deployments?region=eu-west-3",
  ],
  [
    taskPage("arn:aws:ecs:eu-west-3:123456789012:task/shop/0f", "shop"),
    "ecs/v2/clusters/shop/tasks/0f/configuration?region=eu-west-3",
  ],
  [
    logGroupPage(revision, "/ecs/web"),
    "cloudwatch/home?region=eu-west-3#logsV2:log-groups/log-group/$252Fecs$252Fweb",
  ],
  [alarmPage(revision, "web 5xx"), "cloudwatch/home?region=eu-west-3#alarmsV2:alarm/web%205xx"],
  [
    stackPage("arn:aws:cloudformation:eu-west-3:123456789012:stack/shop-net/0f"),
    "cloudformation/home?region=eu-west-3#/stacks/stackinfo?stackId=arn%3Aaws%3Acloudformation%3Aeu-west-3%3A123456789012%3Astack%2Fshop-net%2F0f",
  ],
  [
    imagePage(`123456789012.dkr.ecr.eu-west-3.amazonaws.com/web@${digest}`),
    `ecr/repositories/private/123456789012/web/_/image/${digest}/details?region=eu-west-3`,
  ],
])("links to the console: %#", (links, expected) => {
  expect(address(links)).toBe(`https://eu-west-3.console.aws.amazon.com/${expected}`);
});

test("uses China's console for its regions", () => {
  expect(address(ecsPages("arn:aws-cn:ecs:cn-north-1:123456789012:task-definition/web:7", service))).toMatch(
    /^https:\/\/cn-north-1\.console\.amazonaws\.cn\//,
  );
});

test("has no link without a region, an image in ECR or a workflow run", () => {
  expect(
    [ecsPages("", service), revisionPage("x", ""), imagePage("ghcr.io/shop/web:1"), runCommit({})].flat(),
  ).toEqual([]);
});

test("links to the commit of the run", () => {
  const run = {
    GITHUB_SERVER_URL: "https://github.com",
    GITHUB_REPOSITORY: "o/r",
    GITHUB_SHA: "0123456789abcdef",
  };
  expect(runCommit(run)).toEqual([
    { text: "commit 0123456", address: "https://github.com/o/r/commit/0123456789abcdef" },
  ]);
});
