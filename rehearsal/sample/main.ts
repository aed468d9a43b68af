import { setTimeout as pause } from "node:timers/promises";
import { createApp } from "./app.ts";
import { type Build, builds, isBuild } from "./builds.ts";
import { serve } from "./serve.ts";

/**
 * One task of the sample backend: `PORT`, `SAMPLE_BUILD` (a name of builds.ts), `COMMIT`, `GREENGATE_RELEASE`, `ENVIRONMENT` and the
 * smoke merchant's `SMOKE_MERCHANT` (id), `SMOKE_EMAIL`, `SMOKE_PASSWORD`. SIGTERM, or a parent that is gone, ends it in good order.
 */
async function main(): Promise<void> {
  const name = variable("SAMPLE_BUILD");
  if (!isBuild(name))
    refuse(`SAMPLE_BUILD must be one of ${Object.keys(builds).join(", ")}, not ${JSON.stringify(name)}`);
  const port = Number(variable("PORT"));
  if (!Number.isInteger(port) || port < 0 || port > 65_535) refuse(`PORT must be 0 to 65535, not ${process.env.PORT}`);
  const app = createApp({
    build: name,
    commit: variable("COMMIT"),
    release: variable("GREENGATE_RELEASE"),
    environment: variable("ENVIRONMENT"),
    smoke: { id: variable("SMOKE_MERCHANT"), email: variable("SMOKE_EMAIL"), password: variable("SMOKE_PASSWORD") },
  });
  const build: Build = builds[name];
  if (build.crashesAtBoot) refuse(`build ${name} crashes at boot`);
  if (build.bootTime !== undefined) await pause(build.bootTime);
  const serving = await serve(app, port).catch((error: Error) => refuse(error.message));
  console.log(`listening on ${serving.port}`);
  const end = () => serving.stop().then(() => process.exit(0));
  process.once("SIGTERM", end);
  process.once("disconnect", end);
}

function variable(name: string): string {
  return process.env[name] || refuse(`environment variable ${name} is missing`);
}

function refuse(why: string): never {
  console.error(`sample backend: ${why}`);
  process.exit(1);
}

await main();
