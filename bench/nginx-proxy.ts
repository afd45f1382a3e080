import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "@ecs-delivery/simulator/runtime/database/database-server";

// nginx as a load balancer that sends its target as much as ours: one worker, the client's address, and connections
// that stay open for more than 1,000 requests.
const targetPort = Number(process.argv[2]);
const folder = await mkdtemp(join(tmpdir(), "nginx-"));
const port = await freePort();
const configuration = `
daemon off;
worker_processes 1;
pid ${folder}/pid;
error_log ${folder}/error.log;
events { worker_connections 1024; }
http {
  access_log off;
  keepalive_requests 1000000000;
  client_body_temp_path ${folder}/body;
  proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi;
  scgi_temp_path ${folder}/scgi;
  upstream target { server 127.0.0.1:${targetPort}; keepalive 64; keepalive_requests 1000000000; }
  server {
    listen 127.0.0.1:${port};
    location / {
      proxy_pass http://target;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Host $http_host;
      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
      proxy_set_header X-Forwarded-Port 80;
      proxy_set_header X-Forwarded-Proto http;
    }
  }
}`;
const file = join(folder, "nginx.conf");
await writeFile(file, configuration);
const nginx = spawn("nginx", ["-c", file, "-e", join(folder, "error.log")], { stdio: "inherit" });
nginx.on("exit", (code) => process.exit(code ?? 1));
process.on("SIGTERM", async () => {
  nginx.removeAllListeners("exit").kill();
  await once(nginx, "exit");
  await rm(folder, { recursive: true });
  process.exit(0);
});
await listening(port);
process.send?.({ port });

/** Resolves once nginx listens; if it cannot, this process ends with it. */
async function listening(port: number): Promise<void> {
  for (;;) {
    const socket = connect(port, "127.0.0.1");
    const connected = await once(socket, "connect").then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (connected) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
