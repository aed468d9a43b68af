import { expect, test } from "vitest";
import { createNarrator } from "../../rehearsal/narrator.ts";
import { ownApplication } from "../../rehearsal/samples.ts";
import { graphOf, resource } from "../support/graph.ts";

const container = (command: string, onCrash: Parameters<typeof ownApplication>[1]) => {
  const graph = graphOf("dev");
  const { arn } = resource(graph, "aws.ecs.Service").outputs;
  return ownApplication(command, onCrash)([graph])({
    service: String(arn),
    image: "",
    environment: {},
    stopTimeout: 5,
  });
};

test("an application that ends by itself: its last words are told, once; of one that is stopped nothing is", async () => {
  const said: string[] = [];
  const { onCrash } = createNarrator((line) => said.push(line));
  const told = Promise.withResolvers<void>();
  const hear: typeof onCrash = (...crash) => {
    onCrash(...crash);
    onCrash(...crash);
    told.resolve();
  };
  const stopped = await container("trap 'exit 3' TERM; sleep 60 & wait", hear);
  await stopped.stop();
  await container("echo starting; echo no such module >&2; exit 3", hear);
  await told.promise;
  expect(said.join("\n")).toContain("dev: your application ended with exit code 3: no such module");
  expect(said).toHaveLength(1);
});
