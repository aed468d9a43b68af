import { expect, test } from "vitest";
import type { ApiCall } from "../../emulator/endpoint/serve.ts";
import { guide } from "../../rehearsal/guide.ts";
import { linkIn } from "../../rehearsal/operator.ts";
import { commitOf } from "../../rehearsal/samples.ts";
import { ending } from "../../rehearsal/stage.ts";
import { establishedStage, graphs } from "../support/rehearse.ts";

test("the commands that npm run local prints work as they stand: a merge, its approval link, and what came of it", async () => {
  const stage = await establishedStage();
  const operator = { accessKeyId: "AKIDOPERATOR", secretAccessKey: "guards-nothing" };
  const printed = guide({ origin: "http://127.0.0.1:1", operator, graphs: await graphs() }, stage).join("\n");
  const [merge, ...looks] = commandsIn(printed);
  const mailed = stage.cloud.mails.length;
  await stage.cloud.call(merge!);
  const dev = stage.runs().at(-1)!;
  expect((await ending(dev)).ended).toBe("Released");
  await stage.clock.sleep(60_000);
  expect(stage.cloud.mails.slice(mailed).flatMap((mail) => linkIn(mail) ?? [])).not.toEqual([]);

  const seen = JSON.stringify(await Promise.all(looks.map((look) => stage.cloud.call(look))));
  expect(seen).toContain(stage.offeredBy(dev)!.execution.identity.executionArn);
  expect(seen).toContain(commitOf("good-2"));
  for (const origin of Object.values(stage.cloud.origins)) expect(printed).toContain(`curl -s ${origin}/health`);
  await stage.cloud.close();
});

/** The printed AWS CLI commands as the calls that the CLI makes of them. */
function commandsIn(printed: string): ApiCall[] {
  const lines = printed.replaceAll("\\\n", "").match(/aws \S+ .*/g) ?? [];
  return lines.map((line) => {
    const [, service = "", verb = ""] = line.split(" ");
    const options = [...line.matchAll(/ --(\S+)\s+('[^']*'|\S+)/g)].map(([, name = "", value = ""]) => [name, value]);
    const spell = service === "dynamodb" ? pascalCase : camelCase;
    const input = options.map(([name = "", value = ""]) => [
      spell(name),
      name === "key" ? JSON.parse(value.slice(1, -1)) : value.replaceAll("'", ""),
    ]);
    return {
      service: service === "stepfunctions" ? "states" : service,
      action: pascalCase(verb),
      input: Object.fromEntries(input),
      caller: "arn:aws:iam::000000000000:user/operator",
    } as ApiCall;
  });
}

const pascalCase = (name: string) => name.replaceAll(/(?:^|-)(\w)/g, (_, letter: string) => letter.toUpperCase());
const camelCase = (name: string) => name.replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
