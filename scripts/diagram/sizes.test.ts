import { expect, test } from "vitest";
import { textWidth, wrap } from "./sizes.ts";

test.each<[string, number, string[]]>([
  ["supplierdb", 16, ["supplierdb"]],
  ["customer-microservice", 16, ["customer-", "microservice"]],
  ["MonolithicAppServer", 16, ["MonolithicApp", "Server"]],
  ["token.actions.githubusercontent.com", 16, ["token.actions.", "githubusercontent.", "com"]],
  ["2 deployment groups", 16, ["2 deployment", "groups"]],
  ["0.5 vCPU, 1 GB", 26, ["0.5 vCPU, 1 GB"]],
])("%j in lines of %i characters is %j", (text, longest, lines) => {
  expect(wrap(text, longest)).toEqual(lines);
});

test("bold text and wide letters need more room", () => {
  expect(textWidth("abc", 12, true)).toBeGreaterThan(textWidth("abc", 12));
  expect(textWidth("WWW", 12)).toBeGreaterThan(textWidth("iii", 12));
});
