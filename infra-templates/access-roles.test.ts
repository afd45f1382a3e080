import { CloudFormationClient } from "@aws-sdk/client-cloudformation";
import { callerWith, document } from "@ecs-delivery/simulator/permissions/caller.support";
import {
  type CompiledStatement,
  compilePolicy,
  evaluate,
} from "@ecs-delivery/simulator/permissions/evaluate";
import { expect, test, vi } from "vitest";
import unused from "./permissions/unused.json" with { type: "json" };
import { folder, type ProfileValues, read, readProfile } from "./profiles.support.ts";
import { outcome, physicalIds, useProfile } from "./stacks.support.ts";

const { simulator, run, write } = (await useProfile("standard")).stage;
const { iam, cloudformation } = simulator.aws;
const StackName = "microservices-access";
const access = { GitHubRepository: "octocat/coffee" };
await cloudformation.createStack({
  StackName,
  TemplateBody: read("access.yaml"),
  Capabilities: ["CAPABILITY_NAMED_IAM"],
  Parameters: [{ ParameterKey: "GitHubRepository", ParameterValue: access.GitHubRepository }],
});
expect((await outcome(simulator, StackName)).status).toBe("CREATE_COMPLETE");
const ids = await physicalIds(simulator, StackName);
vi.stubEnv("PERMISSIONS_BOUNDARY", ids.Boundary);

type Call = Parameters<Parameters<typeof simulator.observeCalls>[1]>;
type Statement = { readonly Effect: string; readonly Action: string | readonly string[] };

/** Opens a session with the policies of a role of access.yaml. Its calls are decided and recorded. */
async function signIn(name: keyof typeof unused) {
  const RoleName = ids[name] ?? "";
  const { PolicyNames = [] } = await iam.listRolePolicies({ RoleName });
  const statements: Statement[] = [];
  for (const PolicyName of PolicyNames) {
    const { PolicyDocument = "" } = await iam.getRolePolicy({ RoleName, PolicyName });
    statements.push(...JSON.parse(decodeURIComponent(PolicyDocument)).Statement);
  }
  const calls: Call[] = [];
  simulator.observeCalls(name, (...call) => void calls.push(call));
  const clientConfig = await callerWith(simulator, statements, name);
  const context = { clientConfig, cloudformation: new CloudFormationClient(clientConfig) };
  return { calls, statements, context };
}

/** Returns each permission without which every recorded call is still allowed. */
function unneeded({ calls, statements }: Awaited<ReturnType<typeof signIn>>): string[] {
  const compiled = statements.map((each) => compilePolicy(document(each)));
  const isDenied = (identity: readonly CompiledStatement[], action: string) =>
    calls.some(([requester, requests]) =>
      requests.some(
        (request) =>
          request.action.startsWith(action.replace("*", "")) &&
          evaluate({ identity }, request, requester).outcome !== "allowed",
      ),
    );
  return statements.flatMap((statement, at) => {
    const actions = [statement.Action].flat();
    return actions.filter((action) => {
      const Action = actions.filter((each) => each !== action);
      const left = Action.length > 0 ? compilePolicy(document({ ...statement, Action })) : [];
      return statement.Effect === "Allow" && !isDenied(compiled.with(at, left).flat(), action);
    });
  });
}

/** Between them, these create, change and delete the resources of all templates. */
const changes = {
  network: { TestSourceIps: "192.0.2.8/32", PrivateWayOut: "vpc-endpoints" },
  services: { MaximumTasks: "4" },
  pipeline: { Sources: "ready" },
  monolith: { InstanceType: "t3.small" },
  workstation: {},
};

test("each permission of the roles that plan and provision is needed by a call, or has a reason", async () => {
  const [plan, provision] = [await signIn("GitHubPlanRole"), await signIn("GitHubProvisionRole")];
  const first: ProfileValues = { ...readProfile("standard"), access };
  const second = Object.entries(changes).map(([name, values]) => [name, { ...first[name], ...values }]);
  for (const profile of [first, { ...first, ...Object.fromEntries(second) }]) {
    const given = { templatesFolder: folder, stackPrefix: "microservices" };
    const parametersFile = await write("standard.json", profile);
    const planned = await run({ ...given, parametersFile, mode: "plan" }, plan.context);
    expect([planned.error, planned.warnings]).toEqual([undefined, expect.not.stringContaining("not check")]);
    expect((await run({ ...given, parametersFile }, provision.context)).error).toBeUndefined();
    if (profile === first) continue;
    const stacks = Object.keys(profile).filter((name) => name !== "access");
    const all = { parametersFile, stacks, mode: "delete", force: true, unprotect: ["supplierdb"] } as const;
    expect((await run({ ...given, ...all }, provision.context)).error).toBeUndefined();
  }
  expect(simulator.permissionReport().denied).toEqual([]);
  const found = { GitHubPlanRole: unneeded(plan), GitHubProvisionRole: unneeded(provision) };
  for (const [role, reasons] of Object.entries(unused))
    expect.soft(found[role as keyof typeof found].sort(), role).toEqual(
      Object.keys(reasons)
        .flatMap((names) => names.split(" "))
        .sort(),
    );
});
