import type { Instance } from "@aws-sdk/client-ec2";
import { isPrivate, openingsOf } from "../../../ecs/network/addresses.ts";
import { type Match, matches } from "../code.ts";
import { forServices, type Item } from "../item.ts";
import type { Lab } from "../lab.ts";
import { type Outcome, verdict } from "../outcome.ts";
import { foreignIn } from "../placeholders.ts";
import { dockerfileOf, portsOf, prefixesOf, redirectsOf, routesOf } from "../program.ts";

const link = /\b(action|href|formaction)\s*=\s*\{?\\?["'`](\/supplier[^"'`\\]*)/g;
const script = /\b(fetch|axios\.\w+)\(\s*["'`](\/supplier[^"'`]*)/g;
const heading = /(<title[^>]*>|\bnavbar-brand\b[^>]*>)([^<]*)/g;
const changes = /supplier-?(add|update|remove|edit|delete|new)/i;

const restore = "Restore services/ from this repository: its services have these routes and ports.";
const editing = (what: string) => ({
  console: `In Cloud9: ${what} Build the image and push it again.`,
  cli: `${what} Then docker build, docker push, git commit, git push.`,
  templates: restore,
});

/** The two services and their images. */
export const phase4: readonly Item[] = [
  {
    id: "4.workstation-ports",
    title: "The workstation opens ports 8080 and 8081, where the containers are tested",
    fix: {
      console:
        "EC2 → Instances → aws-cloud9-… → Security → its security group → Inbound rules: TCP 8080 and 8081 from your address.",
      cli: "aws ec2 authorize-security-group-ingress --group-id $group --protocol tcp --port 8080-8081 --cidr $address/32",
      templates:
        "Test in a dev container (GitHub Codespaces), which forwards the ports, and delete the Cloud9 environment.",
    },
    check: checkWorkstation,
  },
  {
    id: "4.dockerfiles",
    title: "Each service has a Dockerfile that exposes port 8080",
    fix: editing("EXPOSE 8080 in the Dockerfiles of customer and employee."),
    check: forServices(async ({ code }, service) => {
      const found = await code(service);
      const file = dockerfileOf(found);
      if (!file) return verdict([`${found.folder} has no Dockerfile`], "");
      const { path, exposed } = file;
      // Text of a variable is not known here.
      const isRight =
        exposed.some((port) => /^8080(\/tcp)?$/i.test(port) || port.includes("$")) &&
        !exposed.some((port) => /^8081\b/.test(port));
      return verdict(isRight ? [] : [`${path} exposes ${exposed.join(", ") || "no port"}, not 8080`], path);
    }),
  },
  {
    id: "4.port",
    title: "Both programs listen on port 8080, and 8081 is nowhere left",
    fix: editing("Replace 8081 (and the default port 80) by 8080 in code and Dockerfile."),
    check: forServices(async ({ code }, service) => {
      const found = await code(service);
      const wrong = portsOf(found).filter(({ found: port }) => port !== "8080");
      // The Dockerfile's EXPOSE has an item of its own.
      const exposed = matches(found, /^EXPOSE/gim, /Dockerfile$/);
      const left = matches(found, /(?<![\d.#])(8081)(?![\d.])/g, /Dockerfile$|\.[cm]?[jt]sx?$/);
      const known = new Set([...wrong, ...exposed].map(({ place }) => place));
      const others = left.filter(({ place }) => !known.has(place));
      return verdict(
        [...problemsAt(wrong, "listens on"), ...problemsAt(others, "has")],
        `${found.folder} listens on 8080 and has no 8081`,
      );
    }),
  },
  {
    id: "4.employee-routes",
    title: "Every route of the employee service is under /admin",
    fix: editing(
      "Put /admin in front of every route in employee/index.js; the first is /admin, not /admin/.",
    ),
    check: async ({ code }) => {
      const found = await code("employee");
      const routes = routesOf(found);
      const hasPrefix = prefixesOf(found).some(isAdmin);
      // Paths of other things, such as /health, never come through the load balancer.
      const wrong = routes
        .filter(({ path }) => /supplier|^\/(admin\/)?$/i.test(path) && !/^\/admin(\/[^/]|$)/.test(path))
        .filter(({ path, redirects, isBelow }) => !(path === "/" && redirects) && !(hasPrefix && isBelow))
        .map(({ place, path }) => ({ place, found: path }));
      return verdict(
        problemsAt(wrong, "has the route"),
        `${found.folder}: ${routes.map(({ path }) => path).join(", ") || "no route by its text"}`,
      );
    },
  },
  {
    id: "4.employee-redirects",
    title: "Every redirect of the employee service stays under /admin",
    fix: editing(
      "All three redirects after add, update and remove lead to /admin/suppliers: grep -rn redirect employee.",
    ),
    check: async ({ code }) => {
      const found = await code("employee");
      const wrong = redirectsOf(found).filter(({ found: path }) => !isAdmin(path));
      return verdict(problemsAt(wrong, "redirects to"), `${found.folder} has no redirect out of /admin`);
    },
  },
  {
    id: "4.employee-pages",
    title: "The employee's pages link to /admin, and say Manage coffee suppliers",
    fix: editing(
      "Put /admin in front of the links and forms in employee/views, and the title Manage coffee suppliers.",
    ),
    check: async ({ code }) => {
      const found = await code("employee");
      const links = [...matches(found, link), ...matches(found, script)].filter(isOutOfAdmin);
      const wrong = problemsAt(
        links.map(({ place, groups }) => ({ place, found: groups[1] ?? "" })),
        "links to",
      );
      const old = matches(found, heading)
        .map(({ place, groups }) => ({ place, found: groups[1]?.trim() ?? "" }))
        .filter(({ found: text }) => /coffee suppliers/i.test(text) && !/manage/i.test(text));
      const titled = matches(found, /Manage coffee suppliers/gi).length > 0;
      const untitled = titled ? [] : [`${found.folder} does not have the title Manage coffee suppliers`];
      return verdict(
        [...wrong, ...problemsAt(old, "has the title"), ...untitled],
        `${found.folder} has its title and no link out of /admin`,
      );
    },
  },
  {
    id: "4.account",
    title: "No file of the services has another account's id or database endpoint",
    fix: editing("Replace the id or the endpoint by your own, or better read it from the environment."),
    check: forServices(async ({ account, code }, service) => {
      const { files, folder } = await code(service);
      const found = await Promise.all(
        files.map(async ({ path, text }) =>
          (await foreignIn(text, account)).map((what) => `${path} has ${what}`),
        ),
      );
      return verdict(found.flat(), `${folder} has no other account's id or endpoint`);
    }),
  },
  {
    id: "4.customer-reads",
    title: "The customer service cannot add, change or remove suppliers",
    fix: editing(
      "Remove the routes /supplier-add, /supplier-update and /supplier-remove from customer/index.js.",
    ),
    check: async ({ code }) => {
      const found = await code("customer");
      const routes = routesOf(found)
        .filter(
          ({ path, method }) =>
            changes.test(path) || (/supplier|^\/?(:|$)/i.test(path) && /post|put|patch|delete/.test(method)),
        )
        .map(({ place, path }) => ({ place, found: path }));
      // A page of the monolith that no route shows any more is harmless, and has a form.
      const links = matches(found, link)
        .filter(({ groups: [kind, path = ""] }) => kind === "href" && changes.test(path))
        .map(({ place, groups }) => ({ place, found: groups[1] ?? "" }));
      return verdict(
        [...problemsAt(routes, "has the route"), ...problemsAt(links, "links to")],
        `${found.folder} has no route and no link that changes suppliers`,
      );
    },
  },
];

/** Without a Cloud9 instance, the containers are tested on a machine that is not in the account. */
async function checkWorkstation({ account }: Lab): Promise<Outcome> {
  const isCloud9 = ({ Tags = [], State }: Instance) =>
    State?.Name !== "terminated" && Tags.some(({ Key }) => Key === "aws:cloud9:environment");
  const machine = (await account.instances()).find(isCloud9);
  if (!machine) return verdict([], "no Cloud9 instance: the containers are tested on another machine");
  const attached = machine.SecurityGroups?.map(({ GroupId }) => GroupId) ?? [];
  const groups = (await account.securityGroups()).filter(({ GroupId }) => attached.includes(GroupId));
  const rules = groups.flatMap(({ IpPermissions = [] }) => IpPermissions);
  const name = `${machine.InstanceId} (Cloud9)`;
  return verdict(
    [8080, 8081]
      .filter((port) => {
        const { ranges, prefixLists, ipv6 } = openingsOf(rules, port);
        return !ipv6 && prefixLists.length === 0 && ranges.every(isPrivate);
      })
      .map((port) => `no security group of ${name} opens port ${port} to your browser`),
    `${name} opens 8080 and 8081`,
  );
}

/** Returns a problem for each place: that it `has` or `links to` what was found there. */
const problemsAt = (places: readonly { place: string; found: string }[], verb: string) =>
  places.map(({ place, found }) => `${place} ${verb} ${found}`);

const isAdmin = (path: string) => /^\/admin(\/|$)/.test(path);

/** The course keeps the navigation's line "Suppliers list", which leads to the customer's list. */
function isOutOfAdmin({ groups: [kind, path = ""], after }: Match): boolean {
  const text = /^[^>]*>([^<]*)/.exec(after)?.[1] ?? "";
  return kind !== "href" || !/^\/suppliers\/?$/.test(path) || /admin/i.test(text);
}
