import { expect, it } from "vitest";
import { account } from "./caller.support.ts";
import cases from "./request-keys.json" with { type: "json" };
import { requestKeys } from "./request-keys.ts";

const all = Object.entries<(string | object)[][]>(cases).flatMap(([key, rows]) =>
  rows.map(
    ([action, input, expected]) => [key, action, input, expected] as [string, string, object, unknown],
  ),
);

/** Source: the descriptions of the keys, Service Authorization Reference. */
it.each(all)("the key %s of %s with %j is %j", (key, action, input, expected) => {
  const role = (name: string) =>
    name === "missing" ? undefined : ({ boundaryArn: name === "limited" ? "arn:limit" : undefined } as never);
  const place = { accountId: account, region: "us-east-1", role };
  const values = requestKeys(`${key.split(":")[0]}:${action}`, input, place)(key);
  expect(values ?? "not known").toEqual(expected);
});
