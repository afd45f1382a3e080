import {
  DescribeListenersCommand,
  DescribeLoadBalancersCommand,
  DescribeRulesCommand,
  type ElasticLoadBalancingV2Client,
  ModifyRuleCommand,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { homes, readPage } from "../read-page.ts";
import { expectThat } from "../record-steps.ts";
import type { ChapterBody } from "./expectations.ts";

const mine = "127.0.0.1";
/** On Linux all of 127.0.0.0/8 is this machine's, so that a visitor can really use another address. */
const somebodyElses = "127.0.0.2";

/** Phase 9 of the course: the load balancer's rules allow employees from one address only. */
export const sourceIp: ChapterBody = {
  async run({ rehearsal, steps }) {
    const { aws, addresses } = rehearsal;
    await steps.perform(`allow only ${mine} to reach /admin, on both listeners`, () =>
      limitRules(aws.balancer),
    );
    const visit = (from: string, headers = {}) =>
      Promise.all(
        [addresses.production, addresses.test].map((address) =>
          readPage(`${address}/admin/suppliers`, { from, headers }),
        ),
      );
    await steps.check("from there, /admin shows the employees' page", async () => {
      for (const { status, home } of await visit(mine))
        expectThat(status === 200 && home === homes.employee, `HTTP ${status} from ${mine}`);
    });
    if (process.platform !== "linux") return;
    await steps.check("from elsewhere, /admin is the customers' 404, even with a forged header", async () => {
      for (const { status, home } of await visit(somebodyElses, { "X-Forwarded-For": mine }))
        expectThat(status === 404 && home === homes.customer, `HTTP ${status} from ${somebodyElses}`);
    });
  },
};

/** Changes the rules through the API. CloudFormation would reset the target groups, which deployments have moved. */
async function limitRules(balancer: ElasticLoadBalancingV2Client): Promise<void> {
  const { LoadBalancers } = await balancer.send(
    new DescribeLoadBalancersCommand({ Names: ["microservicesLB"] }),
  );
  const { Listeners = [] } = await balancer.send(
    new DescribeListenersCommand({ LoadBalancerArn: LoadBalancers?.[0]?.LoadBalancerArn }),
  );
  for (const { ListenerArn } of Listeners) {
    const { Rules = [] } = await balancer.send(new DescribeRulesCommand({ ListenerArn }));
    const RuleArn = Rules.find(({ Priority }) => Priority === "1")?.RuleArn;
    await balancer.send(
      new ModifyRuleCommand({
        RuleArn,
        Conditions: [
          { Field: "path-pattern", PathPatternConfig: { Values: ["/admin", "/admin/*"] } },
          { Field: "source-ip", SourceIpConfig: { Values: [`${mine}/32`] } },
        ],
      }),
    );
  }
}
