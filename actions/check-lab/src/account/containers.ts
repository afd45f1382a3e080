import {
  DescribeImagesCommand,
  ECRClient,
  GetRepositoryPolicyCommand,
  paginateDescribeRepositories,
} from "@aws-sdk/client-ecr";
import {
  DescribeClustersCommand,
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  ECSClient,
  paginateListClusters,
  paginateListServices,
  paginateListTaskDefinitionFamilies,
} from "@aws-sdk/client-ecs";
import { once } from "../outcome.ts";
import { type AccountConfig, type Reads, unlessMissing } from "./reads.ts";

export function readContainers(config: AccountConfig, { ask, list, describe }: Reads) {
  const ecr = new ECRClient(config);
  const ecs = new ECSClient(config);
  const clusters = once(async () => {
    const arns = await list("ecs:ListClusters", paginateListClusters({ client: ecs }, {}), "clusterArns");
    const found = await describe("ecs:DescribeClusters", arns, 100, (clusters) =>
      ecs.send(new DescribeClustersCommand({ clusters })),
    );
    return found.flatMap(({ clusters = [] }) => clusters).filter(({ status }) => status !== "INACTIVE");
  });
  const servicesOf = once(async (cluster: string) => {
    const arns = await list(
      "ecs:ListServices",
      paginateListServices({ client: ecs, pageSize: 100 }, { cluster }),
      "serviceArns",
    );
    const found = await describe("ecs:DescribeServices", arns, 10, (services) =>
      ecs.send(new DescribeServicesCommand({ cluster, services })),
    );
    return found.flatMap(({ services = [] }) => services);
  });
  return {
    clusters,
    /** Services of all clusters. */
    services: once(async () => {
      const found = (await clusters()).map(({ clusterArn = "" }) => servicesOf(clusterArn));
      return (await Promise.all(found)).flat();
    }),
    taskDefinitionFamilies: once(() =>
      list(
        "ecs:ListTaskDefinitionFamilies",
        paginateListTaskDefinitionFamilies({ client: ecs }, { status: "ACTIVE" }),
        "families",
      ),
    ),
    /** By ARN, or the newest of a family. */
    taskDefinition: once(async (taskDefinition: string) => {
      const command = new DescribeTaskDefinitionCommand({ taskDefinition });
      return (await ask("ecs:DescribeTaskDefinition", () => ecs.send(command))).taskDefinition;
    }),
    imageRepositories: once(() =>
      list("ecr:DescribeRepositories", paginateDescribeRepositories({ client: ecr }, {}), "repositories"),
    ),
    /** The image under a tag. */
    image: once(async (repositoryName: string, imageTag: string) => {
      const command = new DescribeImagesCommand({ repositoryName, imageIds: [{ imageTag }] });
      const read = ask("ecr:DescribeImages", () => ecr.send(command));
      return (await unlessMissing(read, ["ImageNotFoundException"]))?.imageDetails?.[0];
    }),
    repositoryPolicy: once(async (repositoryName: string) => {
      const command = new GetRepositoryPolicyCommand({ repositoryName });
      const read = ask("ecr:GetRepositoryPolicy", () => ecr.send(command));
      return (await unlessMissing(read, ["RepositoryPolicyNotFoundException"]))?.policyText;
    }),
  };
}
