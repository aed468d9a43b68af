import { afterEach, expect, test, vi } from "vitest";
import { ending } from "../../rehearsal/stage.ts";
import { answer, linkTo, offered, tokenOf } from "../support/telling.ts";
import { troubledStage } from "../support/world.ts";

afterEach(() => vi.restoreAllMocks());

test("the task token stands in the question's own item, and nowhere else that anybody reads", async () => {
  const said: string[] = [];
  for (const method of ["log", "info", "warn", "error", "debug"] as const)
    vi.spyOn(console, method).mockImplementation((...words) => void said.push(words.join(" ")));
  const written: { id: string; text: string }[] = [];
  const stage = await troubledStage({
    aroundCall({ service, action, input }, perform) {
      const { Item, Key } = input as { Item?: { id: { S: string } }; Key?: { id: { S: string } } };
      if (service === "dynamodb" && /Put|Update/.test(action))
        written.push({ id: (Item ?? Key)?.id.S ?? "", text: JSON.stringify(input) });
      return perform();
    },
  });

  const { live } = await offered(stage, "good-2");
  const token = await tokenOf(stage, live);
  const { pathname: path, host } = new URL(linkTo(stage, live));
  const request = { path, query: "", headers: { host }, body: Buffer.from(""), sourceIp: "127.0.0.1" };
  const { body: page } = await stage.cloud.site({ method: "GET", ...request });
  await answer(stage, live, "approve");
  expect((await ending(live)).ended).toBe("Released");
  const { body: decided } = await stage.cloud.site({ method: "GET", ...request });

  const withIt = written.filter(({ text }) => text.includes(token)).map(({ id }) => id);
  expect(new Set(withIt)).toEqual(new Set([`approval#${live.execution.identity.name}`]));
  const read = [...stage.cloud.mails.map((mail) => JSON.stringify(mail)), `${page}`, `${decided}`, ...said];
  expect(read.filter((text) => text.includes(token))).toEqual([]);
  // Step Functions shows a task's arguments in the history, which only the machine's owners read.
  const events = live.history.filter((event) => JSON.stringify(event).includes(token));
  expect(events.map(({ type }) => type)).toEqual(["TaskScheduled"]);
  await stage.cloud.close();
});
