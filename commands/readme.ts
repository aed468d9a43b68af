/** `npm run readme`: brings the README's drawing and its transcript up to date. The transcript is a run of `npm start -- --yes`. */
import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify, stripVTControlCharacters } from "node:util";
import { loadGraph } from "../emulator/graph/load.ts";
import type { Definition } from "../stateMachine/asl.ts";
import { drawing } from "./drawing.ts";
import { command } from "./options.ts";

const root = join(import.meta.dirname, "..");
const file = join(root, "README.md");

/** The README with what stands between the markers of `name` replaced. */
const filled = (text: string, name: string, content: string): string => {
  const [before, , after] = text.split(new RegExp(`(?<=<!-- ${name} -->\n)([^]*)(?=<!-- /${name} -->)`));
  if (before === undefined || after === undefined)
    throw new Error(`README.md must hold <!-- ${name} --> and <!-- /${name} -->`);
  return `${before}${content}\n${after}`;
};

async function main(): Promise<number> {
  const { resources } = await loadGraph({ stack: "live", functionUrl: "https://approvals.example/" });
  const machine = resources.find(
    ({ type, inputs }) => type === "aws:sfn/stateMachine:StateMachine" && inputs.name === "greengate-live-release",
  );
  const definition: Definition = JSON.parse(String(machine?.inputs.definition));
  const { stdout } = await promisify(execFile)(process.execPath, [join(root, "commands/start.ts"), "--yes"], {
    cwd: root,
  });
  const text = filled(await readFile(file, "utf8"), "drawing", `\n\`\`\`mermaid\n${drawing(definition)}\n\`\`\`\n`);
  const transcript = stripVTControlCharacters(stdout).trim();
  const details = `\n<details><summary>A whole run, as <code>npm start -- --yes</code> prints it</summary>\n\n\`\`\`text\n${transcript}\n\`\`\`\n\n</details>\n`;
  await writeFile(file, filled(text, "transcript", details));
  return 0;
}

await command("readme", main);
