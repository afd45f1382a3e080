import { expect, test } from "vitest";
import { describeValue, isKnown } from "../actions/shared/cloudformation/values.ts";
import { isObject } from "../actions/shared/task-definition.ts";
import { type Profile, resourcesOf } from "./profiles.support.ts";

/** With all options that a profile enables only later, and an example address. */
const complete = {
  pipeline: { Sources: "ready" },
  "load-balancer": { AdminSourceIps: "192.0.2.7/32" },
};

/** A resource's property in the course: `template/LogicalId path`, its value or that of an entry of its list. */
type Row = readonly [property: string, value: string | number];

const services = ["customer", "employee"] as const;
const titled = { customer: "Customer", employee: "Employee" };

/** Registry, cluster, services: phases 5 and 7. */
const containers: Row[] = [
  ["cluster/Cluster ClusterName", "microservices-serverlesscluster"],
  ["cluster/LogGroup LogGroupName", "awslogs-capstone"],
  ...services.flatMap((service): Row[] => {
    const name = titled[service];
    const definition = `services/${name}BootstrapTaskDefinition`;
    return [
      [`registry/${name}Repository RepositoryName`, service],
      [`${definition} Family`, `${service}-microservice`],
      [`${definition} NetworkMode`, "awsvpc"],
      [`${definition} RequiresCompatibilities`, "FARGATE"],
      [`${definition} Cpu`, "512"],
      [`${definition} Memory`, "1024"],
      [`${definition} ContainerDefinitions.0.Name`, service],
      [`${definition} ContainerDefinitions.0.PortMappings.0.ContainerPort`, 8080],
      [`services/${name}Service ServiceName`, `${service}-microservice`],
      [`services/${name}Service Cluster`, "cluster/Cluster"],
      [`services/${name}Service DesiredCount`, 1],
      [`services/${name}Service LaunchType`, "FARGATE"],
      [`services/${name}Service SchedulingStrategy`, "REPLICA"],
      [`services/${name}Service DeploymentController.Type`, "CODE_DEPLOY"],
      [`services/${name}Service LoadBalancers.0.ContainerName`, service],
      [`services/${name}Service LoadBalancers.0.ContainerPort`, 8080],
      [`services/${name}Service LoadBalancers.0.TargetGroupArn`, `load-balancer/${name}TargetGroupTwo`],
    ];
  }),
];

/** Phases 6 and 9. */
const loadBalancer: Row[] = [
  ["network/LoadBalancerSecurityGroup GroupName", "microservices-sg"],
  ["network/LoadBalancerSecurityGroup SecurityGroupIngress.0.ToPort", 80],
  ["network/LoadBalancerSecurityGroup SecurityGroupIngress.1.ToPort", 8080],
  ["load-balancer/LoadBalancer Name", "microservicesLB"],
  ["load-balancer/LoadBalancer Scheme", "internet-facing"],
  ["load-balancer/LoadBalancer SecurityGroups", "network/LoadBalancerSecurityGroup.GroupId"],
  ...services.flatMap((service) =>
    ["One", "Two"].flatMap((number): Row[] => {
      const group = `load-balancer/${titled[service]}TargetGroup${number}`;
      return [
        [`${group} Name`, `${service}-tg-${number.toLowerCase()}`],
        [`${group} TargetType`, "ip"],
        [`${group} Protocol`, "HTTP"],
        [`${group} Port`, 8080],
        ...(service === "customer" ? [[`${group} HealthCheckPath`, "/"] as const] : []),
      ];
    }),
  ),
  ...[
    { listener: "Production", port: 80, group: "Two" },
    { listener: "Test", port: 8080, group: "One" },
  ].flatMap(({ listener, port, group }): Row[] => {
    const rule = `load-balancer/${listener}AdminRule`;
    return [
      [`load-balancer/${listener}Listener Protocol`, "HTTP"],
      [`load-balancer/${listener}Listener Port`, port],
      [
        `load-balancer/${listener}Listener DefaultActions.0.TargetGroupArn`,
        `load-balancer/CustomerTargetGroup${group}`,
      ],
      [`${rule} Priority`, 1],
      [`${rule} Conditions.0.PathPatternConfig.Values`, "/admin/*"],
      [`${rule} Conditions.0.PathPatternConfig.Values`, "/admin"],
      [`${rule} Conditions.1.SourceIpConfig.Values`, "192.0.2.7/32"],
      [`${rule} Actions.0.TargetGroupArn`, `load-balancer/EmployeeTargetGroup${group}`],
    ];
  }),
];

/** Phase 8. */
const delivery: Row[] = [
  ["delivery/Application ApplicationName", "microservices"],
  ["delivery/Application ComputePlatform", "ECS"],
  ["pipeline/CodeRepository RepositoryName", "microservices"],
  ["pipeline/DeploymentRepository RepositoryName", "deployment"],
  ["pipeline/DeploymentFilesChanged EventPattern.detail.referenceName", "dev"],
  ...services.flatMap((service): Row[] => {
    const group = `delivery/${titled[service]}DeploymentGroup`;
    const pair = `${group} LoadBalancerInfo.TargetGroupPairInfoList.0`;
    const pipeline = `pipeline/${titled[service]}Pipeline`;
    const balancer = `load-balancer/${titled[service]}TargetGroup`;
    return [
      [`${group} DeploymentGroupName`, `microservices-${service}`],
      [`${group} DeploymentConfigName`, "CodeDeployDefault.ECSAllAtOnce"],
      [
        `${group} BlueGreenDeploymentConfiguration.DeploymentReadyOption.ActionOnTimeout`,
        "CONTINUE_DEPLOYMENT",
      ],
      [
        `${group} BlueGreenDeploymentConfiguration.TerminateBlueInstancesOnDeploymentSuccess.TerminationWaitTimeInMinutes`,
        "5",
      ],
      [`${pair}.ProdTrafficRoute.ListenerArns`, "load-balancer/ProductionListener"],
      [`${pair}.TestTrafficRoute.ListenerArns`, "load-balancer/TestListener"],
      [`${pair}.TargetGroups.0.Name`, `${balancer}Two.TargetGroupName`],
      [`${pair}.TargetGroups.1.Name`, `${balancer}One.TargetGroupName`],
      [`${pipeline} Name`, `update-${service}-microservice`],
      [`${pipeline} Stages.0.Actions.0.Configuration.RepositoryName`, "pipeline/DeploymentRepository.Name"],
      [`${pipeline} Stages.0.Actions.0.Configuration.BranchName`, "dev"],
      [`${pipeline} Stages.0.Actions.0.OutputArtifacts.0.Name`, "SourceArtifact"],
      [`${pipeline} Stages.0.Actions.1.Configuration.RepositoryName`, service],
      [`${pipeline} Stages.0.Actions.1.Configuration.ImageTag`, "latest"],
      [`${pipeline} Stages.0.Actions.1.OutputArtifacts.0.Name`, `image-${service}`],
      [`${pipeline} Stages.1.Actions.0.ActionTypeId.Provider`, "CodeDeployToECS"],
      [`${pipeline} Stages.1.Actions.0.Configuration.TaskDefinitionTemplatePath`, `taskdef-${service}.json`],
      [`${pipeline} Stages.1.Actions.0.Configuration.AppSpecTemplatePath`, `appspec-${service}.yaml`],
      [`${pipeline} Stages.1.Actions.0.Configuration.Image1ContainerName`, "IMAGE1_NAME"],
      [`pipeline/${titled[service]}ImagePushed EventPattern.detail.repository-name`, service],
      [`pipeline/${titled[service]}ImagePushed EventPattern.detail.image-tag`, "latest"],
    ];
  }),
];

const employeeHealth = (path: string): Row[] =>
  ["One", "Two"].map((number) => [`load-balancer/EmployeeTargetGroup${number} HealthCheckPath`, path]);

/** Names that the course's account already has and a standard account creates. */
const made: Row[] = [
  // Excluded: the course's path, which needs the database.
  ...employeeHealth("/admin/health"),
  ["network/Vpc Tags.0.Value", "LabVPC"],
  ["network/PublicSubnet1 Tags.0.Value", "Public Subnet1"],
  ["network/PublicSubnet2 Tags.0.Value", "Public Subnet2"],
  ["database/Database DBInstanceIdentifier", "supplierdb"],
  ["database/Database DBInstanceClass", "db.t3.micro"],
  // Excluded: the course's 8.0, whose Extended Support costs more than the rest of the database.
  ["database/Database EngineVersion", "8.4"],
  ["database/Database DeletionProtection", "true"],
  ["database/Database DBName", "COFFEE"],
  ["database/Database MasterUsername", "nodeapp"],
  ["delivery/DeployRole RoleName", "DeployRole"],
  ["pipeline/PipelineRole RoleName", "PipelineRole"],
  ["monolith/Server Tags.0.Value", "MonolithicAppServer"],
  ["monolith/SecurityGroup SecurityGroupIngress.0.ToPort", 80],
];

/** Phase 3, for which a standard account has no Cloud9, and results of look-ups. */
const taken: Row[] = [
  ...employeeHealth("/admin/suppliers"),
  ["workstation/Ide Name", "MicroservicesIDE"],
  ["workstation/Ide InstanceType", "t3.small"],
  ["workstation/Ide ConnectionType", "CONNECT_SSH"],
  ["network/LoadBalancerSecurityGroup VpcId", '{"vpc":"LabVPC"}'],
  ["load-balancer/LoadBalancer Subnets", '{"subnet":"LabVPC/Public Subnet1"}'],
  ["load-balancer/LoadBalancer Subnets", '{"subnet":"LabVPC/Public Subnet2"}'],
  ["services/CustomerService NetworkConfiguration.AwsvpcConfiguration.AssignPublicIp", "ENABLED"],
  [
    "services/CustomerService NetworkConfiguration.AwsvpcConfiguration.Subnets",
    '{"subnet":"LabVPC/Public Subnet1"}',
  ],
  ["workstation/Ide SubnetId", '{"subnet":"LabVPC/Public Subnet1"}'],
];

const rows = [...containers, ...loadBalancer, ...delivery];

test.each<[Profile, readonly Row[]]>([
  ["standard", [...rows, ...made]],
  ["academy", [...rows, ...taken]],
])("names, ports and paths of profile %s match the course", (profile, expected) => {
  const resources = resourcesOf(profile, complete);
  const found = (property: string) => {
    const [id = "", path = ""] = property.split(" ");
    const resource = resources.find(({ template, logicalId }) => `${template}/${logicalId}` === id);
    return at(settled(resource?.properties), path);
  };
  const wrong = expected.filter(([property, value]) => {
    const actual = found(property);
    return Array.isArray(actual) ? !actual.includes(value) : actual !== value;
  });
  expect(wrong.map(([property, value]) => ({ property, value, actual: found(property) }))).toEqual([]);
});

test("the academy profile creates nothing that its account denies: no role, no provider, no versions of a bucket", () => {
  const denied = resourcesOf("academy", complete).filter(
    ({ type, properties }) => type.startsWith("AWS::IAM::") || "VersioningConfiguration" in properties,
  );
  expect(denied).toEqual([]);
});

test("existing roles are used by their names", () => {
  const named = resourcesOf("academy", complete).flatMap(({ template, logicalId, properties }) =>
    [...JSON.stringify(settled(properties)).matchAll(/role\/(\w+)/g)].map(
      ([, role]) => `${template}/${logicalId}: ${role}`,
    ),
  );
  expect([...new Set(named)].sort()).toEqual([
    "delivery/CustomerDeploymentGroup: DeployRole",
    "delivery/EmployeeDeploymentGroup: DeployRole",
    "pipeline/CustomerImagePushed: PipelineRole",
    "pipeline/CustomerPipeline: PipelineRole",
    "pipeline/DeploymentFilesChanged: PipelineRole",
    "pipeline/EmployeeImagePushed: PipelineRole",
    "pipeline/EmployeePipeline: PipelineRole",
    "registry/CustomerRepository: PipelineRole",
    "registry/EmployeeRepository: PipelineRole",
    "services/CustomerBootstrapTaskDefinition: PipelineRole",
    "services/EmployeeBootstrapTaskDefinition: PipelineRole",
  ]);
});

/** Replaces values known only to AWS with text in angle brackets, and a resource with its name. */
function settled(value: unknown): unknown {
  if (!isKnown(value)) return describeValue(value);
  if (Array.isArray(value)) return value.map(settled);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, settled(inner)]));
}

function at(value: unknown, path: string): unknown {
  return path.split(".").reduce<unknown>((found, key) => {
    if (Array.isArray(found)) return found[Number(key)];
    return isObject(found) ? found[key] : undefined;
  }, value);
}
