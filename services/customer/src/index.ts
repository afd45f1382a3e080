import { startService } from "@ecs-delivery/suppliers/start-service";
import manifest from "../package.json" with { type: "json" };

const { version } = manifest;

await startService({
  name: "customer",
  version,
  port: 8080,
  rights: ["SELECT"],
  loadApp: () => import("./app.ts"),
  process,
});
