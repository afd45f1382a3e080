import { expect, test } from "vitest";
import { estimateTemplate } from "./estimate.support.ts";
import { compareCosts } from "./estimate.ts";
import { deltaMarkdown } from "./markdown.ts";

const key = "\n  Key: { Type: AWS::KMS::Key }";
const server = (type: string) =>
  `\n  Server: { Type: AWS::EC2::Instance, Properties: { InstanceType: ${type}, NetworkInterfaces: [{ AssociatePublicIpAddress: false }] } }`;
const address = "\n  Address: { Type: AWS::EC2::EIP }";

test("shows what is added, removed and changed, the greatest first", () => {
  const delta = compareCosts(
    estimateTemplate(key + server("t3.micro")),
    estimateTemplate(server("t3.micro") + address),
  );
  expect(delta.after - delta.before).toBeCloseTo(730 * 0.005 - 1, 8);
  expect(
    delta.changes.map(({ kind, line, before, after }) => [kind, line.resource, line.price.id, before, after]),
  ).toEqual([
    ["added", "Address", "public-ipv4", 0, 3.65],
    ["removed", "Key", "kms-key", 1, 0],
    ["removed", "Key", "kms-calls", 0, 0],
  ]);
  expect(deltaMarkdown(delta)).toBe(`### Cost of this change: +$2.65 a month, +$31.80 in 12 months

<details><summary>2 items</summary>

| Change | Resource | Item | Before | After | Change a month |
| --- | --- | --- | ---: | ---: | ---: |
| added | one/Address | Public IPv4 addresses | $0.00 | $3.65 | +$3.65 |
| removed | one/Key | Customer managed keys | $1.00 | $0.00 | −$1.00 |
|  | **Total** |  | $9.23 | $11.88 | +$2.65 |

</details>

<details><summary>Changes nothing in the cost: 1 item</summary>

| Change | Resource | Item | Before | After | Change a month |
| --- | --- | --- | ---: | ---: | ---: |
| removed | one/Key | Requests | $0.00 | $0.00 | ±$0.00 |

</details>`);
});

test("shows another instance type as one removed and one added line", () => {
  const { changes } = compareCosts(
    estimateTemplate(server("t3.micro")),
    estimateTemplate(server("t3.small")),
  );
  expect(changes.map(({ kind, line }) => [kind, line.price.id])).toEqual([
    ["added", "ec2-t3.small"],
    ["removed", "ec2-t3.micro"],
  ]);
});

test("shows more of the same as one changed line", () => {
  const once = estimateTemplate(address);
  const { changes } = compareCosts(once, estimateTemplate(address, { usage: { hours: 365 } }));
  expect(changes).toMatchObject([{ kind: "changed", before: 3.65, after: 1.825 }]);
});

test("says so when nothing changes", () => {
  const estimate = estimateTemplate(server("t3.micro"));
  expect(deltaMarkdown(compareCosts(estimate, estimate))).toBe(
    "### Cost of this change: ±$0.00 a month, ±$0.00 in 12 months\n\nNothing that is billed changes: $8.23 a month.",
  );
});
