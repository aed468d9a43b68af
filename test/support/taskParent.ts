/** A process that starts one task, writes its port and lives until it is killed: `node taskParent.ts <command> <args…>`. */
import { startTask } from "../../emulator/tasks/task.ts";

const [command = "", ...args] = process.argv.slice(2);
const task = await startTask({ command, args, environment: {}, stopTimeout: 30 });
await task.listening;
process.stdout.write(`${task.port}\n`);
