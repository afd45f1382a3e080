import { type TypeRows, text } from "./row.ts";

const codedeploy = "CodeDeploy is free for deployments to ECS, EC2 and Lambda";
const waiting = "CloudFormation is free for the types of AWS";
const ofDelivery = { area: "Delivery" } as const;

/** Cloud9, CodeCommit, CodeDeploy, CodePipeline and EventBridge, and CloudFormation's own types. */
export const delivery: TypeRows = {
  "AWS::CDK::Metadata": { free: "a note of what made the template" },
  "AWS::Cloud9::EnvironmentEC2": {
    card: { service: "AWS Cloud9", details: ({ InstanceType }) => text(InstanceType) },
    bill: "workstation",
    name: { property: "Name", find: "workstation" },
    held: "the files on the workstation",
  },
  "AWS::CloudFormation::WaitCondition": { free: waiting },
  "AWS::CloudFormation::WaitConditionHandle": { free: waiting },
  "AWS::CodeCommit::Repository": {
    card: { service: "AWS CodeCommit", plural: "repositories", ...ofDelivery },
    bill: "codeRepository",
    name: { property: "RepositoryName", find: "codeRepository" },
    held: "its commits",
  },
  "AWS::CodeDeploy::Application": {
    free: codedeploy,
    name: { property: "ApplicationName", find: "application", importable: true },
  },
  "AWS::CodeDeploy::DeploymentConfig": {
    free: codedeploy,
    name: { property: "DeploymentConfigName", find: "deploymentConfig", importable: true },
  },
  "AWS::CodeDeploy::DeploymentGroup": {
    card: {
      ...{ service: "AWS CodeDeploy", plural: "deployment groups", ...ofDelivery },
      to: { "AWS::ECS::Service": "deploys" },
      from: { "AWS::CloudWatch::Alarm": "stops" },
    },
    free: codedeploy,
    name: { property: "DeploymentGroupName", find: "deploymentGroup" },
  },
  "AWS::CodePipeline::Pipeline": {
    card: {
      ...{ service: "AWS CodePipeline", plural: "pipelines", ...ofDelivery },
      to: {
        "AWS::CodeDeploy::DeploymentGroup": "starts",
        "AWS::ECS::Service": "deploys",
        "AWS::S3::Bucket": "artifacts",
      },
      from: { "AWS::CodeCommit::Repository": "source", "AWS::ECR::Repository": "image" },
    },
    bill: "pipeline",
    name: { property: "Name", find: "pipeline", importable: true },
  },
  "AWS::Events::EventBusPolicy": { free: "policies are free" },
  "AWS::Events::Rule": {
    card: {
      ...{ service: "Amazon EventBridge", plural: "rules", ...ofDelivery },
      to: { "AWS::CodePipeline::Pipeline": "start" },
      from: { "AWS::CodeCommit::Repository": "commit", "AWS::ECR::Repository": "push" },
    },
    free: "rules for events of AWS services and for schedules are free; only events of one's own are billed",
    name: { property: "Name", find: "rule" },
  },
};
