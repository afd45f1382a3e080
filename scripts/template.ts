// Writes a student's repository: services, templates, workflows that use a version of this project, and the guide.
//
//   npm run template -- FOLDER [--start [--main]] [--uses owner/name@version]
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import {
  defineOptions,
  parseCommandLine,
  Refusal,
  refused,
  textOf,
} from "@ecs-delivery/program/command-line";
import { writeStart, writeTemplate } from "./template/write-template.ts";

const command = {
  name: "template",
  about: "Writes the repository that a student of the course begins with: npm run template -- FOLDER",
  options: defineOptions({
    uses: {
      value: "OWNER/NAME@REF",
      help: "where the workflows find the actions (default OWNER/ecs-delivery@v1)",
    },
    start: {
      help: "a Git repository whose branch start has the monolith, for students who split it themselves",
    },
    main: { help: "with --start: also the branch main, with the finished split" },
  }),
};

try {
  const [first, ...others] = process.argv.slice(2);
  const folder = first?.startsWith("-") ? undefined : first;
  const values = parseCommandLine(command, folder ? others : process.argv.slice(2));
  const text = textOf(command, values, process.stdout.columns);
  if (text !== undefined) console.log(text);
  else {
    if (!folder)
      throw new Refusal("the folder is missing. Fix: npm run template -- FOLDER, which is new or empty");
    const uses = values.uses ?? "OWNER/ecs-delivery@v1";
    if (!/^[\w.-]+\/[\w.-]+@[\w.-]+$/.test(uses))
      throw new Refusal(`--uses is "${uses}"; expected owner/name@ref, such as OWNER/ecs-delivery@v1`);
    const project = dirname(dirname(fileURLToPath(import.meta.url)));
    if (values.main && !values.start) throw new Refusal("--main goes with --start only. Fix: add --start");
    const place = resolve(process.env.INIT_CWD ?? ".", folder);
    const files = values.start
      ? await writeStart(project, place, { uses, hasMain: values.main ?? false })
      : await writeTemplate(project, place, uses);
    const owner =
      values.uses || !/^OWNER\b/.test(uses)
        ? ""
        : " Replace OWNER first: --uses ACCOUNT/ecs-delivery@v1 names your fork.";
    console.log(`${files} files written to ${folder}.${owner} Next: the steps in its README.md.`);
  }
} catch (error) {
  console.error(`template: ${(error as Error).message}`);
  process.exitCode = error instanceof Refusal ? refused : 1;
}
