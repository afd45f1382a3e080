import type { Instance } from "@aws-sdk/client-ec2";
import { openingsOf } from "../../../ecs/network/addresses.ts";
import { missing } from "../choices.ts";
import type { Item } from "../item.ts";
import type { Lab } from "../lab.ts";
import { broken, forEachOf, verdict } from "../outcome.ts";

const provision =
  "Run Provision with stacks: network,database,monolith (profile standard); the course's account has it.";

/** The monolith: server, site, database. */
export const phase2: readonly Item[] = [
  {
    id: "2.server",
    title: "The monolith's server runs and has a public address",
    fix: {
      console: "EC2 → Instances → MonolithicAppServer → Start instance.",
      cli: "aws ec2 start-instances --instance-ids …",
      templates: provision,
    },
    check: async (lab) => {
      const server = await findServer(lab);
      const { PublicIpAddress, State } = server;
      const problems = broken(
        [State?.Name === "running", `${nameOf(server)} is ${State?.Name}`],
        [PublicIpAddress !== undefined, `${nameOf(server)} has no public address`],
      );
      return verdict(problems, `${nameOf(server)} at ${PublicIpAddress}`, fixServer(server));
    },
  },
  {
    id: "2.port",
    title: "The server's security group opens port 80",
    fix: {
      console: "EC2 → Instances → MonolithicAppServer → Security → Edit inbound rules: HTTP from 0.0.0.0/0.",
      cli: "aws ec2 authorize-security-group-ingress --group-id … --protocol tcp --port 80 --cidr 0.0.0.0/0",
      templates: provision,
    },
    check: async (lab) => {
      const server = await findServer(lab);
      const ids = server.SecurityGroups?.map(({ GroupId }) => GroupId) ?? [];
      const groups = (await lab.account.securityGroups()).filter(({ GroupId }) => ids.includes(GroupId));
      const rules = groups.flatMap(({ IpPermissions = [] }) => IpPermissions);
      const { ranges, groups: sources, prefixLists, ipv6 } = openingsOf(rules, 80);
      const isOpen = ipv6 || [...ranges, ...sources, ...prefixLists].length > 0;
      const names = groups.map(({ GroupName }) => GroupName).join(", ");
      return verdict(
        isOpen ? [] : [`${names} of ${nameOf(server)} does not open port 80`],
        `${names} opens 80`,
        {
          console: `EC2 → Instances → ${nameOf(server)} → Security → ${names} → Edit inbound rules: HTTP from 0.0.0.0/0.`,
          cli: `aws ec2 authorize-security-group-ingress --group-id ${ids[0]} --protocol tcp --port 80 --cidr 0.0.0.0/0`,
        },
      );
    },
  },
  {
    id: "2.site",
    title: "The monolith's pages respond with 200",
    after: ["2.server", "2.port", "2.database"],
    fix: {
      console: "EC2 → Instances → MonolithicAppServer → Reboot; then open its public address in a browser.",
      cli: 'ssh -i labsuser.pem ubuntu@$address; sudo lsof -i :80; curl -i "http://$address/suppliers"',
      templates: provision,
    },
    check: async (lab) => {
      const server = await findServer(lab);
      const { PublicIpAddress } = server;
      const fix = {
        console: `EC2 → Instances → ${nameOf(server)} → Reboot; then open http://${PublicIpAddress} in a browser.`,
        cli: `ssh -i labsuser.pem ubuntu@${PublicIpAddress} sudo lsof -i :80; curl -i http://${PublicIpAddress}/suppliers`,
      };
      return forEachOf(["/", "/suppliers"], async (path) => {
        const { address, status, problem } = await lab.readPage(`http://${PublicIpAddress}${path}`);
        const isRight = status === 200 && problem === undefined;
        return verdict(
          broken([isRight, `${address} ${problem ?? `returns ${status}`}`]),
          `${address} returns 200`,
          fix,
        );
      });
    },
  },
  {
    id: "2.database",
    title: "The suppliers' MySQL database is available",
    fix: {
      console: "RDS → Databases → supplierdb → Actions → Start.",
      cli: "aws rds start-db-instance --db-instance-identifier supplierdb",
      templates: provision,
    },
    check: async ({ account, roles }) => {
      const all = (await account.databases()).filter(({ Engine = "" }) => /mysql|mariadb/.test(Engine));
      const found = all.find(({ DBInstanceIdentifier }) => DBInstanceIdentifier === "supplierdb") ?? all[0];
      if (!found) return missing(account, "no MySQL database");
      const { DBInstanceIdentifier: name = "", DBInstanceStatus: status } = found;
      roles.taken.set("the database", name);
      const start = {
        console: `RDS → Databases → ${name} → Actions → Start.`,
        cli: `aws rds start-db-instance --db-instance-identifier ${name}`,
      };
      const fix = status === "stopped" ? start : waitFor(name);
      return verdict(status === "available" ? [] : [`${name} is ${status}`], `${name}, ${found.Engine}`, fix);
    },
  },
];

const nameOf = ({ Tags = [], InstanceId = "" }: Instance) =>
  Tags.find(({ Key }) => Key === "Name")?.Value ?? InstanceId;

function waitFor(name: string) {
  const wait = `Wait until the state of ${name} no longer changes, and check again.`;
  return { console: wait, cli: wait, templates: wait };
}

function fixServer(server: Instance) {
  const { InstanceId, State } = server;
  const name = nameOf(server);
  if (State?.Name === "stopped")
    return {
      console: `EC2 → Instances → ${name} → Start instance.`,
      cli: `aws ec2 start-instances --instance-ids ${InstanceId}`,
    };
  if (State?.Name !== "running") return waitFor(name);
  // A running instance gets a public address only with an Elastic IP.
  return {
    console: `EC2 → Elastic IPs → Allocate, then Associate with ${name}.`,
    cli: `aws ec2 associate-address --instance-id ${InstanceId} --allocation-id $(aws ec2 allocate-address --query AllocationId --output text)`,
  };
}

async function findServer({ account, roles }: Lab): Promise<Instance> {
  const all = (await account.instances()).filter(({ State }) => State?.Name !== "terminated");
  const named = all.find((each) => nameOf(each) === "MonolithicAppServer");
  const found = named ?? all.find((each) => /monolith|app.?server/i.test(nameOf(each)));
  if (!found) return missing(account, "no EC2 instance MonolithicAppServer");
  roles.taken.set("the monolith's server", nameOf(found));
  return found;
}
