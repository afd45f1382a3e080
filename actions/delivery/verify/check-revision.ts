import { DescribeLogGroupsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { type Finding, fault, tryLookUp } from "../../core/findings.ts";
import { type Checking, isFilledIn } from "./checking.ts";
import { checkImages } from "./images.ts";
import { checkRoles } from "./roles.ts";
import { checkSecrets } from "./secrets.ts";

/** Checks in parallel everything that a task needs to start. */
export async function checkRevision(checking: Checking): Promise<Finding[]> {
  const checks = [checkImages, checkRoles, checkLogGroups, checkSecrets];
  return (await Promise.all(checks.map((check) => check(checking)))).flat();
}

interface LogGroup {
  readonly name: string;
  readonly region: string | undefined;
  readonly container: string;
}

/** Checks that the containers' log groups exist, unless the log driver creates them: a task cannot start without. */
async function checkLogGroups(checking: Checking): Promise<Finding[]> {
  const found = await Promise.all(groupsOf(checking).map((group) => checkLogGroup(checking, group)));
  return found.flat();
}

function groupsOf({ taskDefinition }: Checking): LogGroup[] {
  const groups = new Map<string, LogGroup>();
  for (const { name: container = "", logConfiguration } of taskDefinition.containerDefinitions ?? []) {
    const { logDriver, options = {} } = logConfiguration ?? {};
    const { "awslogs-group": name, "awslogs-region": region, "awslogs-create-group": created } = options;
    if (logDriver !== "awslogs" || !isFilledIn(name) || created === "true") continue;
    groups.set(`${region}/${name}`, groups.get(`${region}/${name}`) ?? { name, region, container });
  }
  return [...groups.values()];
}

async function checkLogGroup(checking: Checking, { name, region, container }: LogGroup): Promise<Finding[]> {
  const logs = await checking.clients.logs(region);
  const { value, findings } = await tryLookUp(checking, `log group ${name}`, (options) =>
    logs.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: name }), options),
  );
  // The list is by prefix in alphabetical order: the name itself comes before all that only begin with it.
  if (!value || value.logGroups?.some(({ logGroupName }) => logGroupName === name)) return findings;
  return fault(
    `log group ${name}${region ? ` in ${region}` : ""}, to which container ${container} writes, does not exist`,
    `create it (aws logs create-log-group --log-group-name ${name}${region ? ` --region ${region}` : ""}), or set the log option awslogs-create-group to "true"`,
  );
}
