import { startService } from "@ecs-delivery/suppliers/start-service";
import manifest from "../package.json" with { type: "json" };

await startService({
  name: "monolith",
  version: manifest.version,
  port: 80,
  rights: ["SELECT", "INSERT", "UPDATE", "DELETE"],
  loadApp: () => import("./app.ts"),
  process,
});
