import type { PipelineDeclaration } from "@aws-sdk/client-codepipeline";
import { startTestSimulator, type TestSimulator } from "@ecs-delivery/simulator/test-simulator.support";
import { afterAll, expect } from "vitest";
import { check } from "./check.support.ts";
import { buildByHand, commit, type LabAccount, limitAdmin } from "./lab-account.support.ts";
import { courseNames, definitionFiles, pipelineOf } from "./lab-parts.support.ts";

interface Account {
  readonly simulator: TestSimulator;
  readonly lab: LabAccount;
}

/** Creates an account in which all nine phases are done, for the tests of one file. */
export async function useLabAccount() {
  const simulator = await startTestSimulator({ account: "academy" });
  afterAll(() => simulator.close());
  const account = { simulator, lab: await buildByHand(simulator) };
  return { ...account, expectCaught: (mistake: Mistake) => expectCaught(account, mistake) };
}

/** Makes the mistake; the returned function takes it back. */
type Seed = (account: Account) => Promise<() => Promise<unknown>>;

/** A mistake, the items that fail for it, and the evidence of the first. */
export type Mistake = readonly [name: string, seed: Seed, items: readonly string[], evidence: RegExp];

export const replace =
  (repository: string, files: Readonly<Record<string, string>>, path: string, text: string): Seed =>
  async ({ simulator }) => {
    await commit(simulator, repository, { [path]: text });
    const before = files[path];
    return () => commit(simulator, repository, before ? { [path]: before } : {}, before ? [] : [path]);
  };

export const editDefinition =
  (path: string, from: string | RegExp, to: string): Seed =>
  async (account) => {
    const files = definitionFiles(courseNames, account.lab.host);
    return replace(courseNames.deployment, files, path, (files[path] ?? "").replace(from, to))(account);
  };

export const editPipeline =
  (change: (pipeline: PipelineDeclaration) => void): Seed =>
  async ({ simulator: { aws } }) => {
    const pipeline = structuredClone(pipelineOf(courseNames, "customer")) as PipelineDeclaration;
    change(pipeline);
    await aws.codepipeline.updatePipeline({ pipeline });
    return () => aws.codepipeline.updatePipeline({ pipeline: pipelineOf(courseNames, "customer") });
  };

export const actionOf = ({ stages = [] }: PipelineDeclaration, provider: string) =>
  stages
    .flatMap(({ actions = [] }) => actions)
    .find(({ actionTypeId }) => actionTypeId?.provider === provider);

export const limit =
  (options: Parameters<typeof limitAdmin>[2]): Seed =>
  async ({ simulator, lab }) => {
    await limitAdmin(simulator, lab.listeners.test.rule, options);
    return () => limitAdmin(simulator, lab.listeners.test.rule);
  };

export const forward = (TargetGroupArn: string) => [{ Type: "forward" as const, TargetGroupArn }];

export const changeDeploymentGroup =
  (targetGroups: readonly string[]): Seed =>
  async ({ simulator, lab }) => {
    const update = (names: readonly string[]) =>
      simulator.aws.codedeploy.updateDeploymentGroup({
        applicationName: courseNames.application,
        currentDeploymentGroupName: courseNames.group.customer,
        loadBalancerInfo: {
          targetGroupPairInfoList: [
            {
              prodTrafficRoute: { listenerArns: [lab.listeners.production.arn] },
              testTrafficRoute: { listenerArns: [lab.listeners.test.arn] },
              targetGroups: names.map((name) => ({ name })),
            },
          ],
        },
      });
    await update(targetGroups);
    return () => update(["customer-tg-two", "customer-tg-one"]);
  };

async function expectCaught(account: Account, [, seed, items, evidence]: Mistake): Promise<void> {
  const undo = await seed(account);
  const report = await check(account.simulator, { numbers: [5, 6, 7, 8, 9] }).finally(undo);
  const failed = report.phases.flatMap((phase) => phase.items).filter(({ status }) => status === "fail");
  expect(failed.map(({ id }) => id)).toEqual(items);
  expect(failed[0]?.evidence).toMatch(evidence);
  for (const text of Object.values(failed[0]?.fix ?? {})) expect(text.length).toBeGreaterThan(10);
}
