// A CDK app as users write it: a load-balanced service in the default VPC, deployed blue/green by CodeDeploy.
const { App, CfnOutput, Stack } = require("aws-cdk-lib");
const codedeploy = require("aws-cdk-lib/aws-codedeploy");
const ec2 = require("aws-cdk-lib/aws-ec2");
const ecs = require("aws-cdk-lib/aws-ecs");
const patterns = require("aws-cdk-lib/aws-ecs-patterns");
const elb = require("aws-cdk-lib/aws-elasticloadbalancingv2");
const ssm = require("aws-cdk-lib/aws-ssm");

const { CDK_DEFAULT_ACCOUNT: account, CDK_DEFAULT_REGION: region, IMAGE = "web" } = process.env;
const stack = new Stack(new App(), "Shop", { env: { account, region } });
const vpc = ec2.Vpc.fromLookup(stack, "Vpc", { isDefault: true });
const web = new patterns.ApplicationLoadBalancedFargateService(stack, "Web", {
  cluster: new ecs.Cluster(stack, "Cluster", { vpc, clusterName: "shop" }),
  cpu: 256,
  memoryLimitMiB: 512,
  desiredCount: 2,
  assignPublicIp: true,
  deploymentController: { type: ecs.DeploymentControllerType.CODE_DEPLOY },
  taskImageOptions: {
    image: ecs.ContainerImage.fromRegistry(IMAGE),
    containerPort: 8080,
    family: "shop",
    environment: { VERSION: ssm.StringParameter.valueForStringParameter(stack, "/shop/version") },
  },
});
const green = new elb.ApplicationTargetGroup(stack, "Green", {
  vpc,
  port: 80,
  targetType: elb.TargetType.IP,
});
const testListener = web.loadBalancer.addListener("Test", {
  port: 8080,
  protocol: elb.ApplicationProtocol.HTTP,
  defaultTargetGroups: [green],
});
const group = new codedeploy.EcsDeploymentGroup(stack, "Deployments", {
  service: web.service,
  blueGreenDeploymentConfig: {
    blueTargetGroup: web.targetGroup,
    greenTargetGroup: green,
    listener: web.listener,
    testListener,
  },
  deploymentConfig: codedeploy.EcsDeploymentConfig.ALL_AT_ONCE,
});
new ssm.StringParameter(stack, "Group", {
  parameterName: "/shop/deployment-group",
  stringValue: group.deploymentGroupName,
});
new CfnOutput(stack, "Application", { value: group.application.applicationName });
