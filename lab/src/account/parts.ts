import { githubIssuer } from "../runner/jobs/token-issuer.ts";
import type { Needs } from "./needs.ts";
import type { Resource, ResourceKind } from "./resources.ts";

/** Roles of what the rehearsal makes by default. */
export const ownRoles = { execution: "rehearsal-execution", codedeploy: "rehearsal-codedeploy" };

export const roleArn = (account: string, name: string) => `arn:aws:iam::${account}:role/${name}`;

/** Resources that need nothing but a name. */
export const named = (kind: ResourceKind, member: string, names: readonly string[]): Resource[] =>
  names.map((id) => ({ kind, id, input: { [member]: id } }));

type NeededParts = Pick<Needs, "account" | "repositories" | "logGroups" | "secrets" | "roles">;

/** Returns what services refer to: repositories, log groups, secrets, parameters, and roles that GitHub and AWS may assume. */
export function partsOf({ account, repositories, logGroups, secrets, roles }: NeededParts): Resource[] {
  const host = new URL(githubIssuer).host;
  const trust = JSON.stringify(trustIn(account, host));
  const all = [...roles, ...Object.values(ownRoles).map((name) => roleArn(account, name))];
  return [
    ...named("repository", "repositoryName", repositories),
    ...named("logGroup", "logGroupName", logGroups),
    ...secretsOf(secrets),
    { kind: "identityProvider", id: host, input: { Url: githubIssuer, ClientIDList: ["sts.amazonaws.com"] } },
    ...all.flatMap((role): Resource[] => {
      const [, owner = account, Path, RoleName = role] =
        /^arn:[^:]*:iam::(\d{12}):role(\/(?:.*\/)?)([^/]+)$/.exec(role) ?? [];
      const input = { RoleName, Path, AssumeRolePolicyDocument: trust, MaxSessionDuration: 43_200 };
      return owner === account ? [{ kind: "role", id: role, input }] : [];
    }),
  ];
}

const placeholder = "placeholder-of-the-rehearsal";

/** A secret has one placeholder for each key that a container reads from its JSON. */
function secretsOf(references: readonly string[]): Resource[] {
  const found = references.map((reference) => {
    const [, secret, key = ""] =
      /^arn:[\w-]*:secretsmanager:[^:]*:\d{12}:secret:([^:]+):?([^:]*)/.exec(reference) ?? [];
    // The ARN of a parameter without a path has a slash that its name does not have.
    const parameter = reference.replace(/^arn:.*:parameter(?:\/(?=[^/]*$))?/, "");
    return { secret, key, parameter: /^[\w./-]+$/.test(parameter) ? parameter : undefined };
  });
  const secrets = Map.groupBy(
    found.filter(({ secret }) => secret),
    ({ secret }) => secret,
  );
  return [
    // AWS finds a secret by an ARN without its random suffix: one that includes the suffix of the real one, too.
    ...[...secrets].map(([Name = "", read]): Resource => {
      const members = read.filter(({ key }) => key).map(({ key }) => [key, placeholder]);
      const SecretString = members.length > 0 ? JSON.stringify(Object.fromEntries(members)) : placeholder;
      return { kind: "secret", id: Name, input: { Name, SecretString } };
    }),
    ...found.flatMap(({ parameter: Name }): Resource[] => {
      const input = { Name, Value: placeholder, Type: "SecureString", Overwrite: true };
      return Name ? [{ kind: "parameter", id: Name, input }] : [];
    }),
  ];
}

function trustIn(account: string, host: string) {
  const Federated = `arn:aws:iam::${account}:oidc-provider/${host}`;
  const Service = ["ecs-tasks", "ecs", "codedeploy"].map((name) => `${name}.amazonaws.com`);
  const Condition = { StringLike: { [`${host}:sub`]: "repo:*" } };
  const web = {
    Principal: { Federated },
    Action: ["sts:AssumeRoleWithWebIdentity", "sts:TagSession"],
    Condition,
  };
  const others = { Principal: { Service, AWS: account }, Action: ["sts:AssumeRole", "sts:TagSession"] };
  return {
    Version: "2012-10-17",
    Statement: [web, others].map((statement) => ({ Effect: "Allow", ...statement })),
  };
}
