import { startService } from "@ecs-delivery/suppliers/start-service";
import manifest from "../package.json" with { type: "json" };

await startService({
  name: "customer",
  version: manifest.version,
  port: 8080,
  rights: ["SELECT"],
  loadApp: () => import("./app.ts"),
  process,
});
