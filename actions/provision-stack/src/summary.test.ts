import { expect, test } from "vitest";
import { markdownOf } from "../../core/card.ts";
import { newResult } from "./result.ts";
import { provisionSummary } from "./summary.ts";

test("counts outcomes, and links to the site, but to no Git repository", () => {
  const results = [
    { ...newResult("shop-network"), outcome: "unchanged" as const },
    {
      ...newResult("shop-load-balancer"),
      outcome: "updated" as const,
      outputs: { Address: "shop-1.us-east-1.elb.amazonaws.com" },
    },
    {
      ...newResult("shop-pipeline"),
      outcome: "unchanged" as const,
      outputs: { CodeRepositoryUrl: "https://git-codecommit.us-east-1.amazonaws.com/v1/repos/code" },
    },
  ];
  const summary = markdownOf(provisionSummary("apply", results));
  expect(summary).toMatch(
    /^### ✅ Stacks, apply: 1 updated, 2 unchanged\n\n\[site\]\(http:\/\/shop-1\.us-east-1\.elb/,
  );
  expect(summary).not.toContain("[CodeRepositoryUrl]");
});
