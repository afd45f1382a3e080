import { lastSegment } from "../../../core/arn.ts";
import { hint, points } from "../choices.ts";
import { forServices, type Item } from "../item.ts";
import { outcomeOf, verdict } from "../outcome.ts";
import { courseCluster } from "../parts.ts";
import { checkAppSpecFile, checkTaskDefinitionFile, forRegistered } from "./definition-files.ts";
import { definitionRules } from "./definition-rules.ts";

const definitionsOfTemplates =
  "Run Mirror to CodeCommit, which fills and pushes the files of infra-templates/ecs.";
const registerAgain =
  "Correct the file, then aws ecs register-task-definition --cli-input-json file://taskdef-customer.json (or -employee).";
const deployAgain = "Run Deploy: render-task-definition fills every value from the stacks.";

const create = `aws ecs create-cluster --cluster-name ${courseCluster}`;

/** ECR repositories and an ECS cluster, task definitions and AppSpecs. */
export const phase5: readonly Item[] = [
  {
    id: "5.image-repositories",
    title: "ECR has a repository for each service",
    fix: {
      console: "ECR → Create repository, named customer; the same for employee.",
      cli: "aws ecr create-repository --repository-name customer; the same for employee.",
      templates: "Run Provision with stacks: registry.",
    },
    check: forServices(async ({ roles }, service) => {
      try {
        const { repositoryName } = await roles.imageRepository(service);
        return verdict([], `repository ${repositoryName}`);
      } catch (error) {
        const fix = {
          console: `ECR → Create repository, named ${service}.`,
          cli: `aws ecr create-repository --repository-name ${service}`,
        };
        return { ...outcomeOf(error), fix };
      }
    }),
  },
  {
    id: "5.repository-policy",
    title: "Beyond the course: no repository policy opens the images to everyone",
    fix: {
      console:
        "ECR → repository → Permissions: delete the statement with principal *. The account needs none.",
      cli: "aws ecr delete-repository-policy --repository-name customer; the same for employee.",
      templates: "Run Provision with stacks: registry. Its policy lists one role.",
    },
    // The course's own text asks for this policy, so that it is never wrong.
    check: forServices(async ({ account, roles }, service) => {
      const { repositoryName = "" } = await roles.imageRepository(service);
      const text = await account.repositoryPolicy(repositoryName);
      if (text !== undefined && isOpen(text))
        return verdict(
          [],
          `the policy of ${repositoryName} allows everyone, as in the course's text; safer: aws ecr delete-repository-policy --repository-name ${repositoryName}`,
        );
      return verdict([], `${repositoryName} has ${text ? "a policy with named principals" : "no policy"}`);
    }),
  },
  {
    id: "5.images",
    title: "Each repository has an image with the tag latest",
    fix: {
      console:
        "ECR → repository → View push commands. Run these in the workstation's terminal; the tag is latest.",
      cli: 'docker tag customer:latest "$repository:latest"; docker push "$repository:latest"; the same for employee.',
      templates: "Set the variable DEPLOY_THROUGH to codepipeline and run Deploy; it sets the tag latest.",
    },
    check: forServices(async ({ account, roles }, service) => {
      const { repositoryName = "", repositoryUri } = await roles.imageRepository(service);
      const image = await account.image(repositoryName, "latest");
      return verdict(
        image ? [] : [`${repositoryName} has no image with the tag latest`],
        `${repositoryName}:latest is ${image?.imageDigest}`,
        {
          console: `ECR → ${repositoryName} → View push commands. Run these in the workstation's terminal; the tag is latest.`,
          cli: `docker tag ${service}:latest ${repositoryUri}:latest; docker push ${repositoryUri}:latest`,
        },
      );
    }),
  },
  {
    id: "5.service-linked-role",
    title: "ECS has its service-linked role",
    fix: {
      console:
        "ECS → Create cluster again, half a minute after the first failure: the failed try creates the role.",
      cli: "aws iam create-service-linked-role --aws-service-name ecs.amazonaws.com",
      templates: "Run Provision with stacks: cluster again, half a minute after the failure.",
    },
    check: async ({ account }) => {
      const role = await account.role("AWSServiceRoleForECS");
      return verdict(role ? [] : ["the role AWSServiceRoleForECS does not exist"], `role ${role?.RoleName}`);
    },
  },
  {
    id: "5.cluster",
    title: "An ECS cluster is active",
    fix: {
      console: `ECS → Create cluster, named ${courseCluster}, infrastructure AWS Fargate.`,
      cli: create,
      templates: "Run Provision with stacks: cluster.",
    },
    check: async ({ account, roles }) => {
      const used = (await hint(roles.service("customer")))?.clusterArn;
      const clusters = await account.clusters();
      const scored = clusters.map((value) => {
        const { clusterArn, clusterName = "" } = value;
        const score = points([clusterArn === used, 4], [clusterName === courseCluster, 2], [!clusters[1], 1]);
        return { value, name: clusterName, score };
      });
      const chosen = roles.choose("the cluster", scored);
      const names = clusters.map(({ clusterName }) => clusterName).slice(0, 3);
      if (!chosen)
        return verdict([`${account.region} has no ECS cluster of the lab`], "", {
          ...(names[0] && { cli: `${create}; or create the services of phase 7 in ${names.join(", ")}` }),
        });
      const { clusterName: name, status } = chosen;
      return verdict(status === "ACTIVE" ? [] : [`${name} is ${status}`], `cluster ${name}`, {
        console: `ECS → Clusters → ${name}: wait while it is PROVISIONING; if it is FAILED, delete and create it.`,
        cli: `aws ecs describe-clusters --clusters ${name}; if it is FAILED, delete it and create ${name} again.`,
      });
    },
  },
  {
    id: "5.task-definitions",
    title: "The task definitions are for Fargate and port 8080, and write a log",
    fix: {
      console: "ECS → Task definitions → Create new revision with JSON: FARGATE, awsvpc, containerPort 8080.",
      cli: `Set requiresCompatibilities, networkMode and containerPort (8080, not 8081). ${registerAgain}`,
      templates: "Restore infra-templates/ecs/taskdef-*.json from this repository and run Deploy.",
    },
    check: forRegistered(definitionRules.shape, () => "is for Fargate, exposes 8080 and writes a log"),
  },
  {
    id: "5.placeholders",
    title: "No placeholder is left in the registered task definitions",
    fix: {
      console:
        "ECS → Task definitions → Create new revision with JSON: replace the placeholder by your account's value.",
      cli: `Replace the placeholder; for the image, sed "s|<IMAGE1_NAME>|customer|". ${registerAgain}`,
      templates: deployAgain,
    },
    check: forRegistered(definitionRules.placeholders, () => "has no placeholder"),
  },
  {
    id: "5.account",
    title:
      "Role and image of the task definitions belong to this account and region, and ECS may use the role",
    fix: {
      console:
        "ECS → Task definitions → Create new revision with JSON: put your account's id into role and image.",
      cli: `aws sts get-caller-identity --query Account gives the id. ${registerAgain}`,
      templates: deployAgain,
    },
    check: forRegistered(
      definitionRules.account,
      ({ executionRoleArn = "" }) => `uses the role ${lastSegment(executionRoleArn)} of this account`,
    ),
  },
  {
    id: "5.database-host",
    title: "APP_DB_HOST is the endpoint of this account's database",
    fix: {
      console:
        "RDS → Databases → supplierdb → Endpoint: the value of APP_DB_HOST in a new task definition revision.",
      cli: `aws rds describe-db-instances --query 'DBInstances[].Endpoint.Address' gives the value. ${registerAgain}`,
      templates: "Run Provision with stacks: database,services, then Deploy.",
    },
    check: forRegistered(definitionRules.database, () => "has this account's database"),
  },
  {
    id: "5.taskdef-files",
    title: "The task definition files fulfil what the registered ones do, with the image <IMAGE1_NAME>",
    fix: {
      console:
        "CodeCommit → deployment → taskdef-*.json → Edit: image <IMAGE1_NAME>, all else with your values.",
      cli: "Correct taskdef-customer.json and taskdef-employee.json, then git push origin dev.",
      templates: definitionsOfTemplates,
    },
    check: forServices(checkTaskDefinitionFile),
  },
  {
    id: "5.appspec-files",
    title: "The AppSpec files deploy <TASK_DEFINITION> to their own container on port 8080",
    fix: {
      console:
        "CodeCommit → deployment → appspec-*.yaml → Edit: ContainerName of the service, ContainerPort 8080.",
      cli: "Correct appspec-customer.yaml and appspec-employee.yaml, then git push origin dev.",
      templates: definitionsOfTemplates,
    },
    check: forServices(checkAppSpecFile),
  },
];

/** IAM's "*" in any of its spellings, without a condition. */
function isOpen(policy: string): boolean {
  const { Statement = [] } = JSON.parse(policy) as { Statement?: object | object[] };
  return [Statement].flat().some((statement) => {
    const { Effect, Principal, Condition } = statement as { [name: string]: unknown };
    const principals = typeof Principal === "object" ? Object.values(Principal ?? {}).flat() : [Principal];
    return Effect === "Allow" && !Condition && principals.includes("*");
  });
}
