import { startService } from "@ecs-delivery/suppliers/start-service";
import { createApp } from "./app.ts";

await startService({ name: "employee", createApp, process });
