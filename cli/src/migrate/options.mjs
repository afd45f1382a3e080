// @ts-check
import { defineOptions } from "../../../scripts/run/command-line.mjs";

const options = defineOptions({
  write: { help: "change the files; without it, only the difference is shown" },
  login: { help: "also rewrite configure-aws-credentials to log-in-to-aws" },
  repository: {
    value: "OWNER/NAME",
    parse: ownerAndName,
    help: "use the actions of this repository, such as a fork",
  },
});

/** @type {import("../../../scripts/run/command-line.mjs").Command<typeof options>} */
export const command = {
  name: "migrate",
  usage: "ecs-delivery migrate [.github/workflows or FILE ...] [options]",
  about: `Rewrites the steps of AWS's own actions to those of ecs-delivery, with all other lines as they are. Inputs get
their names here where both mean the same; the others still work and are listed.`,
  options,
};

/** @param {string} text */
function ownerAndName(text) {
  if (/^[\w.-]+\/[\w.-]+$/.test(text)) return text;
  throw new Error("is not OWNER/NAME, such as octo/ecs-delivery");
}
