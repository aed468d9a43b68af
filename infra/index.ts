import { program } from "./program.ts";

// Pulumi takes the default export's properties as the stack's outputs.
export default program();
