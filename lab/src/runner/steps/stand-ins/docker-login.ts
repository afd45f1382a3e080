import { join } from "node:path";
import type { AwsCredentialIdentity } from "@aws-sdk/types";
import { currentKeys } from "./configure-aws-credentials.ts";
import type { StandIn, StandInStep } from "./stand-in.ts";

interface Login {
  registry: string;
  username: string;
  password: string;
}

/** As the real action (release 2); the registry's name is the host that ECR returns. */
export const amazonEcrLogin: StandIn = {
  inputs: "http-proxy mask-password registries registry-type skip-logout",
  async run(step) {
    const type = step.input("registry-type").toLowerCase() || "private";
    if (type !== "private" && type !== "public")
      throw new Error("Invalid input for 'registry-type', possible options are [private, public]");
    // Release 1 did not hide it.
    const masked = step.input("mask-password").toLowerCase() || String(!/^v1\b/.test(step.release));
    if (masked === "false")
      step.warn(
        "Your docker password is not masked. See https://github.com/aws-actions/amazon-ecr-login#docker-credentials for more information.",
      );
    if (type === "public") {
      step.setOutput("registry", "public.ecr.aws");
      return step.leaveOut("login to public.ecr.aws", "The simulated AWS has no public registry.");
    }
    const registries = step.input("registries");
    const logins = await getLogins(step, registries ? registries.split(",") : undefined);
    for (const login of logins) {
      const { registry, username, password } = login;
      step.log(`Logging into registry ${registry}`);
      if (logins.length === 1) step.setOutput("registry", registry);
      if (masked !== "false") step.mask(password);
      await logIn(step, login, `Could not login to registry ${registry}: `);
      const suffix = registry.replace(/\W+/g, "_");
      step.setOutput(`docker_username_${suffix}`, username);
      step.setOutput(`docker_password_${suffix}`, password);
    }
  },
};

const nameInEcr =
  /^(\d{12})\.(?:dkr\.ecr|dkr-ecr)\.([^/]+)\.(?:on\.aws|amazonaws\.(?:com(?:\.cn)?|eu))(?:\/.*)?$/;

/** As the real action (release 4). */
export const dockerLogin: StandIn = {
  inputs: "registry username password ecr scope logout",
  leftOut: "registry-auth",
  async run(step) {
    const registry = step.input("registry") || "docker.io";
    // Its password is the run's token, which is not one of GitHub's.
    if (/^(ghcr\.io|docker\.pkg\.github\.com)(\/|$)/.test(registry))
      return step.leaveOut(`login to ${registry}`, "No GitHub responds to a rehearsal.");
    const [username, password] = [step.input("username"), step.input("password")];
    const [, account, region] = nameInEcr.exec(registry) ?? [];
    const ecr = step.input("ecr") || "auto";
    const ofEcr = /true/i.test(ecr) || (ecr === "auto" && account !== undefined);
    const missing = [...(username ? [] : ["Username"]), ...(password ? [] : ["Password"])];
    if (!ofEcr && missing[0]) throw new Error(`${missing.join(" and ").replace(" P", " p")} required`);
    const keys = missing[0] ? undefined : { accessKeyId: username, secretAccessKey: password };
    const logins = ofEcr
      ? await getLogins(step, account ? [account] : undefined, keys, region)
      : [{ username, password }];
    for (const login of logins) {
      step.mask(login.password);
      // The step's own name of the registry, by which later steps push.
      await logIn(step, { ...login, registry });
    }
  },
};

async function getLogins(
  { environment }: StandInStep,
  registryIds: string[] | undefined,
  keys?: AwsCredentialIdentity,
  region = environment.AWS_REGION || environment.AWS_DEFAULT_REGION,
): Promise<Login[]> {
  const credentials = keys ?? currentKeys(environment);
  // The SDK would look for more where the runner itself runs.
  if (!region) throw new Error("Region is missing");
  if (!credentials) throw new Error("Could not load credentials from any providers");
  const { ECRClient, GetAuthorizationTokenCommand } = await import("@aws-sdk/client-ecr");
  const client = new ECRClient({ region, credentials, endpoint: environment.AWS_ENDPOINT_URL });
  const { authorizationData = [] } = await client.send(new GetAuthorizationTokenCommand({ registryIds }));
  return authorizationData.map(({ authorizationToken = "", proxyEndpoint = "" }) => {
    const [username = "", password = ""] = Buffer.from(authorizationToken, "base64").toString().split(":", 2);
    return { registry: proxyEndpoint.replace(/^https?:\/\//, ""), username, password };
  });
}

/** Nothing logs out: a job's logins end with the job. Without Docker, the login is for programs that read its file. */
async function logIn(step: StandInStep, { registry, username, password }: Login, failed = ""): Promise<void> {
  const command = ["docker", "login", "--username", username, "--password-stdin", registry];
  const { code, output } = await step.run(command, { input: password, quiet: true });
  if (code === 0) return step.log("Login Succeeded!");
  if (code !== 127) throw new Error(`${failed}${output}`);
  const { DOCKER_CONFIG, HOME = step.output } = step.environment;
  const folder = DOCKER_CONFIG || join(HOME, ".docker");
  const auth = Buffer.from(`${username}:${password}`).toString("base64");
  const write = ["/bin/sh", "-c", 'mkdir -p "$0" && cat > "$0/config.json"', folder];
  const environment = { PATH: "/usr/bin:/bin" };
  await step.run(write, { input: JSON.stringify({ auths: { [registry]: { auth } } }), environment });
}
