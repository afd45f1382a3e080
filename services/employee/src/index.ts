import { startService } from "@ecs-delivery/suppliers/start-service";
import manifest from "../package.json" with { type: "json" };

const { version } = manifest;

await startService({
  name: "employee",
  version,
  port: 8080,
  rights: ["SELECT", "INSERT", "UPDATE", "DELETE"],
  loadApp: () => import("./app.ts"),
  process,
});
