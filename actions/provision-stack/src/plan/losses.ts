import type { PolicyAction } from "@aws-sdk/client-cloudformation";

/** Data of these types that is lost with the resource and cannot be recreated from the template. */
const held: Readonly<Record<string, string>> = {
  "AWS::Cloud9::EnvironmentEC2": "the files on the workstation",
  "AWS::CodeCommit::Repository": "its commits",
  "AWS::DynamoDB::Table": "its items",
  "AWS::EC2::EIP": "its address",
  "AWS::EC2::Instance": "what its disk holds, and its address",
  "AWS::EC2::Volume": "what it holds",
  "AWS::ECR::Repository": "its images",
  "AWS::ECS::Service": "its running tasks: nothing answers until the new one runs",
  "AWS::EFS::FileSystem": "its files",
  "AWS::ElasticLoadBalancingV2::LoadBalancer": "its DNS name: the new one has another",
  "AWS::Logs::LogGroup": "its log events",
  "AWS::RDS::DBCluster": "its data",
  "AWS::RDS::DBInstance": "its data",
  "AWS::S3::Bucket": "its objects",
  "AWS::SecretsManager::Secret": "its value",
};

/** Returns what is lost with the old resource, as the end of a sentence; undefined when nothing is. */
export function lossOf(type: string, policy: PolicyAction | undefined): string | undefined {
  if (policy === "Retain" || policy === "ReplaceAndRetain") return undefined;
  const lost = held[type];
  if (!lost) return undefined;
  const snapshot = policy === "Snapshot" || policy === "ReplaceAndSnapshot";
  return snapshot ? `${lost} (a snapshot is kept; the new one begins empty)` : lost;
}
