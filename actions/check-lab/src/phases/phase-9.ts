import { isIP } from "node:net";
import type { Rule } from "@aws-sdk/client-elastic-load-balancing-v2";
import { lastSegment } from "../../../core/arn.ts";
import { contains, isPrivate } from "../../../ecs/network/addresses.ts";
import { hint } from "../choices.ts";
import { matches } from "../code.ts";
import type { Item } from "../item.ts";
import type { Lab } from "../lab.ts";
import { rangesOf, ruleFor, sharesOf, strangers } from "../listener-rules.ts";
import { broken, forEachOf, Missing, type Outcome, unchecked, verdict } from "../outcome.ts";
import { type ListenerName, nameOfService, ports, ruleName } from "../parts.ts";
import { causesOf } from "./effects.ts";
import { listenerNames } from "./forwarding.ts";
import { whileStarting } from "./starting-tasks.ts";

const limitByTemplate =
  'Set the variable ADMIN_SOURCE_IPS, or "AdminSourceIps" for load-balancer in the profile, to your address/32 and run Provision.';
const wantedTasks = 3;

/** Access by address, another navigation, more tasks. */
export const phase9: readonly Item[] = [
  {
    id: "9.source-ip",
    title: "Both rules for /admin allow only chosen addresses",
    after: causesOf.forwarding,
    fix: {
      console: "EC2 → Load balancers → both listeners → rule → Edit: Source IP, your address/32.",
      cli: "aws elbv2 modify-rule with the rule's paths and source-ip; for both listeners.",
      templates: limitByTemplate,
    },
    check: ({ roles, siteAddress, browserAddress }) =>
      forEachOf(listenerNames, async (name) => {
        const rules = await roles.rulesOf(name);
        const rule = await roles.adminRule(name);
        const ranges = rangesOf(rule);
        const { TargetGroupArn } = await roles.targetGroup("employee", name);
        const host = new URL(await siteAddress(name)).hostname;
        const open = strangers
          .map((source) => ({ source, rule: ruleFor(rules, { path: "/admin/suppliers", source, host }) }))
          .find(({ rule }) => sharesOf(rule?.Actions).some(({ arn }) => arn === TargetGroupArn));
        const problems = [
          ...broken([ranges.length > 0, "the rule has no source-ip condition"]),
          ...ranges
            .filter(isWide)
            .map((range) => `${range} is ${range.endsWith("/0") ? "everybody" : "wider than one network"}`),
        ];
        const other = problems.length === 0 ? open?.rule : undefined;
        if (other) problems.push(`${ruleName(other)} also lets ${open?.source} to the employee`);
        return verdict(
          problems.map((problem) => `listener ${ports[name]}: ${problem}`),
          `${ports[name]}/admin/* for ${ranges.join(", ")}`,
          limiting(other ?? rule, name, browserAddress),
        );
      }),
  },
  {
    id: "9.own-address",
    title: "Your own browser can open /admin",
    after: [...causesOf.forwarding, "9.source-ip"],
    fix: {
      console: "Put the address that checkip.amazonaws.com shows in your browser into both rules.",
      cli: "Take the address from a browser, not from curl in Cloud9; then aws elbv2 modify-rule.",
      templates: limitByTemplate,
    },
    check: (lab) => forEachOf(listenerNames, (name) => checkOwnAddress(lab, name)),
  },
  {
    id: "9.navigation",
    title: "The employee's pages have the light navigation",
    after: causesOf.navigation,
    fix: {
      console:
        "In Cloud9: navbar-light bg-light in employee/views/nav.html, docker build, docker push: the image starts the pipeline.",
      cli: "sed -i 's/navbar-dark bg-dark/navbar-light bg-light/' employee/views/nav.html; docker build; docker push",
      templates:
        'Set navbar: "navbar-light bg-light" in services/employee/src/app.ts and push; Deploy brings it.',
    },
    check: checkNavigation,
  },
  {
    id: "9.scaled",
    title: `The customer service runs ${wantedTasks} tasks`,
    after: ["7.services"],
    fix: {
      console: `ECS → customer-microservice → Update: desired tasks ${wantedTasks}.`,
      cli: `aws ecs update-service --cluster microservices-serverlesscluster --service customer-microservice --desired-count ${wantedTasks}`,
      templates: `Run Scale test: customer, task counts ${wantedTasks}, after keep.`,
    },
    check: async (lab) => {
      const service = await lab.roles.service("customer");
      const { desiredCount = 0, runningCount = 0, clusterArn = "", serviceName } = service;
      const shown = nameOfService(service);
      const text = `${shown}: desired ${desiredCount}, running ${runningCount}`;
      const problems = broken(
        [desiredCount >= wantedTasks, text],
        // As 8.running reports it: the same cause.
        [
          runningCount >= Math.min(desiredCount, wantedTasks),
          `${shown} runs ${runningCount} of ${desiredCount} tasks`,
        ],
      );
      const starting =
        desiredCount >= wantedTasks && problems.length > 0 && (await whileStarting(lab, service));
      if (starting) return starting;
      return verdict(problems, text, {
        console: `ECS → ${lastSegment(clusterArn)} → ${serviceName} → Update: desired tasks ${wantedTasks}.`,
        cli: `aws ecs update-service --cluster ${lastSegment(clusterArn)} --service ${serviceName} --desired-count ${wantedTasks}`,
      });
    },
  },
];

/** Keeps the rule's other conditions; the API takes a condition's values in one place only. */
function limiting({ Conditions = [], ...rule }: Rule, name: ListenerName, address = "(your address)") {
  const others = Conditions.filter(({ Field }) => Field !== "source-ip").map((condition) => {
    const { Values, ...rest } = condition;
    return Object.keys(rest).length > 1 ? rest : condition;
  });
  const wanted = [...others, { Field: "source-ip", SourceIpConfig: { Values: [`${address}/32`] } }];
  return {
    console: `EC2 → Load balancers → listener ${ports[name]} → rule ${rule.Priority} → Edit: Source IP ${address}/32, as checkip.amazonaws.com shows it in your browser, not in Cloud9.`,
    cli: `aws elbv2 modify-rule --rule-arn ${rule.RuleArn} --conditions '${JSON.stringify(wanted)}'`,
  };
}

async function checkOwnAddress(lab: Lab, name: ListenerName): Promise<Outcome> {
  const { account, roles, browserAddress, readPage, siteAddress } = lab;
  const rule = await roles.adminRule(name);
  const ranges = rangesOf(rule);
  const fix = limiting(rule, name, browserAddress);
  const where = `listener ${ports[name]}`;
  if (ranges.length === 0) throw new Missing(`${where}: the rule has no source-ip condition`);
  if (browserAddress) {
    const isIn = ranges.some((range) => contains(range, browserAddress));
    return verdict(
      isIn ? [] : [`${where}: ${ranges.join(", ")} does not contain your browser's ${browserAddress}`],
      `${where}: ${ranges.join(", ")} contains ${browserAddress}`,
      fix,
    );
  }
  if (ranges.every(isPrivate))
    return verdict(
      [`${where}: ${ranges.join(", ")} is private; the load balancer sees public addresses`],
      "",
      fix,
    );
  const cloud9 = (await account.instances()).find(({ Tags = [], PublicIpAddress = "" }) => {
    const isWorkstation = Tags.some(({ Key }) => Key === "aws:cloud9:environment");
    return isWorkstation && ranges.every((range) => contains(range, PublicIpAddress));
  });
  if (cloud9)
    return verdict([`${where}: ${ranges.join(", ")} is the address of Cloud9, not of your browser`], "", fix);
  const { address, status, problem } = await readPage(`${await siteAddress(name)}/admin/suppliers`);
  if (problem || status >= 500) return unchecked(`${address} ${problem ?? `returns ${status}`}`);
  if (status !== 404) return verdict([], `${where}: ${ranges.join(", ")} allows this machine`);
  return unchecked(`${where}: ${ranges.join(", ")} blocks this machine; set browser-address to check yours`);
}

/** The course changes both classes; Bootstrap's navbar-light is for light backgrounds. */
const isDark = /\b(?:navbar|bg)-dark\b/;

async function checkNavigation({ code, readPage, siteAddress }: Lab): Promise<Outcome> {
  const address = `${await siteAddress("production")}/admin/suppliers`;
  const page = await hint(readPage(address));
  if (page?.status === 200) {
    const [, classes = ""] = /class=["']([^"']*\bnavbar-(?:light|dark)\b[^"']*)/.exec(page.text) ?? [];
    const isLight = classes.includes("navbar-light") && !isDark.test(classes);
    return verdict(isLight ? [] : [`${address} has the navigation "${classes}"`], `${address} is light`);
  }
  const found = await code("employee");
  const colours = matches(found, /\bnavbar-(?:light|dark)\b[\w -]*/g);
  const dark = colours.filter((each) => isDark.test(each.found));
  if (colours.length === 0)
    return unchecked(
      `${address} is not open to this machine, and ${found.folder} has no navbar-light or navbar-dark`,
    );
  const problems = dark.map(({ place, found }) => `${place} has ${found}`);
  return verdict(problems, `${colours[0]?.place} has navbar-light; the page is not open to this machine`);
}

/** A network of one school or company is at most this wide; the course has a single address. */
const widest = { 4: 24, 6: 48 } as const;

/** Returns whether a range is so wide that it does not choose who comes in, such as 0.0.0.0/1. */
function isWide(range: string): boolean {
  const [network = "", size] = range.split("/");
  const family = isIP(network);
  return (family === 4 || family === 6) && size !== undefined && Number(size) < widest[family];
}
