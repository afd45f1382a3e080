import { BatchGetImageCommand, type PullThroughCacheRule } from "@aws-sdk/client-ecr";
import { expect, test } from "vitest";
import type { Checking } from "./checking.ts";
import { findInEcr } from "./images.ts";

const denied = Object.assign(new Error("not authorized"), { name: "AccessDeniedException" });

test.each<[string, string, PullThroughCacheRule[] | Error, string | undefined]>([
  ["without a rule", "ecr-public/nginx/nginx", [], undefined],
  ["of another prefix", "ecr-public-2/nginx", [{ ecrRepositoryPrefix: "ecr-public" }], undefined],
  ["that a rule fetches", "ecr-public/nginx/nginx", [{ ecrRepositoryPrefix: "ecr-public" }], "note"],
  ["that the rule for all fetches", "nginx", [{ ecrRepositoryPrefix: "ROOT" }], "note"],
  ["that an unreadable rule might fetch", "ecr-public/nginx/nginx", denied, "unchecked"],
  ["whose name has no prefix", "customer", denied, undefined],
])("handles a missing image %s", async (_, repository, rules, kind) => {
  const send = async (command: object) => {
    if (command instanceof BatchGetImageCommand) return { images: [] };
    if (rules instanceof Error) throw rules;
    return { pullThroughCacheRules: rules };
  };
  const clients = { ecr: async () => ({ send }) } as unknown as Checking["clients"];
  const checking = { clients, signal: new AbortController().signal } as Checking;
  const image = `123456789012.dkr.ecr.us-east-1.amazonaws.com/${repository}:1`;
  const [finding] = (await findInEcr(checking, image)).findings;
  expect(finding?.kind).toBe(kind);
  expect(finding?.text).toContain(`image ${image} is not in ECR`);
});
