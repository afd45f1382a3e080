import { createHash } from "node:crypto";
import { CloudWatchLogs } from "@aws-sdk/client-cloudwatch-logs";
import { CodeDeploy, waitUntilDeploymentSuccessful } from "@aws-sdk/client-codedeploy";
import { ElasticLoadBalancingV2 } from "@aws-sdk/client-elastic-load-balancing-v2";
import { describe, expect, it } from "vitest";
import { testListenerPortOffset } from "../test-simulator.support.ts";
import { createDelivery } from "./delivery.support.ts";
import { writeImageLayout } from "./image.support.ts";
import { programsFor } from "./programs.support.ts";
import { startForClients } from "./start-for-clients.support.ts";

const { simulator, folder: layout } = await startForClients();
const delivery = await createDelivery(simulator, testListenerPortOffset());
await writeImageLayout(layout);
const { authorizationData } = await simulator.aws.ecr.getAuthorizationToken({});
const token = Buffer.from(authorizationData?.[0]?.authorizationToken ?? "", "base64").toString();
const password = token.slice(token.indexOf(":") + 1);

const { aws, boto3, execute: run } = programsFor(simulator);

const page = async () => (await fetch(delivery.productionUrl)).text();

describe("the registry", () => {
  it("accepts an image from skopeo and describes it", async () => {
    const image = `docker://${delivery.repositoryUri}:latest`;
    const credentials = `AWS:${password}`;
    const push = ["copy", "--dest-tls-verify=false", `--dest-creds=${credentials}`];
    await run("skopeo", [...push, `oci:${layout}`, image]);
    const inspected = await run("skopeo", ["inspect", "--tls-verify=false", `--creds=${credentials}`, image]);
    const { imageDetails } = await simulator.aws.ecr.describeImages({ repositoryName: "web" });
    expect(JSON.parse(inspected)).toMatchObject({
      Digest: imageDetails?.[0]?.imageDigest,
      RepoTags: ["latest"],
    });
  });

  it("is read by curl", async () => {
    const url = `${simulator.endpoint}/v2/web/tags/list`;
    const login = `user = "AWS:${password}"\nurl = "${url}"\n`;
    const list = await run("curl", ["--silent", "--config", "-"], login);
    expect(JSON.parse(list)).toEqual({ name: "web", tags: ["latest"] });
    const onlyStatus = ["--silent", "--output", "/dev/null", "--write-out", "%{http_code}"];
    expect(await run("curl", [...onlyStatus, url])).toBe("401");
  });
});

describe("a deployment is followed from create to Succeeded, with target health and logs, by", () => {
  it("the AWS SDK for JavaScript", async () => {
    const codedeploy = new CodeDeploy(simulator.clientConfig);
    const content = JSON.stringify(delivery.appSpec(delivery.taskDefinitions[0]));
    const sha256 = createHash("sha256").update(content).digest("hex");
    const { deploymentId } = await codedeploy.createDeployment({
      applicationName: "outside",
      deploymentGroupName: "web",
      revision: { revisionType: "AppSpecContent", appSpecContent: { content, sha256 } },
    });
    const waiter = { client: codedeploy, maxWaitTime: 60, minDelay: 1, maxDelay: 1 };
    await waitUntilDeploymentSuccessful(waiter, { deploymentId });
    const elbv2 = new ElasticLoadBalancingV2(simulator.clientConfig);
    const health = await elbv2.describeTargetHealth({ TargetGroupArn: delivery.targetGroups.green });
    expect(health.TargetHealthDescriptions?.map(({ TargetHealth }) => TargetHealth?.State)).toEqual([
      "healthy",
    ]);
    const { events } = await new CloudWatchLogs(simulator.clientConfig).filterLogEvents({
      logGroupName: "web",
    });
    expect(events?.map(({ message }) => message)).toContain("version 1 listens");
    expect(await page()).toBe("1");
  });

  it("the AWS CLI", async () => {
    const appSpec = delivery.appSpec(delivery.taskDefinitions[1]);
    const revision = {
      revisionType: "AppSpecContent",
      appSpecContent: { content: JSON.stringify(appSpec) },
    };
    const { deploymentId } = await aws(
      "deploy",
      "create-deployment",
      "--application-name=outside",
      "--deployment-group-name=web",
      `--revision=${JSON.stringify(revision)}`,
    );
    await aws("deploy", "wait", "deployment-successful", `--deployment-id=${deploymentId}`);
    const health = await aws(
      "elbv2",
      "describe-target-health",
      `--target-group-arn=${delivery.targetGroups.blue}`,
    );
    expect(health.TargetHealthDescriptions[0].TargetHealth).toEqual({ State: "healthy" });
    const { events } = await aws("logs", "filter-log-events", "--log-group-name=web");
    expect(events.map(({ message }: { message: string }) => message)).toContain("version 2 listens");
    expect(await page()).toBe("2");
  });

  it("boto3", async () => {
    const given = {
      appSpec: delivery.appSpec(delivery.taskDefinitions[0]),
      targetGroup: delivery.targetGroups.green,
    };
    const seen = await boto3("follow_deployment.py", [], JSON.stringify(given));
    expect(seen.statuses.at(-1)).toBe("Succeeded");
    expect(seen.health).toEqual(["healthy"]);
    expect(seen.log).toContain("version 1 listens");
    expect(await page()).toBe("1");
  });
});
