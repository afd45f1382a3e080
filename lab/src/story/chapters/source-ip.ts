import {
  DescribeListenersCommand,
  DescribeLoadBalancersCommand,
  DescribeRulesCommand,
  type ElasticLoadBalancingV2Client,
  ModifyRuleCommand,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { observe } from "../aws-clients.ts";
import { fetchPage } from "../fetch-page.ts";
import { expectThat, type StepRecorder } from "../record-steps.ts";
import type { Rehearsal } from "../rehearsal.ts";

const mine = "127.0.0.1";
/** On Linux all of 127.0.0.0/8 is this machine's, so that a visitor can really come from elsewhere. */
const somebodyElses = "127.0.0.2";

/** Phase 9 of the course: employees only from one address, by a condition of the load balancer's rules. */
export async function limitEmployees(rehearsal: Rehearsal, steps: StepRecorder): Promise<void> {
  const { simulator, addresses } = rehearsal;
  await steps.perform(`let only ${mine} reach /admin, by both listeners' rules`, () =>
    observe(simulator, ({ balancer }) => limitRules(balancer)),
  );
  const ask = (from: string, headers = {}) =>
    Promise.all(
      [addresses.production, addresses.test].map((address) =>
        fetchPage(`${address}/admin/suppliers`, { from, headers }),
      ),
    );
  await steps.check("the employees' page answers there", async () => {
    const { status, text } = (await ask(mine))[0] as Page;
    expectThat(status === 200 && text.includes("Manage coffee suppliers"), `HTTP ${status}`);
  });
  if (process.platform !== "linux") return;
  await steps.check("from elsewhere it is the customers' 404, whatever the visitor claims", async () => {
    for (const { status, text } of await ask(somebodyElses, { "X-Forwarded-For": mine }))
      expectThat(
        status === 404 && text.includes("Coffee suppliers") && !text.includes("Manage"),
        `HTTP ${status} from ${somebodyElses}`,
      );
  });
}

type Page = Awaited<ReturnType<typeof fetchPage>>;

/** As by hand: CloudFormation would put the template's target groups back, which deployments have moved. */
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
