import { startTestSimulator } from "@ecs-delivery/simulator/test-simulator.support";
import { afterAll, describe, expect, it } from "vitest";
import { check, checkoutOf, costSheet, itemsOf, ownFiles } from "./check.support.ts";
import { buildByHand, commit } from "./lab-account.support.ts";
import { codeFiles, courseNames } from "./lab-parts.support.ts";
import { expectCaught, type Mistake } from "./mistakes.support.ts";

/** All nine phases are done in it. */
const simulator = await startTestSimulator({ account: "academy" });
afterAll(() => simulator.close());
const lab = await buildByHand(simulator);

const course: readonly Mistake[] = [
  [
    "3.folders 4.dockerfiles 4.port 4.employee-routes 4.employee-redirects 4.employee-pages 4.account 4.customer-reads",
    /has no folder customer/,
    async () => {
      const own = Object.entries(codeFiles).filter(([path]) => path.startsWith("employee/"));
      const paths = own.map(([path]) => path);
      await commit(simulator, courseNames.code, {}, paths);
      return () => commit(simulator, courseNames.code, Object.fromEntries(own));
    },
  ],
  [
    "6.load-balancer 6.listeners 6.admin-rules 6.admin-path 7.behind-listener 8.deployment-groups 8.running 8.site 8.customer-reads 8.employee-pages 9.source-ip 9.own-address",
    /no application load balancer/,
    async () => {
      for (const { arn } of Object.values(lab.listeners))
        await simulator.aws.elbv2.deleteListener({ ListenerArn: arn });
      await simulator.aws.elbv2.deleteLoadBalancer({ LoadBalancerArn: lab.loadBalancer });
      return async () => {};
    },
  ],
];

describe("a mistake in an account that is otherwise right", () => {
  it.each(course)("is caught by %s: %s", (...mistake) => expectCaught(mistake, () => check(simulator)));
});

describe("a cost sheet", () => {
  it.each([
    [
      "1.cost-free",
      /charges for IAM; it is free/,
      "\nMy Estimate,US East (N. Virginia),,AWS IAM,0,5.00,60,USD,,",
    ],
    [
      "1.cost-free",
      /CodeBuild; the lab does not use it/,
      "\nMy Estimate,US East (N. Virginia),,AWS CodeBuild,0,5.00,60,USD,,",
    ],
    [
      "1.cost-sheet",
      /Amazon S3 is in Europe \(Paris\)/,
      "\nMy Estimate,Europe (Paris),,Amazon S3,0,1.00,12,USD,,",
    ],
    ["1.cost-sheet", /S3 has no amount/, "\nMy Estimate,,,Amazon S3,0,soon,,USD,,"],
    ["1.cost-sheet", /are in EUR, not in US dollars/, "\nMy Estimate,,,Amazon S3,0,0.10,1.2,EUR,,"],
    ["1.cost-sheet", /total is 98.70 a month/, "\nMy Estimate,,,Amazon S3,0,9,108,USD,,"],
  ])("%s", async (item, evidence, row) => {
    const checkout = checkoutOf({ ...ownFiles, "costs.csv": costSheet.trimEnd() + row });
    const failed = itemsOf(await check(simulator, { checkout, numbers: [1] }), "fail");
    expect(failed).toEqual([expect.stringMatching(evidence)]);
    expect(failed[0]).toMatch(new RegExp(`^${item}:`));
  });

  it.each([
    [
      "Mermaid in a document of that name is",
      "docs/architecture.md",
      "# A\n\n```mermaid\nflowchart LR\n```",
      [],
    ],
    ["a drawing under any name is", "Phase1.drawio", "<mxfile/>", []],
    ["a picture with a French name is", "docs/Schéma.png", "x", []],
    ["a picture that is not said to be one is not", "public/img/bean.png", "x", ["1.diagram"]],
    [
      "a document that only speaks of Mermaid is not",
      "docs/architecture.md",
      "See ```mermaid``` blocks",
      ["1.diagram"],
    ],
  ])("%s a diagram", async (_, path, text, failed) => {
    const checkout = checkoutOf({ "costs.csv": costSheet, [path]: text });
    const found = itemsOf(await check(simulator, { checkout, numbers: [1] }), "fail");
    expect(found.map((each) => each.split(":")[0])).toEqual(failed);
  });

  it("that does not exist is one fault", async () => {
    const { score } = await check(simulator);
    const report = await check(simulator, { checkout: checkoutOf({ "docs/architecture.drawio": "x" }) });
    expect(itemsOf(report, "fail")).toContain(
      "1.cost-sheet: the repository has no CSV file of AWS's calculator",
    );
    expect(score.points - report.score.points).toBe(1);
  });

  it("without public addresses, and with guessed sizes, is compared with ours", async () => {
    const wrong = costSheet.replace(/^.*Public IPv4.*\n/m, "").replace("36.04", "140.00");
    const checkout = checkoutOf({ ...ownFiles, "costs.csv": wrong });
    expect(itemsOf(await check(simulator, { checkout, numbers: [1] }), "fail")).toEqual([
      "1.cost-complete: costs.csv has no public IPv4 addresses",
      "1.cost-amounts: costs.csv: AWS Fargate $140.00, ours $36.04",
    ]);
  });
});
