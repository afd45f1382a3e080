// @ts-check
import { defineOptions, wholeNumber } from "../../../scripts/run/command-line.mjs";

const options = defineOptions({
  cluster: { value: "NAME", help: "name of the ECS cluster (required)" },
  service: {
    value: "NAME",
    multiple: true,
    help: "only this service; may be given several times (default: all)",
  },
  port: {
    value: "N",
    parse: wholeNumber(0, 65_535),
    help: "port of the page on this machine (default 4567, 0 selects a free one)",
  },
});

/** @type {import("../../../scripts/run/command-line.mjs").Command<typeof options>} */
export const command = {
  name: "watch",
  usage: "ecs-delivery watch --cluster NAME [--service NAME] [options]",
  about: `Serves a page that shows the services of a cluster live: tasks, deployments, traffic and metrics. It only reads the
account, and only while a browser watches; only this machine reaches it. Ctrl-C ends it.`,
  options,
};
