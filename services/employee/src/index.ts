import { startService } from "@ecs-delivery/suppliers/start-service";
import manifest from "../package.json" with { type: "json" };

await startService({
  name: "employee",
  version: manifest.version,
  port: 8080,
  rights: ["SELECT", "INSERT", "UPDATE", "DELETE"],
  loadApp: () => import("./app.ts"),
  process,
});
