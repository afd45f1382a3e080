import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { programsFor, python } from "../../../outside-clients/programs.support.ts";
import { createRealFixture, type Fixture } from "./fixture.support.ts";

let fixture: Fixture;
beforeEach(async () => {
  fixture = await createRealFixture();
});
afterEach(() => fixture.close());

const programs = () => programsFor(fixture.simulator);
const aws = (...args: string[]) => programs().aws(...args);
const service = ["--cluster", "main", "--service", "web"];
const services = ["--cluster", "main", "--services", "web"];

it.each(["ROLLING", "BLUE_GREEN"] as const)(
  "boto3 sees a service with the strategy %s become stable when its deployment has ended",
  async (strategy) => {
    await fixture.create(strategy === "ROLLING" ? {} : { strategy, bakeTimeInMinutes: 1 });
    await aws("ecs", "wait", "services-stable", ...services);
    const taskDefinition = await fixture.register("2");
    const program = join(import.meta.dirname, "follow_service.py");
    const seen = JSON.parse(await programs().execute(python, [program], JSON.stringify({ taskDefinition })));
    expect(seen).toEqual({ during: ["PRIMARY", "ACTIVE"], statuses: ["SUCCESSFUL", "SUCCESSFUL"] });
  },
);

it("the AWS CLI reads a deployment and its revision, and sees it rolled back", async () => {
  await fixture.create({});
  await aws("ecs", "wait", "services-stable", ...services);
  // The waiter looks at tasks; a rollback needs a deployment that has ended.
  await expect.poll(async () => (await fixture.newest()).status).toBe("SUCCESSFUL");
  await fixture.deploy("crash");
  const unfinished = ["--status", "IN_PROGRESS", "PENDING"];
  const listed = await aws("ecs", "list-service-deployments", ...service, ...unfinished);
  const { serviceDeploymentArn: arn, targetServiceRevisionArn } = listed.serviceDeployments[0];
  const asked = ["--service-revision-arns", targetServiceRevisionArn];
  const revisions = await aws("ecs", "describe-service-revisions", ...asked);
  expect(revisions.serviceRevisions).toMatchObject([
    { taskDefinition: expect.stringMatching(/web:2$/), containerImages: [{ containerName: "web" }] },
  ]);
  // Older command lines do not know how to stop it.
  await fixture.ecs.stopServiceDeployment({ serviceDeploymentArn: arn });
  const described = async () =>
    (await aws("ecs", "describe-service-deployments", "--service-deployment-arns", arn))
      .serviceDeployments[0];
  await expect.poll(async () => (await described()).status).toBe("ROLLBACK_SUCCESSFUL");
});
