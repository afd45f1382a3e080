import type { AccountKind } from "./chapter-list.mjs";

/** A change of one file that the story commits. */
export interface Change {
  readonly message: string;
  /** In the repository. */
  readonly path: string;
  /**
   * Returns the new text of the file. Throws when there is nothing to change.
   * @param original the file as it is in the project's last commit
   * @param current the file with the story's earlier changes
   */
  readonly edit: (original: string, current: string) => string;
}

const appOf = (service: "customer" | "employee") => `services/${service}/src/app.ts`;

/** The images set it, the tests before a deployment do not. */
const inProduction = 'process.env.NODE_ENV === "production"';

/** Adds words to any heading of the customers' pages. */
export function addToHeading(words: string, message: string): Change {
  return {
    message,
    path: appOf("customer"),
    edit: replacing(
      /(const heading = (["'`]).*)(\2)/,
      (_, before, _quote, end) => `${before}${words}${end}`,
      'a line such as const heading = "…"',
    ),
  };
}

/** Makes a dark navigation light, and a light one dark. */
export function toggleNavigation(message: string): Change {
  return changeNavigation(message, otherNavigation);
}

/** Makes the employees' navigation light, as phase 9 of the course asks. */
export function lightenNavigation(message: string): Change {
  return changeNavigation(message, () => light);
}

function changeNavigation(message: string, classesAfter: (classes: string) => string): Change {
  return {
    message,
    path: appOf("employee"),
    edit: replacing(
      /(navbar: (["'`]))(.*)(\2)/,
      (_, before, _quote, classes, end) => `${before}${classesAfter(classes ?? "")}${end}`,
      'a line such as navbar: "navbar-dark bg-dark"',
    ),
  };
}

const light = "navbar-light bg-light";

/** Classes of the navigation bar that is light where this one is dark. */
export function otherNavigation(classes: string): string {
  return classes.includes("navbar-light") ? "navbar-dark bg-dark" : light;
}

/**
 * Ends the program once the app is loaded: the migration of the database succeeds, the service does not start. Only
 * in production, as the service's own test would find it before.
 */
export function crashAtStart(lastWords: string, message: string): Change {
  return {
    message,
    path: appOf("employee"),
    edit: (original) =>
      `${original}\nif (${inProduction}) {\n  console.error(${JSON.stringify(lastWords)});\n  process.exit(1);\n}\n`,
  };
}

/** Adds parameters to those that a template of a profile has. */
export function giveParameters(
  profile: string,
  template: string,
  parameters: Readonly<Record<string, string | number>>,
): Change {
  return {
    message: `Give ${template} parameters`,
    path: `infra-templates/parameters/${profile}.json`,
    edit(_, current) {
      const templates = JSON.parse(current) as Record<string, object>;
      const given = { ...templates, [template]: { ...templates[template], ...parameters } };
      return `${JSON.stringify(given, null, 2)}\n`;
    },
  };
}

function replacing(
  pattern: RegExp,
  replacement: (match: string, ...groups: (string | undefined)[]) => string,
  wanted: string,
): Change["edit"] {
  return (original) => {
    if (!pattern.test(original)) throw new Error(`the story needs ${wanted} to change`);
    return original.replace(pattern, replacement);
  };
}

/**
 * Maximum average response time in seconds over a minute. An AWS minute is less than a second here, in which a busy
 * machine may return nothing: with the template's one second, alarms would also end deployments of good releases.
 */
const slowSeconds = 3;
export const tolerateBusyMachine = (account: AccountKind) =>
  giveParameters(account, "observability", { SlowSeconds: slowSeconds });

const slowMs = 1000 * slowSeconds + 500;
/** The alarm needs some minutes of AWS time; the rest is for a slow machine, and costs nothing. */
export const canary = {
  deploymentConfigName: "Canary10PercentTwoHours",
  computePlatform: "ECS",
  trafficRoutingConfig: {
    type: "TimeBasedCanary",
    timeBasedCanary: { canaryPercentage: 10, canaryInterval: 120 },
  },
} as const;

const waiting = `if (${inProduction}) app.use("/suppliers", (_, next) => new Promise((done) => setTimeout(done, ${slowMs})).then(next));`;
/** Delays every list of suppliers in production, before any route sees the request. */
export const slowRelease: Change = {
  message: "Ask the roastery for every list",
  path: appOf("customer"),
  edit: replacing(
    /^( *)const app = createSite\(.*$/m,
    (line, indent) => `${line}\n${indent}${waiting}`,
    "the line const app = createSite(…)",
  ),
};
