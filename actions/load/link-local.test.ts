import { expect, test } from "vitest";
import { isLinkLocal, lookUpAllowed } from "./link-local.ts";

test.each([
  ["http://169.254.169.254/latest/meta-data/", true],
  ["http://169.254.170.2/v2/credentials", true],
  ["http://2852039166/", true],
  ["http://0xa9.0xfe.0xa9.0xfe/", true],
  ["http://[::ffff:169.254.169.254]/", true],
  ["http://[fd00:ec2::254]/", true],
  ["http://[fe80::1]/", true],
  ["http://169.253.1.1/", false],
  ["http://127.0.0.1:10080/", false],
  ["http://10.0.0.7/", false],
  ["http://[::1]/", false],
  ["http://web.example/", false],
])("detects whether %s is link-local: %s", (url, expected) => {
  expect(isLinkLocal(new URL(url).hostname)).toBe(expected);
});

test.each([
  // Node resolves an address to itself: DNS or /etc/hosts may do so for any name.
  ["169.254.169.254", true, "LINK_LOCAL"],
  ["169.254.169.254", false, "LINK_LOCAL"],
  ["127.0.0.1", true, [{ address: "127.0.0.1", family: 4 }]],
  ["127.0.0.1", false, "127.0.0.1"],
])("connects to names as Node does, but not to %s (all: %s)", (name, all, expected) => {
  const { promise, resolve } = Promise.withResolvers();
  lookUpAllowed(name, { all }, (error, address) => resolve(error?.code ?? address));
  return expect(promise).resolves.toEqual(expected);
});
