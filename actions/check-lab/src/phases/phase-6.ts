import type { TargetGroup } from "@aws-sdk/client-elastic-load-balancing-v2";
import { isPrivate, openingsOf } from "../../../ecs/network/addresses.ts";
import { fixOfPlace, networkOf, privateSubnets } from "../account/network.ts";
import { hint, unlessMissing } from "../choices.ts";
import { forServices, type Item } from "../item.ts";
import type { Lab } from "../lab.ts";
import { broken, forEachOf, type Outcome, outcomeOf, unchecked, verdict } from "../outcome.ts";
import { checksFor, illnessIn, ports, ruleName, type ServiceName } from "../parts.ts";
import { fixOfForwarding, listenerNames, noGateway, noRule, strayOf, wrongWays } from "./forwarding.ts";

const adminVisits = [
  { path: "/admin/suppliers" },
  { path: "/admin/supplier-add" },
  { path: "/admin/supplier-add", method: "POST" },
] as const;
const provision = "Run Provision with stacks: network,load-balancer.";

/** The load balancer: listeners, rules, target groups. */
export const phase6: readonly Item[] = [
  {
    id: "6.load-balancer",
    title: "An application load balancer is active and reachable from the internet",
    fix: {
      console:
        "EC2 → Load balancers → Create: Application, named microservicesLB, internet-facing, both public subnets.",
      cli: "aws elbv2 create-load-balancer --name microservicesLB --subnets $subnets --security-groups $group",
      templates: provision,
    },
    check: async ({ account, roles }) => {
      const balancer = await roles.loadBalancer();
      const { LoadBalancerName, Scheme, State, AvailabilityZones = [] } = balancer;
      const subnets = AvailabilityZones.flatMap(({ SubnetId }) => SubnetId ?? []);
      const network = await hint(networkOf(account));
      const cutOff = network ? privateSubnets(network, subnets) : [];
      const problems = broken(
        [Scheme === "internet-facing", `${LoadBalancerName} is ${Scheme}, not internet-facing`],
        [State?.Code === "active", `${LoadBalancerName} is ${State?.Code}`],
        [cutOff.length === 0, noGateway(LoadBalancerName, cutOff)],
      );
      const fix = network && cutOff.length > 0 ? fixOfPlace(network, balancer, cutOff) : undefined;
      return verdict(problems, `${LoadBalancerName} in ${AvailabilityZones.length} zones`, fix);
    },
  },
  {
    id: "6.security-group",
    title: "The load balancer's security group opens port 80 to everybody, and port 8080 to browsers",
    fix: {
      console:
        "EC2 → Security groups → microservices-sg → Inbound rules: TCP 80 and TCP 8080 from 0.0.0.0/0.",
      cli: "aws ec2 authorize-security-group-ingress --group-id $group --protocol tcp --port 80 --cidr 0.0.0.0/0; the same for 8080.",
      templates: "Run Provision with stacks: network. The parameter TestSourceIps limits port 8080.",
    },
    check: checkSecurityGroup,
  },
  {
    id: "6.listeners",
    title: "Listeners 80 and 8080 forward to the customer, before the first release to two target groups",
    fix: {
      console: "EC2 → Load balancers → Listeners: HTTP:80 → customer-tg-two, HTTP:8080 → customer-tg-one.",
      cli: "aws elbv2 create-listener (or modify-listener) --port 8080 --default-actions Type=forward,TargetGroupArn=…",
      templates: provision,
    },
    check: async (lab) => {
      const { roles } = lab;
      const production = await roles.targetGroup("customer", "production");
      const test = await roles.targetGroup("customer", "test");
      const same =
        production.TargetGroupArn === test.TargetGroupArn && !(await roles.wasReleased("customer"));
      const both = same ? [`listeners 80 and 8080 both forward to ${production.TargetGroupName}`] : [];
      return forEachOf(listenerNames, async (name) => {
        const stray = await strayOf(lab, "customer", name);
        const lost = await wrongWays(lab, "customer", name, [{ path: "/" }, { path: "/suppliers" }]);
        return verdict(
          [...both, ...(stray ? [stray] : []), ...lost],
          `${ports[name]} → ${(name === "test" ? test : production).TargetGroupName}`,
          stray || same ? await fixOfForwarding(lab, "customer", name) : {},
        );
      });
    },
  },
  {
    id: "6.admin-rules",
    title: "Both listeners forward /admin/* to the employee, before the first release to two target groups",
    fix: {
      console:
        "EC2 → Load balancers → listener → Manage rules: path /admin/* → employee-tg-two (80), employee-tg-one (8080).",
      cli: "aws elbv2 create-rule --listener-arn $listener --priority (one that no rule has) --conditions Field=path-pattern,Values=/admin,/admin/* --actions Type=forward,TargetGroupArn=…",
      templates: provision,
    },
    check: async (lab) => {
      const { roles } = lab;
      const production = await hint(roles.targetGroup("employee", "production"));
      const isBefore = !(await roles.wasReleased("employee"));
      return forEachOf(listenerNames, async (name) => {
        const fix = await fixOfForwarding(lab, "employee", name);
        const rule = await roles.adminRule(name).catch(outcomeOf);
        if ("status" in rule) return { ...rule, fix };
        const { TargetGroupArn, TargetGroupName } = await roles.targetGroup("employee", name);
        const lost = await wrongWays(lab, "employee", name, adminVisits);
        const isSame = isBefore && name === "test" && TargetGroupArn === production?.TargetGroupArn;
        const elsewhere = `listener ${ports[name]}: ${ruleName(rule)} forwards to ${TargetGroupName}, which is used elsewhere`;
        const stray = (await strayOf(lab, "employee", name)) ?? (isSame ? elsewhere : undefined);
        return verdict(
          [...(stray ? [stray] : []), ...lost],
          `${ports[name]}/admin/* → ${TargetGroupName}`,
          stray
            ? fix
            : { cli: `aws elbv2 modify-rule or set-rule-priorities: ${rule.RuleArn} gets /admin/*` },
        );
      });
    },
  },
  {
    id: "6.admin-path",
    title: "/admin itself is the employee's, or the customer's as with the course's rule",
    fix: {
      console:
        "EC2 → Load balancers → listener → rule → Edit: add the path /admin to the condition. /admin/* does not match it.",
      cli: "aws elbv2 modify-rule --rule-arn $rule --conditions Field=path-pattern,Values=/admin,/admin/* (repeat source-ip in phase 9)",
      templates: provision,
    },
    // Beyond the course, whose rule is /admin/* alone: its weight is 0.
    check: (lab) =>
      forEachOf(listenerNames, async (name) => {
        const where = `listener ${ports[name]}`;
        const [lost] = await wrongWays(lab, "employee", name, [{ path: "/admin" }]);
        if (!lost) return verdict([], `${where} sends /admin to the employee`);
        const [wrong] = await wrongWays(lab, "customer", name, [{ path: "/admin" }]);
        return verdict(
          wrong ? [wrong] : [],
          `${where} sends /admin to the customer, as the course's rule does`,
        );
      }),
  },
  {
    id: "6.target-groups",
    title: "The four target groups are of type ip, for HTTP on port 8080",
    fix: {
      console: "EC2 → Target groups → Create: type IP addresses, HTTP, port 8080.",
      cli: "aws elbv2 create-target-group --name customer-tg-one --target-type ip --protocol HTTP --port 8080 --vpc-id $vpc",
      templates: provision,
    },
    check: forEachGroup((group, service) => {
      const { TargetGroupName, TargetType, Protocol, Port, VpcId } = group;
      const problems = broken(
        [TargetType === "ip", `${TargetGroupName} is of type ${TargetType}, not ip`],
        [Protocol === "HTTP", `${TargetGroupName} uses ${Protocol}, not HTTP`],
        [Port === 8080, `${TargetGroupName} is on port ${Port}, not 8080`],
      );
      const place = `put it in place of ${TargetGroupName} in listener, service and deployment group`;
      return verdict(problems, nameOf(group), {
        console: `EC2 → Target groups → Create, under a new name: type IP addresses, HTTP, port 8080; ${place}.`,
        cli: `aws elbv2 create-target-group --name (a new name) --target-type ip --protocol HTTP --port 8080 --vpc-id ${VpcId} --health-check-path ${healthPaths[service]}; ${place}.`,
      });
    }),
  },
  {
    id: "6.health-paths",
    title: "Each target group checks the health path of its own service",
    fix: {
      console: "EC2 → Target groups → Health checks: / (customer), /admin/suppliers (employee).",
      cli: "aws elbv2 modify-target-group --health-check-path /admin/suppliers (employee) or / (customer)",
      templates: provision,
    },
    check: forEachGroup(checkHealthPath),
  },
];

/** Port 8080 is the test listener: it may be open to some addresses only. */
async function checkSecurityGroup({ account, roles }: Lab): Promise<Outcome> {
  const balancer = await unlessMissing(roles.loadBalancer());
  // Without a load balancer, the one of the course's name is what it will get.
  const groups = (await account.securityGroups()).filter(({ GroupId = "", GroupName }) =>
    balancer ? balancer.SecurityGroups?.includes(GroupId) : GroupName === "microservices-sg",
  );
  const { LoadBalancerName = "microservicesLB" } = balancer ?? (groups[0] ? {} : await roles.loadBalancer());
  const rules = groups.flatMap(({ IpPermissions = [] }) => IpPermissions);
  const names = groups.map(({ GroupName, GroupId }) => `${GroupName} (${GroupId})`).join(", ");
  return forEachOf(listenerNames, async (listener) => {
    const port = ports[listener];
    const { ranges, groups: sources, prefixLists, toEverybody } = openingsOf(rules, port);
    if (toEverybody || (listener === "test" && !ranges.every(isPrivate)))
      return verdict([], `${names} opens ${port}`);
    if (prefixLists.length > 0)
      return unchecked(`${names} opens port ${port} to ${prefixLists.join(", ")}, whose ranges are not read`);
    const only = [...ranges, ...sources].join(", ");
    return verdict(
      [only ? `${names} opens port ${port} to ${only} only` : noRule(LoadBalancerName, port)],
      "",
      groups[0] && {
        console: `EC2 → Security groups → ${names} → Inbound rules: TCP ${port} from 0.0.0.0/0.`,
        cli: `aws ec2 authorize-security-group-ingress --group-id ${groups[0].GroupId} --protocol tcp --port ${port} --cidr 0.0.0.0/0`,
      },
    );
  });
}

async function checkHealthPath(group: TargetGroup, name: ServiceName, lab: Lab): Promise<Outcome> {
  const { account, roles } = lab;
  const { TargetGroupName, TargetGroupArn = "", HealthCheckPath = "" } = group;
  for (const listener of listenerNames) {
    const found = await hint(roles.targetGroup(name, listener));
    const stray = found?.TargetGroupArn === TargetGroupArn && (await strayOf(lab, name, listener));
    // The listener is wrong, not the group.
    if (stray) return verdict([stray], "");
  }
  const isForeign = (await roles.foreignGroups(name)).some((each) => each.TargetGroupArn === TargetGroupArn);
  if (isForeign) return verdict([], `${TargetGroupName}: see 8.deployment-groups`);
  const fix = {
    console: `EC2 → Target groups → ${TargetGroupName} → Health checks → Edit: ${healthPaths[name]}.`,
    cli: `aws elbv2 modify-target-group --target-group-arn ${TargetGroupArn} --health-check-path ${healthPaths[name]}`,
  };
  if (checksFor(group) !== name)
    return verdict(
      [`${TargetGroupName} is behind the ${name}'s paths and checks ${HealthCheckPath}`],
      "",
      fix,
    );
  const service = await hint(roles.service(name));
  const health = await hint(account.targetHealth(TargetGroupArn));
  const words = (service && health && illnessIn(TargetGroupArn, service, health)) ?? "";
  // A right program serves these: then the program is at fault (8.running), as with a code from 500 on.
  const isPath = !["/", "/suppliers", "/admin/suppliers"].includes(HealthCheckPath);
  const isWrong = isPath && /codes: \[[34]/.test(words);
  return verdict(
    isWrong ? [`${TargetGroupName} checks ${HealthCheckPath}: ${words}`] : [],
    nameOf(group),
    fix,
  );
}

const healthPaths = { customer: "/", employee: "/admin/suppliers" } as const;

const nameOf = ({ TargetGroupName, HealthCheckPath }: TargetGroup) =>
  `${TargetGroupName} (${HealthCheckPath})`;

function forEachGroup(
  check: (group: TargetGroup, service: ServiceName, lab: Lab) => Outcome | Promise<Outcome>,
) {
  return forServices(async (lab, service) => {
    const found = await lab.roles.targetGroups(service);
    const named = (await lab.account.targetGroups()).filter(({ TargetGroupName }) =>
      [`${service}-tg-one`, `${service}-tg-two`].includes(TargetGroupName ?? ""),
    );
    // Without a load balancer, those of the course's names are what it will forward to.
    const isBefore = found.length === 0 && named.length === 2 && !(await hint(lab.roles.loadBalancer()));
    const groups = isBefore ? named : found;
    // Throws Missing for the part that is not there.
    if (groups.length === 0) await lab.roles.targetGroup(service, "production");
    if (groups.length === 0) return verdict([`no target group of the ${service} is behind a listener`], "");
    return forEachOf(groups, async (group) => check(group, service, lab));
  });
}
