import { namesOfSensitive } from "../../../core/sensitive-files.ts";
import { hint } from "../choices.ts";
import { forServices, type Item } from "../item.ts";
import type { Lab } from "../lab.ts";
import { forEachOf, type Outcome, outcomeOf, verdict } from "../outcome.ts";
import { openCodeCommit, type Source } from "../sources.ts";

/** The development environment and the repository. */
export const phase3: readonly Item[] = [
  {
    id: "3.workstation",
    title: "There is a development environment: Cloud9, or a dev container",
    fix: {
      console: "Cloud9 → Create environment: MicroservicesIDE, t3.small, SSH, LabVPC, Public Subnet1.",
      cli: "aws cloud9 create-environment-ec2 --name MicroservicesIDE --instance-type t3.small --connection-type CONNECT_SSH --subnet-id $subnet --image-id amazonlinux-2023-x86_64",
      templates:
        "Run Provision with stacks: workstation, or open the repository in GitHub Codespaces (.devcontainer).",
    },
    check: async ({ account, roles, sources }) => {
      const paths = await hint(sources.checkout.paths());
      const container = paths?.find((path) => path.startsWith(".devcontainer/"));
      const found = container ? ((await hint(account.workstations())) ?? []) : await account.workstations();
      const chosen = found.find(({ name }) => name === "MicroservicesIDE") ?? found[0];
      if (!chosen)
        return verdict(container ? [] : [`no Cloud9 environment in ${account.region}`], `${container}`);
      roles.taken.set("the workstation", chosen.name ?? "");
      return verdict([], `${chosen.name}, ${chosen.connectionType}`);
    },
  },
  {
    id: "3.repository",
    title: "The code is pushed to a Git repository",
    fix: {
      console: "CodeCommit → Create repository: microservices. In Cloud9's terminal: git push -u origin dev.",
      cli: "aws codecommit create-repository --repository-name microservices; git remote add origin https://git-codecommit.us-east-1.amazonaws.com/v1/repos/microservices; git push -u origin dev",
      templates: "Fork this repository on GitHub, or run Mirror to CodeCommit.",
    },
    check: checkPushed,
  },
  {
    id: "3.folders",
    title: "The code has a folder for each service",
    fix: {
      console: "In Cloud9: copy the monolith's code into microservices/customer and microservices/employee.",
      cli: "mkdir -p customer employee; cp -r the monolith's files into both; git add, git commit, git push origin dev",
      templates: "Restore services/customer and services/employee from this repository.",
    },
    check: forServices(async ({ code }, service) => {
      try {
        const { folder, source, files } = await code(service);
        return verdict([], `${folder} in ${source.name}, ${files.length} files`);
      } catch (error) {
        // For the absent folder only: the other one has the student's changes.
        const fix = {
          console: `In Cloud9: copy the monolith's code into microservices/${service}.`,
          cli: `mkdir ${service}; copy the monolith's files into it; git add ${service}; git commit; git push origin dev`,
          templates: `Restore services/${service} from this repository.`,
        };
        return { ...outcomeOf(error), fix };
      }
    }),
  },
  {
    id: "3.no-keys",
    title: "No private key is in a repository",
    fix: {
      console:
        "Ask for another key first: a pushed key is lost. CodeCommit → the file → Delete; write *.pem into .gitignore.",
      cli: "git rm --cached labsuser.pem; echo '*.pem' >> .gitignore; git commit; git push. Then replace the key.",
      templates:
        "git rm --cached the file and push; then replace the key. mirror-source refuses commits with keys.",
    },
    check: async (lab) => {
      const { checkout } = lab.sources;
      return checkSources(lab, async (source) => {
        const named = namesOfSensitive(await source.paths(), ["keys"]);
        const contents = source === checkout ? await checkout.withPrivateKey() : [];
        const found = [...(named ? [named] : []), ...contents];
        return verdict(
          found.length > 0 ? [`${source.name} has ${found.join(", ")}`] : [],
          `${source.name} has no key file`,
          {
            cli: `Replace the key first: a pushed key is lost. Then git rm --cached for ${found.join(", ")}; echo '*.pem' >> .gitignore; git commit; git push.`,
          },
        );
      });
    },
  },
  {
    id: "3.no-packages",
    title: "No installed package (node_modules) is in a repository",
    fix: {
      console: "In Cloud9's terminal: as with the CLI.",
      cli: "git rm -r --cached node_modules; echo node_modules/ >> .gitignore; git commit; git push",
      templates: "git rm -r --cached node_modules, write node_modules/ into .gitignore and push.",
    },
    check: (lab) =>
      checkSources(lab, async (source) => {
        const found = namesOfSensitive(await source.paths(), ["dependencies"]);
        return verdict(found ? [`${source.name} has ${found}`] : [], `${source.name} has no node_modules`, {
          cli: `git rm -r --cached for ${found}; echo node_modules/ >> .gitignore; git commit; git push`,
        });
      }),
  },
];

/** Checks CodeCommit's repository and the checkout; one that cannot be read does not hide the other. */
async function checkSources({ account, sources }: Lab, check: (source: Source) => Promise<Outcome>) {
  const repository = await hint(sources.codeRepository());
  const branch = repository === undefined ? undefined : await account.branch(repository, "dev");
  const remote = repository && branch ? [openCodeCommit(account, repository, "dev")] : [];
  const found = await Promise.all(
    [...remote, sources.checkout].map((source) => check(source).catch(outcomeOf)),
  );
  const read = found.filter(({ status }) => status !== "unchecked");
  return forEachOf(read.length > 0 ? read : found, async (each) => each);
}

async function checkPushed({ account, sources }: Lab): Promise<Outcome> {
  const repository = await hint(sources.codeRepository());
  const commit = repository === undefined ? undefined : await account.branch(repository, "dev");
  if (commit) return verdict([], `CodeCommit ${repository}, branch dev, commit ${commit.slice(0, 7)}`);
  const { checkout } = sources;
  const inCodeCommit = repository
    ? `the CodeCommit repository ${repository} has no branch dev`
    : "CodeCommit has none";
  const remotes = await checkout.remotes();
  // Unreadable: then whether it was pushed there is not known.
  if (remotes.length === 0) await sources.codeRepository();
  return verdict(
    remotes.length > 0 ? [] : [`${checkout.name} has no remote: nothing was pushed; ${inCodeCommit}`],
    `${checkout.name} has the remote ${remotes[0]}`,
  );
}
