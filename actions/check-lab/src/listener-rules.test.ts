import { expect, it } from "vitest";
import { ruleFor, sharesOf, type Visit } from "./listener-rules.ts";

const paths = (...Values: string[]) => ({ Field: "path-pattern", PathPatternConfig: { Values } });
const hosts = (...Values: string[]) => ({ Field: "host-header", HostHeaderConfig: { Values } });
const from = (...Values: string[]) => ({ Field: "source-ip", SourceIpConfig: { Values } });
const methods = (...Values: string[]) => ({
  Field: "http-request-method",
  HttpRequestMethodConfig: { Values },
});
const admin: Visit = { path: "/admin/suppliers", source: "198.51.100.7", host: "LB.example.com" };

it.each<[string, object[][], Visit, string]>([
  ["/admin/* fits what is below", [[paths("/admin/*")]], admin, "1"],
  ["/admin/* does not fit /admin", [[paths("/admin/*")]], { path: "/admin" }, "default"],
  ["/admin/* fits /admin/", [[paths("/admin/*")]], { path: "/admin/" }, "1"],
  ["one of two values is enough", [[paths("/admin", "/admin/*")]], { path: "/admin" }, "1"],
  ["paths are case-sensitive", [[paths("/Admin/*")]], admin, "default"],
  ["? is exactly one character", [[paths("/admi?/*")]], admin, "1"],
  ["? is not none", [[paths("/admin?/suppliers")]], admin, "default"],
  ["* goes over slashes", [[paths("/*/suppliers")]], admin, "1"],
  ["* may be in the middle twice", [[paths("*/adm*iers")]], admin, "1"],
  ["a pattern is not a prefix", [[paths("/admin")]], admin, "default"],
  ["the first rule wins", [[paths("/*")], [paths("/admin/*")]], admin, "1"],
  ["the next rule is tried", [[paths("/api/*")], [paths("/admin/*")]], admin, "2"],
  ["every condition must hold", [[paths("/admin/*"), from("203.0.113.0/24")]], admin, "default"],
  ["an address is in a range", [[paths("/admin/*"), from("198.51.100.0/24")]], admin, "1"],
  ["an address of IPv6 is in a range", [[from("2001:db8::/32")]], { ...admin, source: "2001:db8::1" }, "1"],
  ["hosts are not case-sensitive", [[hosts("*.EXAMPLE.com")]], admin, "1"],
  ["methods are compared exactly", [[methods("POST")]], admin, "default"],
  ["a header that a browser does not send", [[{ Field: "http-header" }]], admin, "default"],
])("%s", (_, conditions, visit, expected) => {
  const rules = conditions.map((Conditions, index) => ({ Priority: `${index + 1}`, Conditions }));
  expect(ruleFor([...rules, { Priority: "default" }], visit)?.Priority).toBe(expected);
});

it.each([
  [[], []],
  [[{ Type: "forward" as const, TargetGroupArn: "a" }], [{ arn: "a", percent: 100 }]],
  [
    [{ Type: "forward" as const, ForwardConfig: { TargetGroups: groups(["a", 1], ["b", 3], ["c", 0]) } }],
    [
      { arn: "b", percent: 75 },
      { arn: "a", percent: 25 },
    ],
  ],
])("returns the shares of %j", (actions, shares) => {
  expect(sharesOf(actions)).toEqual(shares);
});

function groups(...weights: [string, number][]) {
  return weights.map(([TargetGroupArn, Weight]) => ({ TargetGroupArn, Weight }));
}
