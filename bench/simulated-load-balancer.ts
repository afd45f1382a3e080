import { startSimulator } from "@ecs-delivery/simulator";

// A separate port next to a rehearsal's 20080.
const listenerPortOffset = 10_500;
const targetPort = Number(process.argv[2]);
const simulator = await startSimulator({ port: 0, listenerPortOffset });
process.on("SIGTERM", () => simulator.close().then(() => process.exit(0)));
const { aws } = simulator;

const { Vpc } = await aws.ec2.createVpc({ CidrBlock: "10.0.0.0/16" });
const subnets: string[] = [];
for (const zone of ["a", "b"]) {
  const { Subnet } = await aws.ec2.createSubnet({
    VpcId: Vpc?.VpcId,
    CidrBlock: `10.0.${subnets.length}.0/24`,
    AvailabilityZone: `us-east-1${zone}`,
  });
  subnets.push(Subnet?.SubnetId ?? "");
}
const { LoadBalancers } = await aws.elbv2.createLoadBalancer({ Name: "bench", Subnets: subnets });
const { TargetGroups } = await aws.elbv2.createTargetGroup({
  Name: "bench",
  Protocol: "HTTP",
  Port: 8080,
  VpcId: Vpc?.VpcId,
  TargetType: "ip",
});
const TargetGroupArn = TargetGroups?.[0]?.TargetGroupArn ?? "";
await aws.elbv2.createListener({
  LoadBalancerArn: LoadBalancers?.[0]?.LoadBalancerArn,
  Protocol: "HTTP",
  Port: 80,
  DefaultActions: [{ Type: "forward", TargetGroupArn }],
});
await aws.elbv2.registerTargets({ TargetGroupArn, Targets: [{ Id: "127.0.0.1", Port: targetPort }] });
const url = `http://127.0.0.1:${80 + listenerPortOffset}/`;
// The target receives requests once its first health check has passed.
while ((await fetch(url)).status !== 200) await new Promise((resolve) => setTimeout(resolve, 50));
process.send?.({ port: 80 + listenerPortOffset });
