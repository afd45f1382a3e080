import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { Chain } from "../bundles.ts";
import { type AwsTime, awsTimeVariable } from "../clocks/aws-time.ts";
import { runAction, type StepResult } from "../run-action.ts";
import { type Account, type AccountOptions, openAccount } from "./account.ts";
import type { Case, Outcome } from "./cases.ts";
import type { Release, Tellers } from "./chains.ts";
import { type CountingProxy, startCountingProxy } from "./counting-proxy.ts";

/** One of the two chains that are compared. */
export interface Contender {
  readonly chain: Chain;
  readonly tellers: Tellers;
  readonly caseInputs: (each: Case) => Case["inputs"];
}

const minuteMs = 60_000;
/** CodeDeploy needs this long to roll a stopped deployment back. */
const settleMs = 2 * minuteMs;

/** Deploys the case's release to a simulated account of its own, render and then deploy, as a job would. */
export async function rehearseCase(
  each: Case,
  contender: Contender,
  options: AccountOptions,
): Promise<Outcome> {
  const account = await openAccount(options);
  try {
    await each.prepare?.(account);
    const before = await account.look(each.service);
    const time = { epoch: Date.now(), scale: options.timeScale };
    const proxy = await startCountingProxy(account.simulator.endpoint, time);
    try {
      const { green, annotation, log } = await runChain(each, contender, account, proxy, time);
      const minutes = ((Date.now() - time.epoch) * time.scale) / minuteMs;
      const calls = proxy.calls.length;
      await account.simulator.clock.wait(settleMs);
      const after = await account.look(each.service);
      return { green, annotation, log, minutes, calls, before, after };
    } finally {
      await proxy.close();
    }
  } finally {
    await account.close();
  }
}

async function runChain(
  each: Case,
  { chain, tellers, caseInputs }: Contender,
  account: Account,
  proxy: CountingProxy,
  time: AwsTime,
): Promise<StepResult> {
  const { template, appSpec, folder, simulator } = account;
  const { service, version, tag } = each;
  const release: Release = {
    service,
    template,
    appSpec,
    version,
    image: `${account.repositoryUri}:${tag}`,
  };
  const environment = {
    ...simulator.environmentVariables,
    AWS_ENDPOINT_URL: proxy.endpoint,
    [awsTimeVariable]: JSON.stringify(time),
  };
  const run = (bundle: string, inputs: Case["inputs"] = {}, signal?: AbortSignal) =>
    runAction({ bundle, inputs, environment, preload, folder, signal });
  const rendered = await run(chain.render, await tellers.render(release));
  if (!rendered.green) return rendered;
  const taskDefinition = rendered.outputs.get("task-definition") ?? "";
  const inputs = {
    ...(await tellers.deploy(release, taskDefinition)),
    ...each.inputs,
    ...caseInputs(each),
  };
  const cancellation = new AbortController();
  const [deployed] = await Promise.all([
    run(chain.deploy, inputs, cancellation.signal),
    each.cancelAfter && cancelAfter(each.cancelAfter, proxy, cancellation),
  ]);
  return deployed;
}

const preload = fileURLToPath(new URL("../clocks/scaled-clock.ts", import.meta.url));

/** Often enough to be in time, as a deployment takes only seconds of real time. */
const lookMs = 20;

async function cancelAfter(
  operation: string,
  { calls }: CountingProxy,
  cancellation: AbortController,
): Promise<void> {
  while (!calls.includes(operation)) await wait(lookMs);
  // Waits for some more polls, so that the cancellation meets a deployment that is being followed.
  const seen = calls.length;
  while (calls.length < seen + 2) await wait(lookMs);
  cancellation.abort();
}
