import type { DeploymentInfo } from "@aws-sdk/client-codedeploy";
import { hint } from "../choices.ts";
import { findSheets } from "../cost-sheet.ts";
import type { Item } from "../item.ts";
import type { Lab } from "../lab.ts";
import { verdict } from "../outcome.ts";
import { services } from "../parts.ts";

const redeploy = (config: string) =>
  `aws deploy create-deployment --application-name microservices --deployment-group-name microservices-customer --deployment-config-name ${config} --revision …`;

/** The exercises after the nine phases: checked only when phase 10 is asked for. */
export const beyond: readonly Item[] = [
  {
    id: "10.canary",
    title: "A release went to a part of the visitors first",
    fix: {
      console:
        "CodeDeploy → deployment group → Edit: CodeDeployDefault.ECSCanary10Percent5Minutes. Then release a change.",
      cli: redeploy("CodeDeployDefault.ECSCanary10Percent5Minutes"),
      templates:
        "Set the variable DEPLOYMENT_CONFIG to CodeDeployDefault.ECSCanary10Percent5Minutes and run Deploy.",
    },
    check: (lab) =>
      anyDeployment(
        lab,
        "a canary or linear deployment that succeeded",
        ({ status, deploymentConfigName = "" }) =>
          status === "Succeeded" && /Canary|Linear/i.test(deploymentConfigName)
            ? deploymentConfigName
            : undefined,
      ),
  },
  {
    id: "10.alarm",
    title: "An alarm ended a bad release",
    fix: {
      console:
        "CodeDeploy → deployment group → Edit → Advanced: add an alarm and roll back on it. Release a slow change.",
      cli: "aws deploy update-deployment-group … --alarm-configuration enabled=true,alarms=[{name=…}] --auto-rollback-configuration enabled=true,events=DEPLOYMENT_STOP_ON_ALARM",
      templates: "Run Provision with stacks: observability,delivery. Then deploy a slow change as a canary.",
    },
    check: (lab) =>
      anyDeployment(lab, "a deployment that an alarm stopped", ({ errorInformation }) =>
        errorInformation?.code === "ALARM_ACTIVE" ? errorInformation.code : undefined,
      ),
  },
  {
    id: "10.rollback",
    title: "A release was rolled back",
    fix: {
      console:
        "CodeDeploy → deployment → Stop and roll back, or deploy the task definition of the release before.",
      cli: "aws deploy stop-deployment --deployment-id $id --auto-rollback-enabled, or create-deployment with the former revision.",
      templates: "Run the workflow Roll back.",
    },
    check: async (lab) => {
      const found = await Promise.all(
        services.map(async (service) => rollbackOf(await lab.roles.deployments(service))),
      );
      const rollback = found.find((each) => each !== undefined);
      return verdict(rollback ? [] : ["no deployment brought back a former revision"], `${rollback}`);
    },
  },
  {
    id: "10.scaling",
    title: "A service scales to a target",
    fix: {
      console: "ECS → service → Update → Service auto scaling: target tracking on the average CPU.",
      cli: "aws application-autoscaling register-scalable-target …; put-scaling-policy --policy-type TargetTrackingScaling …",
      templates: 'Set "MaximumTasks" of services in the profile and run Provision with stacks: services.',
    },
    check: async ({ account, roles }) => {
      const policies = await account.scalingPolicies();
      const names = await Promise.all(
        services.map(async (name) => (await hint(roles.service(name)))?.serviceName),
      );
      const found = policies.find(
        ({ PolicyType, ResourceId = "" }) =>
          PolicyType === "TargetTrackingScaling" && names.includes(ResourceId.split("/").at(-1)),
      );
      return verdict(
        found ? [] : ["no service of the lab has a target tracking policy"],
        `${found?.PolicyName} of ${found?.ResourceId}`,
      );
    },
  },
  {
    id: "10.cost",
    title: "A second estimate is at most half of the first",
    fix: {
      console:
        "calculator.aws: copy the estimate, change sizes and services, Export → CSV, commit both files.",
      cli: "git add costs.csv costs-half.csv; git commit; git push",
      templates: "Change a profile, run Estimate cost, and commit its cost.csv next to the first one.",
    },
    check: async ({ sources: { checkout } }) => {
      const sheets = await findSheets(checkout);
      const totals = sheets.map(({ sheet }) => sheet.monthly).sort((one, other) => one - other);
      const [least = 0, most = 0] = [totals[0], totals.at(-1)];
      const text = `${totals.length} cost sheets, from $${least.toFixed(2)} to $${most.toFixed(2)} a month`;
      return verdict(totals.length > 1 && least <= most / 2 ? [] : [text], text);
    },
  },
];

async function anyDeployment(
  lab: Lab,
  wanted: string,
  fits: (deployment: DeploymentInfo) => string | undefined,
) {
  const all = (await Promise.all(services.map((service) => lab.roles.deployments(service)))).flat();
  const found = all.find((deployment) => fits(deployment) !== undefined);
  return verdict(
    found ? [] : [`of the ${all.length} newest deployments, none is ${wanted}`],
    `${found?.deploymentId}: ${found && fits(found)}`,
  );
}

/** CodeDeploy's own rollback, or a revision that succeeded before another one did. */
function rollbackOf(newestFirst: readonly DeploymentInfo[]): string | undefined {
  const own = newestFirst.find(
    ({ creator, status }) => creator === "codeDeployRollback" && status === "Succeeded",
  );
  if (own) return `${own.deploymentId} by CodeDeploy`;
  const done = newestFirst
    .filter(({ status }) => status === "Succeeded")
    .map(({ deploymentId, revision }) => ({
      deploymentId,
      revision: /task-definition\/[\w-]+:\d+/.exec(JSON.stringify(revision ?? {}))?.[0],
    }));
  const again = done.find(
    ({ revision }, index) =>
      done.slice(index + 2).some((older) => revision !== undefined && older.revision === revision) &&
      done[index + 1]?.revision !== revision,
  );
  return again && `${again.deploymentId} deployed ${again.revision} again`;
}
