/**
 * Managed policies of AWS that delivering to ECS attaches to roles, by what follows `arn:aws:iam::aws:policy/`.
 * Source: AWS managed policy reference guide. Their documents are not kept: nothing here evaluates permissions.
 */
export const awsManagedPolicies: ReadonlySet<string> = new Set([
  "AdministratorAccess",
  "PowerUserAccess",
  "ReadOnlyAccess",
  "AmazonEC2ContainerRegistryFullAccess",
  "AmazonEC2ContainerRegistryPowerUser",
  "AmazonEC2ContainerRegistryReadOnly",
  "AmazonECS_FullAccess",
  "AWSCodeDeployRoleForECS",
  "AWSCodeDeployRoleForECSLimited",
  "AWSCodeDeployFullAccess",
  "CloudWatchLogsFullAccess",
  "ElasticLoadBalancingFullAccess",
  "SecretsManagerReadWrite",
  "service-role/AmazonECSTaskExecutionRolePolicy",
  "service-role/AmazonECSInfrastructureRolePolicyForLoadBalancers",
  "service-role/AWSCodeDeployRole",
  "service-role/AWSCodeDeployRoleForLambda",
  "service-role/AWSLambdaBasicExecutionRole",
  "service-role/AmazonRDSEnhancedMonitoringRole",
]);
