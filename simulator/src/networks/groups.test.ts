import { expect, it } from "vitest";
import type { Ec2State, Rule } from "../services/ec2/state.ts";
import { admission } from "./groups.ts";

const rule = (more: Partial<Rule>): Rule => ({
  id: "sgr-1",
  egress: false,
  protocol: "tcp",
  from: 8080,
  to: 8090,
  peer: { kind: "ipv4", cidr: "10.0.0.0/24" },
  ...more,
});
const answer = (rules: readonly Rule[], port: number, address: string, groupIds: string[] = []) => {
  const group = { id: "sg-1", vpcId: "vpc-1", name: "", description: "", rules: [...rules] };
  const state = { securityGroups: new Map([["sg-1", group]]) } as unknown as Ec2State;
  return admission(state, { groupIds: ["sg-deleted", "sg-1"] }, false, port, { address, groupIds });
};
const range = (cidr: string): Partial<Rule> => ({ peer: { kind: "ipv4", cidr } });

it.each([
  ["its first port", {}, 8080, "10.0.0.255", "open"],
  ["its last port", {}, 8090, "10.0.0.255", "open"],
  ["the port before", {}, 8079, "10.0.0.255", "closed"],
  ["the port behind", {}, 8091, "10.0.0.255", "closed"],
  ["an address behind its range", {}, 8080, "10.0.1.0", "closed"],
  ["the other direction", { egress: true }, 8080, "10.0.0.1", "closed"],
  ["UDP", { protocol: "udp" }, 8080, "10.0.0.1", "closed"],
  ["TCP by its number", { protocol: "6" }, 8080, "10.0.0.1", "open"],
  ["every protocol", { protocol: "-1", from: undefined, to: undefined }, 22, "10.0.0.1", "open"],
  ["every port", { from: undefined, to: undefined }, 22, "10.0.0.1", "open"],
  ["an IPv6 range", { peer: { kind: "ipv6", cidr: "::/0" } }, 8080, "10.0.0.1", "closed"],
  ["everybody, for the internet", range("0.0.0.0/0"), 8080, "internet", "open"],
  ["private addresses, for the internet", range("172.16.0.0/12"), 8080, "internet", "closed"],
  ["half of all addresses, for the internet", range("0.0.0.0/1"), 8080, "internet", "not checked"],
  ["one public address, for the internet", range("198.51.100.7/32"), 8080, "internet", "not checked"],
] as const)("a rule for %s", (_, more, port, address, expected) => {
  expect(answer([rule(more)], port, address)).toBe(expected);
});

it("admits a group by its id alone, and needs one rule of many", () => {
  const ofGroup = rule({ peer: { kind: "group", groupId: "sg-2" } });
  expect(answer([rule({}), ofGroup], 8080, "192.0.2.1", ["sg-3", "sg-2"])).toBe("open");
  expect(answer([rule({}), ofGroup], 8080, "192.0.2.1", ["sg-3"])).toBe("closed");
  expect(answer([], 8080, "10.0.0.1")).toBe("closed");
});
