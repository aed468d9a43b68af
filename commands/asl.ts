/** `npm run asl`: prints a machine as `pulumi up` would create it, or as a drawing. */
import { inspect } from "node:util";
import { lanes } from "../contract/execution.ts";
import { environments } from "../emulator/graph/graph.ts";
import { loadGraph } from "../emulator/graph/load.ts";
import type { Definition } from "../stateMachine/asl.ts";
import { drawing } from "./drawing.ts";
import { command, optionsOf } from "./options.ts";

async function main(): Promise<number> {
  const options = optionsOf(process.argv.slice(2), {
    stack: { type: "string", default: "live" },
    machine: { type: "string", default: "release" },
    drawing: { type: "boolean", default: false },
  });
  const stack = oneOf("--stack", environments, options.stack);
  const lane = oneOf("--machine", lanes, options.machine);
  const graph = await loadGraph({ stack, functionUrl: "https://approvals.example/" });
  const machine = graph.resources.find(
    ({ type, inputs }) =>
      type === "aws:sfn/stateMachine:StateMachine" && String(inputs.name).endsWith(`-${stack}-${lane}`),
  );
  if (!machine) throw new Error(`stack ${stack} has no ${lane} machine`);
  const definition: Definition = JSON.parse(String(machine.inputs.definition));
  console.log(options.drawing ? drawing(definition) : JSON.stringify(definition, null, 2));
  return 0;
}

function oneOf<Name extends string>(option: string, names: readonly Name[], given: string): Name {
  const found = names.find((name) => name === given);
  if (!found) throw new Error(`${option} must be one of ${names.join(", ")}, not ${inspect(given)}`);
  return found;
}

await command("asl", main);
