import type { RuleCondition } from "@aws-sdk/client-elastic-load-balancing-v2";
import { afterAll, describe, expect, it } from "vitest";
import { type Ask, answer, ask, setStage } from "./stage.support.ts";

const stage = await setStage();
afterAll(() => stage.close());

const path = (...Values: string[]): RuleCondition => ({ Field: "path-pattern", Values });
const source = (...Values: string[]): RuleCondition => ({ Field: "source-ip", SourceIpConfig: { Values } });

describe("a rule's conditions", () => {
  it.each<[string, RuleCondition[], Ask, boolean]>([
    ["the lab's /admin/* takes a page under it", [path("/admin/*")], { path: "/admin/suppliers" }, true],
    ["the lab's /admin/* misses /admin itself", [path("/admin/*")], { path: "/admin" }, false],
    ["one of two patterns suffices", [path("/admin", "/admin/*")], { path: "/admin" }, true],
    ["a path pattern ignores the query", [path("/admin")], { path: "/admin?page=2" }, true],
    ["a path pattern is case-sensitive", [path("/admin")], { path: "/Admin" }, false],
    ["? stands for one character", [path("/v?/x")], { path: "/v2/x" }, true],
    ["? does not stand for none", [path("/v?/x")], { path: "/v/x" }, false],
    ["* stands for a run in the middle", [path("/a*c")], { path: "/a/b/b/c" }, true],
    ["the client's address", [source("127.0.0.0/8")], {}, true],
    [
      "an address only in X-Forwarded-For",
      [source("192.0.2.7/32")],
      { headers: { "x-forwarded-for": "192.0.2.7" } },
      false,
    ],
    ["all of several conditions", [path("/a"), source("127.0.0.0/8")], { path: "/a" }, true],
    ["not just some of them", [path("/a"), source("192.0.2.7/32")], { path: "/a" }, false],
  ])("%s", async (_, conditions, request, expected) => {
    const { arn, port } = await stage.listen(answer("default"));
    await stage.elbv2.createRule({
      ListenerArn: arn,
      Conditions: conditions,
      Priority: 1,
      Actions: [answer("rule")],
    });
    expect((await ask(port, request)).body).toBe(expected ? "rule" : "default");
  });
});

describe("priorities", () => {
  it("are decided by the lowest number, in any order of creation, and can be swapped", async () => {
    const { arn, port } = await stage.listen(answer("default"));
    const create = async (Priority: number, text: string) => {
      const rule = { ListenerArn: arn, Conditions: [path("/*")], Priority, Actions: [answer(text)] };
      return (await stage.elbv2.createRule(rule)).Rules?.[0]?.RuleArn ?? "";
    };
    const later = await create(20, "later");
    const first = await create(3, "first");
    expect((await ask(port)).body).toBe("first");

    await stage.elbv2.setRulePriorities({
      RulePriorities: [
        { RuleArn: later, Priority: 3 },
        { RuleArn: first, Priority: 20 },
      ],
    });
    expect((await ask(port)).body).toBe("later");
    const { Rules } = await stage.elbv2.describeRules({ ListenerArn: arn });
    expect(Rules?.map(({ Priority }) => Priority)).toEqual(["3", "20", "default"]);

    await expect(create(20, "again")).rejects.toMatchObject({
      code: "PriorityInUseException",
      message: "Priority '20' is currently in use",
    });
    await stage.elbv2.deleteRule({ RuleArn: later });
    await stage.elbv2.modifyRule({ RuleArn: first, Actions: [answer("modified")] });
    expect((await ask(port)).body).toBe("modified");
  });
});
