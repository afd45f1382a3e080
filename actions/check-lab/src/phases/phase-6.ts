import type { TargetGroup } from "@aws-sdk/client-elastic-load-balancing-v2";
import { isPrivate, openingsOf } from "../addresses.ts";
import { hint } from "../choices.ts";
import { forServices, type Item } from "../item.ts";
import type { Lab } from "../lab.ts";
import { ruleFor, sharesOf, visitorsOf } from "../listener-rules.ts";
import { broken, forEachOf, type Outcome, unchecked, verdict } from "../outcome.ts";
import { forwardedTo, illnessIn, type ListenerName, ports, ruleName, type ServiceName } from "../parts.ts";

export const listenerNames = Object.keys(ports) as ListenerName[];
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
    check: async ({ roles }) => {
      const { LoadBalancerName, Scheme, State, AvailabilityZones = [] } = await roles.loadBalancer();
      const problems = broken(
        [Scheme === "internet-facing", `${LoadBalancerName} is ${Scheme}, not internet-facing`],
        [State?.Code === "active", `${LoadBalancerName} is ${State?.Code}`],
      );
      return verdict(problems, `${LoadBalancerName} in ${AvailabilityZones.length} zones`);
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
      const problems = same ? [`listeners 80 and 8080 both forward to ${production.TargetGroupName}`] : [];
      for (const name of listenerNames)
        problems.push(...(await wrongWays(lab, "customer", name, ["/", "/suppliers"])));
      return verdict(problems, `80 → ${production.TargetGroupName}, 8080 → ${test.TargetGroupName}`);
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
      const released = await roles.wasReleased("employee");
      const used = await Promise.all(
        listenerNames.map(async (name) => forwardedTo((await roles.listener(name)).DefaultActions)),
      );
      return forEachOf(listenerNames, async (name) => {
        const rule = await roles.adminRule(name);
        const { TargetGroupArn, TargetGroupName } = await roles.targetGroup("employee", name);
        const lost = await wrongWays(lab, "employee", name, adminPaths);
        const isUsed = used.includes(TargetGroupArn);
        if (!released) used.push(TargetGroupArn);
        const elsewhere = `listener ${ports[name]}: ${ruleName(rule)} forwards to ${TargetGroupName}, which is used elsewhere`;
        return verdict(
          [...broken([!isUsed, elsewhere]), ...lost],
          `${ports[name]}/admin/* → ${TargetGroupName}`,
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
        const [lost] = await wrongWays(lab, "employee", name, ["/admin"]);
        if (!lost) return verdict([], `${where} sends /admin to the employee`);
        const [wrong] = await wrongWays(lab, "customer", name, ["/admin"]);
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
      console:
        "EC2 → Target groups → Create again: type IP addresses, HTTP, port 8080. Type and port cannot be changed.",
      cli: "aws elbv2 create-target-group --name customer-tg-one --target-type ip --protocol HTTP --port 8080 --vpc-id $vpc",
      templates: provision,
    },
    check: forEachGroup(({ TargetGroupName, TargetType, Protocol, Port }) =>
      broken(
        [TargetType === "ip", `${TargetGroupName} is of type ${TargetType}, not ip`],
        [Protocol === "HTTP", `${TargetGroupName} uses ${Protocol}, not HTTP`],
        [Port === 8080, `${TargetGroupName} is on port ${Port}, not 8080`],
      ),
    ),
  },
  {
    id: "6.health-paths",
    title: "Each target group checks the health path of its own service",
    fix: {
      console:
        "EC2 → Target groups → Health checks → Edit: / for the customer, /admin/suppliers for the employee.",
      cli: "aws elbv2 modify-target-group --target-group-arn … --health-check-path /admin/suppliers",
      templates: provision,
    },
    check: forEachGroup(
      async ({ TargetGroupName, TargetGroupArn = "", HealthCheckPath = "" }, name, { account, roles }) => {
        const isAdmin = HealthCheckPath.startsWith("/admin");
        if (isAdmin !== (name === "employee"))
          return [`${TargetGroupName} is behind the ${name}'s paths and checks ${HealthCheckPath}`];
        const service = await hint(roles.service(name));
        const health = await hint(account.targetHealth(TargetGroupArn));
        const words = (service && health && illnessIn(TargetGroupArn, service, health)) ?? "";
        // A right program serves these: then the program is at fault (8.running), as with a code from 500 on.
        const isPath = !["/", "/suppliers", "/admin/suppliers"].includes(HealthCheckPath);
        return isPath && /codes: \[[34]/.test(words)
          ? [`${TargetGroupName} checks ${HealthCheckPath}: ${words}`]
          : [];
      },
    ),
  },
];

/** Port 8080 is the test listener: it may be open to some addresses only. */
async function checkSecurityGroup({ account, roles }: Lab): Promise<Outcome> {
  const { SecurityGroups = [], LoadBalancerName } = await roles.loadBalancer();
  const groups = (await account.securityGroups()).filter(({ GroupId = "" }) =>
    SecurityGroups.includes(GroupId),
  );
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
      [
        only
          ? `${names} opens port ${port} to ${only} only`
          : `no security group of ${LoadBalancerName} opens port ${port}`,
      ],
      "",
      groups[0] && {
        console: `EC2 → Security groups → ${names} → Inbound rules: TCP ${port} from 0.0.0.0/0.`,
        cli: `aws ec2 authorize-security-group-ingress --group-id ${groups[0].GroupId} --protocol tcp --port ${port} --cidr 0.0.0.0/0`,
      },
    );
  });
}

const adminPaths = ["/admin/suppliers", "/admin/supplier-add"];

/** Returns the paths that a listener does not send to the service, for any visitor that its rules know. */
async function wrongWays(lab: Lab, service: ServiceName, name: ListenerName, paths: readonly string[]) {
  const { account, roles, siteAddress } = lab;
  const rules = await roles.rulesOf(name);
  const { TargetGroupArn: wanted, TargetGroupName } = await roles.targetGroup(service, name);
  const host = new URL(await siteAddress(name)).hostname;
  const groups = await account.targetGroups();
  // During a release the service's other group gets a part.
  const own = [wanted, ...(await roles.targetGroups(service)).map(({ TargetGroupArn }) => TargetGroupArn)];
  const nameOf = (arn: string) =>
    groups.find(({ TargetGroupArn }) => TargetGroupArn === arn)?.TargetGroupName ?? "another group";
  return paths.flatMap((path) => {
    const found = visitorsOf(rules).map((source) => ruleFor(rules, { path, source, host }));
    const ways = found.map((rule) => ({ rule, shares: sharesOf(rule?.Actions) }));
    const isRedirect = ways[0]?.rule?.Actions?.at(-1)?.RedirectConfig?.Path?.startsWith("/admin/");
    const isOwn = ways.some(
      ({ shares }) => shares.length > 0 && shares.every(({ arn }) => own.includes(arn)),
    );
    if (isRedirect || isOwn) return [];
    const { rule, shares } =
      ways.find(({ shares }) => shares.some(({ arn }) => arn === wanted)) ?? ways[0] ?? {};
    const to = shares?.map(({ arn, percent }) => `${percent} % to ${nameOf(arn)}`).join(", ");
    const action = to || rule?.Actions?.map(({ Type }) => Type).join();
    return `listener ${ports[name]}: ${rule ? ruleName(rule) : "no rule"} sends ${path} ${action}, not to ${TargetGroupName}`;
  });
}

function forEachGroup(
  problemsOf: (group: TargetGroup, service: ServiceName, lab: Lab) => string[] | Promise<string[]>,
) {
  return forServices(async (lab, service) => {
    const groups = await lab.roles.targetGroups(service);
    const problems = (await Promise.all(groups.map((group) => problemsOf(group, service, lab)))).flat();
    // Throws Missing for the part that is not there.
    if (groups.length === 0) await lab.roles.targetGroup(service, "production");
    if (groups.length === 0) problems.push(`no target group of the ${service} is behind a listener`);
    return verdict(
      problems,
      groups
        .map(({ TargetGroupName, HealthCheckPath }) => `${TargetGroupName} (${HealthCheckPath})`)
        .join(", "),
    );
  });
}
