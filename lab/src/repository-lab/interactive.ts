import {
  DescribeListenersCommand,
  DescribeLoadBalancersCommand,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { systemClock } from "@ecs-delivery/actions/core/pace";
import { openPageClients, startPage } from "@ecs-delivery/live/page";
import { exportLines } from "@ecs-delivery/simulator/shell-lines";
import { operateTab } from "../page/operate-tab.ts";
import { createOperations } from "../page/operations.ts";
import { pageOf } from "../page/own-pages.ts";
import { runsTab } from "../page/runs-tab.ts";
import { createVisitors } from "../story/load.ts";
import type { ManualRun } from "../story/manual-runs.ts";
import { addRemote, remote } from "../story/remote.ts";
import { type AwsClients, credentialsOf, openClients } from "../story/simulator-process.ts";
import type { OpenLab } from "./open-lab.ts";
import type { LabOptions, Session } from "./options.ts";
import type { Prepared } from "./prepare.ts";
import type { createPushes } from "./pushes.ts";

/** Requests per second. */
const visitorsPerSecond = 10;

interface Stay {
  lab: OpenLab;
  prepared: Prepared;
  options: LabOptions;
  pushes: ReturnType<typeof createPushes>;
  /** To which `git push lab` pushes. */
  branch: string;
}

/** Serves the page and the remote until the rehearsal ends. Returns what a user can do with it, the page's address last. */
export async function stayOpen(
  { lab, prepared, options, pushes, branch }: Stay,
  { progress, ends }: Session,
): Promise<string> {
  const { repository, scratch, timeScale } = prepared;
  const { endpoint, region, keys } = lab.simulator;
  const aws = openClients(lab.simulator, ends);
  const sites = await sitesOf(aws, options.listenerOffset);
  const { gitDirectory } = scratch;
  const startManually = async ({ file, inputs }: ManualRun, sha: string) => {
    const event = { name: "workflow_dispatch", branch, sha, inputs } as const;
    const run = await lab.start({ workflow: `.github/workflows/${file}`, event });
    if (!run) throw new Error(`${file} cannot be started`);
    return run;
  };
  const operations = createOperations({
    ...{ aws, gitDirectory, startManually, say: progress.say, main: () => pushes.headOf(branch) },
    ...(sites.length > 0 && { visitors: createVisitors(sites, visitorsPerSecond, ends) }),
  });
  const account = { endpoint, region, credentials: credentialsOf(keys) };
  const page = await startPage({
    ...{ clients: openPageClients(account), region, clock: systemClock, timeScale, pageOf },
    ...{ port: options.pagePort, callsPerMinute: 2_000 },
    extensions: [runsTab(lab.records), operateTab(operations)],
  });
  ends.defer(page.close);
  lab.simulator.showPage(page.address);
  pushes.open({ gitDirectory, run: async (request) => (await lab.start(request))?.result });
  await addRemote({ project: repository.folder, gitDirectory, branch }, ends);
  return `
${sites.map((site) => `A site:                               ${site}\n`).join("")}Change something, commit, rehearse it:     git push ${remote}
Start a workflow with its inputs:          git push ${remote} -o workflow=FILE -o INPUT=VALUE
Another event:                             git push ${remote} -o event=release -o tag=v1
For AWS's commands in another terminal:
${exportLines({ AWS_ENDPOINT_URL: endpoint, AWS_REGION: region, ...keys }).join("\n")}
Ctrl-C ends the rehearsal and removes its data.

Watch it in a browser:                     ${page.operatorAddress}`;
}

/** Addresses on this machine of the load balancers' listeners. */
async function sitesOf({ balancer }: AwsClients, offset: number): Promise<string[]> {
  const { LoadBalancers = [] } = await balancer.send(new DescribeLoadBalancersCommand({}));
  const listeners = LoadBalancers.map(async ({ LoadBalancerArn }) => {
    const { Listeners = [] } = await balancer.send(new DescribeListenersCommand({ LoadBalancerArn }));
    return Listeners.map(({ Port = 80 }) => `http://127.0.0.1:${Port + offset}/`);
  });
  return [...new Set((await Promise.all(listeners)).flat())];
}
