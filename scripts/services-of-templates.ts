import { join } from "node:path";
import { readTemplates, type Template } from "@ecs-delivery/actions/cloudformation/template";

/** Resource types by their beginning → the service, as the course counts; the first that fits holds. */
const services: readonly (readonly [beginning: string, service: string])[] = [
  ["AWS::ApplicationAutoScaling::", "Application Auto Scaling"],
  ["AWS::Cloud9::", "Cloud9"],
  ["AWS::CloudFormation::", "CloudFormation"],
  ["AWS::CloudWatch::", "CloudWatch"],
  ["AWS::CodeCommit::", "CodeCommit"],
  ["AWS::CodeDeploy::", "CodeDeploy"],
  ["AWS::CodePipeline::", "CodePipeline"],
  ["AWS::EC2::Instance", "EC2"],
  ["AWS::EC2::KeyPair", "EC2"],
  ["AWS::EC2::LaunchTemplate", "EC2"],
  ["AWS::EC2::Volume", "EC2"],
  ["AWS::EC2::", "VPC"],
  ["AWS::ECR::", "ECR"],
  ["AWS::ECS::", "ECS"],
  // The course has the load balancer under EC2, where the console shows it.
  ["AWS::ElasticLoadBalancingV2::", "EC2"],
  ["AWS::Events::", "EventBridge"],
  ["AWS::IAM::", "IAM"],
  ["AWS::KMS::", "KMS"],
  ["AWS::Lambda::", "Lambda"],
  ["AWS::Logs::", "CloudWatch Logs"],
  ["AWS::RDS::", "RDS"],
  ["AWS::S3::", "S3"],
  ["AWS::SecretsManager::", "Secrets Manager"],
  ["AWS::SNS::", "SNS"],
  ["AWS::SSM::", "Systems Manager"],
];

/** Service → names of the templates that use it, both in alphabetical order. */
export function servicesOf(templates: readonly Template[]): Map<string, string[]> {
  const found = templates.flatMap((template) =>
    [...new Set(servicesIn(template))].map((service) => ({ service, template: template.name })),
  );
  const grouped = Map.groupBy(found, ({ service }) => service);
  return new Map(
    [...grouped]
      .map(([service, uses]) => [service, uses.map(({ template }) => template).sort()] as const)
      .sort(([one], [other]) => one.localeCompare(other, "en")),
  );
}

function servicesIn({ content, file }: Template): string[] {
  const resources = Object.entries((content.Resources ?? {}) as { [name: string]: Resource });
  return [
    "CloudFormation",
    ...resources.flatMap(([name, { Type, Properties = {} }]) => [
      serviceOf(Type, `${file}: ${name}`),
      ...(runsOnFargate(Properties) ? ["Fargate"] : []),
      ...(Properties.ManageMasterUserPassword === true ? ["Secrets Manager"] : []),
    ]),
  ];
}

interface Resource {
  readonly Type: string;
  readonly Properties?: { readonly [name: string]: unknown };
}

function runsOnFargate({
  LaunchType,
  RequiresCompatibilities,
}: NonNullable<Resource["Properties"]>): boolean {
  return LaunchType === "FARGATE" || JSON.stringify(RequiresCompatibilities ?? []).includes("FARGATE");
}

function serviceOf(type: string, where: string): string {
  const service = services.find(([beginning]) => type.startsWith(beginning))?.[1];
  if (service) return service;
  throw new Error(
    `${where} is of ${type}, whose service is not known: add it to scripts/services-of-templates.ts`,
  );
}

/** `npm run services`: prints the AWS services that infra-templates use, with the templates of each. */
if (import.meta.main) {
  const found = servicesOf(readTemplates(join(import.meta.dirname, "../infra-templates")));
  for (const [service, templates] of found) console.log(`${service.padEnd(20)}${templates.join(", ")}`);
  console.log(`${found.size} AWS services`);
}
