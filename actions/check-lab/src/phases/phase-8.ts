import { lastSegment } from "../../../core/arn.ts";
import { forServices, type Item } from "../item.ts";
import type { Lab } from "../lab.ts";
import { broken, forEachOf, type Outcome, unchecked, verdict } from "../outcome.ts";
import { groupOfTasks, illnessIn, nameOfService, type ServiceName } from "../parts.ts";
import { roleProblems, trustFix } from "../service-role.ts";
import { readDefinition } from "./definition-files.ts";
import { checkDeploymentGroup } from "./deployment-groups.ts";
import { causesOf } from "./effects.ts";
import { checkPipeline, checkPipelineImage, checkTrigger } from "./pipelines.ts";
import { checkRunningImage } from "./running-image.ts";
import { checkCustomerPages, checkEmployeePages, checkSite } from "./running-site.ts";
import { whileStarting } from "./starting-tasks.ts";

const provision = "Set the repository's variable PIPELINES to true and run Provision with stacks: pipeline.";
const mirror = "Run Mirror to CodeCommit.";
const editPipeline =
  "aws codepipeline get-pipeline, correct the file, aws codepipeline update-pipeline --cli-input-json";

/** CodeDeploy and CodePipeline. */
export const phase8: readonly Item[] = [
  {
    id: "8.application",
    title: "A CodeDeploy application for ECS has a deployment group for each service",
    fix: {
      console:
        "CodeDeploy → Create application: microservices, Amazon ECS. Then a deployment group for each service.",
      cli: "aws deploy create-application --application-name microservices --compute-platform ECS; aws deploy create-deployment-group --cli-input-json file://group.json",
      templates: "Run Provision with stacks: delivery.",
    },
    check: forServices(async ({ roles }, service) => {
      const { applicationName, deploymentGroupName } = await roles.deploymentGroup(service);
      return verdict([], `${applicationName}/${deploymentGroupName}`);
    }),
  },
  {
    id: "8.deployment-groups",
    title: "Each deployment group has its service, both listeners and the service's two target groups",
    fix: {
      console: "CodeDeploy → deployment group → Edit: service, listeners, target groups.",
      cli: "aws deploy update-deployment-group --cli-input-json file://group.json",
      templates: "Run Provision with stacks: delivery.",
    },
    check: forServices(checkDeploymentGroup),
  },
  {
    id: "8.deploy-role",
    title: "CodeDeploy may assume the role of the deployment groups",
    fix: {
      console: "CodeDeploy → deployment group → Edit: service role DeployRole.",
      cli: "aws deploy update-deployment-group … --service-role-arn $(aws iam get-role --role-name DeployRole --query Role.Arn --output text)",
      templates: "Run Provision with stacks: delivery.",
    },
    check: forServices(async ({ account, roles }, service) => {
      const {
        serviceRoleArn = "",
        applicationName,
        deploymentGroupName,
      } = await roles.deploymentGroup(service);
      const problems = await roleProblems(account, serviceRoleArn, "codedeploy");
      const role = `arn:aws:iam::${await account.id()}:role/DeployRole`;
      return verdict(
        problems.map((problem) => `${deploymentGroupName}: ${problem}`),
        `${deploymentGroupName} uses ${lastSegment(serviceRoleArn)}`,
        trustFix(problems) ?? {
          console: `CodeDeploy → ${applicationName} → ${deploymentGroupName} → Edit: service role DeployRole.`,
          cli: `aws deploy update-deployment-group --application-name ${applicationName} --current-deployment-group-name ${deploymentGroupName} --service-role-arn ${role}`,
        },
      );
    }),
  },
  {
    id: "8.deployment-repository",
    title: "The CodeCommit repository deployment has both files of each service on its branch",
    fix: {
      console:
        "CodeCommit → Create repository deployment; in Cloud9, git push origin dev with the four files.",
      cli: "aws codecommit create-repository --repository-name deployment; git push origin dev",
      templates: mirror,
    },
    check: forServices((lab, service) =>
      forEachOf(["taskdef", "appspec"] as const, async (kind) => {
        const { path } = await readDefinition(lab, kind, service);
        return verdict([], path);
      }),
    ),
  },
  {
    id: "8.pipelines",
    title: "A pipeline for each service takes definition files and image, and deploys by CodeDeploy",
    fix: {
      console:
        "CodePipeline → Create: source CodeCommit deployment/dev, skip build, deploy Amazon ECS (Blue/Green). Then Edit: a second source, Amazon ECR.",
      cli: `aws codepipeline create-pipeline --cli-input-json file://pipeline.json; for an existing one, ${editPipeline}`,
      templates: provision,
    },
    check: forServices(checkPipeline),
  },
  {
    id: "8.pipeline-image",
    title: "Each pipeline puts its own image, with the tag latest, where IMAGE1_NAME is",
    fix: {
      console: "CodePipeline → Edit: the ECR source, and the placeholder IMAGE1_NAME without brackets.",
      cli: `ImageTag latest, Image1ArtifactName of the ECR source, Image1ContainerName IMAGE1_NAME: ${editPipeline}`,
      templates: provision,
    },
    check: forServices(checkPipelineImage),
  },
  {
    id: "8.image-trigger",
    title: "An EventBridge rule starts each pipeline when its image is pushed",
    fix: {
      console:
        "CodePipeline → Edit the ECR source and save: the console creates the rule. Or EventBridge → Rules → Create.",
      cli: "aws events put-rule with source aws.ecr, detail-type ECR Image Action and the repository; aws events put-targets with the pipeline's ARN and a role.",
      templates: provision,
    },
    check: forServices(checkTrigger),
  },
  {
    id: "8.pipeline-runs",
    title: "The last run of each pipeline succeeded",
    after: causesOf.pipelineRuns,
    fix: {
      console: "CodePipeline → the failed action → Details. Then Release change.",
      cli: "aws codepipeline list-action-executions; then aws codepipeline start-pipeline-execution.",
      templates: "Run Deploy with DEPLOY_THROUGH codepipeline; its summary names the failed action.",
    },
    check: forServices(async ({ account, roles }, service) => {
      const { name = "" } = await roles.pipeline(service);
      const [last] = await account.pipelineRuns(name);
      if (last?.status === "InProgress")
        return unchecked(`${name} is running; check again when it has ended`);
      const problem = last ? `the last run of ${name} is ${last.status}` : `${name} has not run`;
      return verdict(last?.status === "Succeeded" ? [] : [problem], `the last run of ${name} succeeded`, {
        console: `CodePipeline → ${name} → the failed action → Details. Then Release change.`,
        cli: `aws codepipeline list-action-executions --pipeline-name ${name} shows the error; then aws codepipeline start-pipeline-execution --name ${name}`,
      });
    }),
  },
  {
    id: "8.deployments",
    title: "The last deployment of each service succeeded",
    after: causesOf.deployments,
    fix: {
      console:
        "CodeDeploy → Deployments → the last one: its events name the error. Then ECS → service → Tasks → Stopped.",
      cli: "aws deploy get-deployment --deployment-id …; aws ecs describe-tasks with the stopped tasks",
      templates: "Run Deploy; the error names the cause and the last log lines.",
    },
    check: forServices(async ({ account, roles }, service) => {
      const { applicationName = "", deploymentGroupName = "" } = await roles.deploymentGroup(service);
      const last = await account.lastDeployment(applicationName, deploymentGroupName);
      const shown = `${last?.deploymentId} of ${deploymentGroupName}`;
      if (!last) return verdict([`${deploymentGroupName} has not deployed`], "");
      if (!["Succeeded", "Failed", "Stopped"].includes(last.status ?? ""))
        return unchecked(`${shown} is ${last.status}; check again when it has ended`);
      const reason = last.errorInformation?.message ? ` (${last.errorInformation.message})` : "";
      return verdict(
        last.status === "Succeeded" ? [] : [`${shown} is ${last.status}${reason}`],
        `${shown} succeeded`,
        {
          console: `CodeDeploy → Deployments → ${last.deploymentId}: its events name the error. Then ECS → service → Tasks → Stopped.`,
          cli: `aws deploy get-deployment --deployment-id ${last.deploymentId}; aws ecs describe-tasks with the stopped tasks`,
        },
      );
    }),
  },
  {
    id: "8.running",
    title: "All wanted tasks run, and are healthy behind listener 80",
    after: causesOf.running,
    fix: {
      console: "ECS → service → Tasks → Stopped: the reason. EC2 → Target groups → Targets: the health.",
      cli: "aws ecs describe-services --query 'services[].events[:3]'; aws elbv2 describe-target-health --target-group-arn …",
      templates: "Run Deploy; the error names the cause and the last log lines.",
    },
    check: forServices(checkRunning),
  },
  {
    id: "8.site",
    title: "The site shows the suppliers to customers and to employees",
    after: causesOf.site,
    fix: {
      console:
        "Open the load balancer's DNS name: 503 means no healthy target, 404 a wrong path in the service, 502 a wrong port.",
      cli: 'curl -i "http://$dns/suppliers"; curl -i "http://$dns/admin/suppliers"; then the tasks\' log in awslogs-capstone',
      templates: "Run Deploy for both services.",
    },
    check: forServices(checkSite),
  },
  {
    id: "8.image",
    title: "The running tasks have the newest image of their repository",
    after: causesOf.image,
    fix: {
      console: "CodePipeline → the service's pipeline → Release change.",
      cli: "aws codepipeline start-pipeline-execution deploys what the tag latest is now.",
      templates: "Run Deploy for the service.",
    },
    check: forServices(checkRunningImage),
  },
  {
    id: "8.customer-reads",
    title: "On the running site, customers cannot add, change or delete suppliers",
    after: causesOf.customerPages,
    fix: {
      console:
        "Build the image in the folder customer, not that of the monolith, after 4.customer-reads passes; push it to the customer repository.",
      cli: "docker build --tag customer customer; docker tag customer:latest and docker push to the repository customer, not employee.",
      templates: "Restore services/customer from this repository and run Deploy.",
    },
    check: checkCustomerPages,
  },
  {
    id: "8.employee-pages",
    title: "On the running site, the employee's pages have their title, and links and forms under /admin",
    after: causesOf.employeePages,
    fix: {
      console:
        "Make 4.employee-pages and 4.employee-redirects pass, then build and push the image of the folder employee.",
      cli: "grep -rn 'href=\\|action=\\|<title' employee/views; docker build --tag employee employee; docker push.",
      templates: "Restore services/employee from this repository and run Deploy.",
    },
    check: checkEmployeePages,
  },
];

async function checkRunning(lab: Lab, name: ServiceName): Promise<Outcome> {
  const { account, roles } = lab;
  const service = await roles.service(name);
  const { desiredCount = 0, runningCount = 0 } = service;
  const shown = nameOfService(service);
  const used = groupOfTasks(service);
  const health = used ? await account.targetHealth(used) : [];
  const healthy = health.filter(({ TargetHealth }) => TargetHealth?.State === "healthy").length;
  const group = (await account.targetGroups()).find(({ TargetGroupArn }) => TargetGroupArn === used);
  const asked = `${group?.TargetGroupName} reads ${group?.HealthCheckPath}`;
  const words = illnessIn(used ?? "", service, health) ?? health[0]?.TargetHealth?.Description;
  const reason = words ? ` (${asked}: ${words})` : "";
  const problems = broken(
    [
      runningCount >= desiredCount && desiredCount > 0,
      `${shown} runs ${runningCount} of ${desiredCount} tasks`,
    ],
    [healthy >= desiredCount, `${healthy} of ${desiredCount} targets of ${shown} are healthy${reason}`],
  );
  const starting = problems.length > 0 && (await whileStarting(lab, service));
  if (starting) return starting;
  const [cluster, serviceName] = shown.split("/");
  return verdict(problems, `${shown} runs ${runningCount} of ${desiredCount} tasks, ${healthy} healthy`, {
    cli: `aws ecs describe-services --cluster ${cluster} --services ${serviceName} --query 'services[].events[:3]'; aws elbv2 describe-target-health --target-group-arn ${used}`,
  });
}
