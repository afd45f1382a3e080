/** Items whose faults change where a listener sends requests. */
const ofListeners = ["6.load-balancer", "6.listeners", "6.admin-rules"];

/** Items whose faults keep tasks from running, or from being healthy. */
const ofTasks = [
  ...["2.database", "4.dockerfiles", "4.port"],
  ...["5.images", "5.service-linked-role", "5.cluster", "5.task-definitions", "5.placeholders", "5.account"],
  ...["5.database-host", "6.security-group", "6.target-groups", "6.health-paths", ...ofListeners],
  ...["7.services", "7.container", "7.behind-listener", "7.network"],
];
/** Healthy tasks can still show this; the other faults of tasks show in 8.running. */
const ofSite = [
  ...["2.database", "5.database-host", "6.security-group", "7.behind-listener", "7.network", "8.running"],
];
const ofImage = [
  "8.pipelines",
  "8.pipeline-image",
  "8.image-trigger",
  "8.pipeline-runs",
  "8.deployments",
  "8.running",
];
const ofPages = [...ofSite, ...ofListeners, "8.site", "8.image"];

/** Items whose faults an item shows too that checks an effect: `after` of Item. */
export const causesOf = {
  forwarding: ofListeners,
  running: ofTasks,
  site: [...ofSite, ...ofListeners],
  image: ofImage,
  customerPages: [...ofPages, "4.customer-reads"],
  employeePages: [...ofPages, "4.employee-routes", "4.employee-redirects", "4.employee-pages"],
  navigation: [...ofPages, "8.employee-pages"],
  deployments: [
    ...ofTasks,
    ...["5.taskdef-files", "5.appspec-files", "7.controller", "8.deployment-groups", "8.deploy-role"],
  ],
  pipelineRuns: [
    ...["5.taskdef-files", "5.appspec-files", "8.deployment-repository", "8.pipelines", "8.pipeline-image"],
    "8.deployments",
  ],
} as const;
