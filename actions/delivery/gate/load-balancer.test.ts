import { describe, expect, test } from "vitest";
import { createVirtualAccount } from "../deployment/virtual-run.support.ts";
import { findMissing, findTestUrl, type Sides } from "./load-balancer.ts";

const arn = (name: string) => `arn:aws:elasticloadbalancing:us-east-1:123456789012:${name}`;
const [green, blue, other] = ["green", "blue", "other"].map((name) => arn(`targetgroup/${name}/1`)) as [
  string,
  string,
  string,
];
const sides: Sides = {
  green,
  blue,
  listeners: { production: arn("listener/app/web/1/80"), test: arn("listener/app/web/1/81") },
};
const to = (group: string, ...conditions: object[]) => ({
  IsDefault: conditions.length === 0,
  Conditions: conditions,
  Actions: [{ Type: "forward", TargetGroupArn: group }],
});
const path = (...Values: string[]) => ({ Field: "path-pattern", PathPatternConfig: { Values } });
const host = (...Values: string[]) => ({ Field: "host-header", HostHeaderConfig: { Values } });

function contextOf(answers: object) {
  const account = createVirtualAccount("CODE_DEPLOY");
  Object.assign(account.answers, answers);
  return account.context().context;
}

describe("the address for tests", () => {
  test.each<[string, object[], [string, number], string, RegExp]>([
    ["of a default rule", [to(other, path("/x")), to(green)], ["HTTP", 8080], "http://name:8080/", /^$/],
    ["on the usual port", [to(green)], ["HTTP", 80], "http://name/", /^$/],
    ["with HTTPS", [to(green, host("a.example"))], ["HTTPS", 443], "https://a.example/", /^$/],
    ["with HTTPS on HTTP's port", [to(green)], ["HTTPS", 80], "https://name:80/", /certificate/],
    ["of a path", [to(green, path("/admin/*")), to(blue)], ["HTTP", 81], "http://name:81/admin/", /^$/],
    ["of any path, too", [to(green, path("/a/*")), to(green)], ["HTTP", 81], "http://name:81/", /^$/],
    ["of a path with any character", [to(green, path("/v?/*"))], ["HTTP", 81], "http://name:81/v-/", /^$/],
    [
      "of a path without its beginning",
      [to(green, path("*.png"))],
      ["HTTP", 81],
      "http://name:81/.png",
      /^$/,
    ],
    ["of a host", [to(green, host("*.x", "a.x"))], ["HTTP", 81], "http://a.x:81/", /^$/],
    ["of any host", [to(green, host("*.x"))], ["HTTP", 81], "http://name:81/", /also needs host-header/],
    [
      "of a header",
      [to(green, { Field: "http-header" })],
      ["HTTP", 81],
      "http://name:81/",
      /needs http-header/,
    ],
    ["of a Network Load Balancer", [], ["TCP", 81], "", /test listener is TCP:81, so test-url is empty/],
  ])("%s", async (_, Rules, [Protocol, Port], url, notes) => {
    const context = contextOf({
      DescribeRules: { Rules },
      DescribeListeners: { Listeners: [{ Protocol, Port, LoadBalancerArn: arn("loadbalancer/app/web/1") }] },
      DescribeLoadBalancers: { LoadBalancers: [{ DNSName: "name", Scheme: "internet-facing" }] },
    });
    const found = await findTestUrl(context, sides);
    expect(found.url).toBe(url);
    expect(found.notes.join()).toMatch(notes);
  });

  test("of an internal load balancer has a note", async () => {
    const context = contextOf({
      DescribeRules: { Rules: [to(green)] },
      DescribeListeners: { Listeners: [{ Protocol: "HTTP", Port: 81 }] },
      DescribeLoadBalancers: { LoadBalancers: [{ DNSName: "name", Scheme: "internal" }] },
    });
    const { notes } = await findTestUrl(context, sides);
    expect(notes).toEqual(["The load balancer is internal: test-url works in its network."]);
  });

  test("is empty without a test listener", async () => {
    const found = await findTestUrl(contextOf({}), { ...sides, listeners: { production: "", test: "" } });
    expect(found).toEqual({ url: "", notes: [expect.stringContaining("no test listener")] });
  });
});

describe("what is missing", () => {
  const astray = "the test listener does not forward to green alone";
  const weighted = (...groups: [string, number][]) => ({
    IsDefault: true,
    Actions: [
      {
        Type: "forward",
        ForwardConfig: {
          TargetGroups: groups.map(([TargetGroupArn, Weight]) => ({ TargetGroupArn, Weight })),
        },
      },
    ],
  });
  test.each<[string, string[], object[], object[], string]>([
    ["nothing", ["healthy", "healthy", "draining"], [to(blue)], [to(green)], ""],
    ["a task", ["healthy"], [to(blue)], [to(green)], "1 of 2 targets of green are healthy"],
    [
      "a healthy one",
      ["healthy", "healthy", "unhealthy"],
      [to(blue)],
      [to(green)],
      "2 of 3 targets of green are healthy",
    ],
    ["test traffic", ["healthy", "healthy"], [to(blue)], [to(other)], astray],
    ["all test traffic", ["healthy", "healthy"], [to(blue)], [weighted([green, 1], [other, 1])], astray],
    [
      "a rule for test traffic",
      ["healthy", "healthy"],
      [to(blue)],
      [to(blue, path("/a")), to(green)],
      astray,
    ],
    ["no rule of others", ["healthy", "healthy"], [to(blue)], [to(other, path("/a")), to(green)], ""],
    [
      "no weight",
      ["healthy", "healthy"],
      [weighted([blue, 1], [green, 0])],
      [weighted([green, 1], [blue, 0])],
      "",
    ],
    [
      "the gate",
      ["healthy", "healthy"],
      [to(green, path("/a")), to(blue)],
      [to(green)],
      "the production listener forwards to green",
    ],
  ])("%s", async (_, states, production, tests, expected) => {
    const context = contextOf({
      DescribeTargetHealth: {
        TargetHealthDescriptions: states.map((State) => ({ TargetHealth: { State } })),
      },
      DescribeRules: ({ ListenerArn }: { ListenerArn: string }) => ({
        Rules: ListenerArn === sides.listeners.test ? tests : production,
      }),
    });
    expect(await findMissing(context, sides, 2)).toBe(expected);
  });

  test("nothing can be ready without tasks, and all pages of rules count", async () => {
    const pages = { "1": [to(other, path("/a"))], "2": [to(green)] };
    const context = contextOf({
      DescribeTargetHealth: { TargetHealthDescriptions: [] },
      DescribeRules: ({ ListenerArn, Marker = "1" }: { ListenerArn: string; Marker?: "1" | "2" }) =>
        ListenerArn === sides.listeners.test
          ? { Rules: pages[Marker], ...(Marker === "1" && { NextMarker: "2" }) }
          : { Rules: [to(blue)] },
    });
    expect(await findMissing(context, sides, 0)).toBe("0 of 0 targets of green are healthy");
  });
});
