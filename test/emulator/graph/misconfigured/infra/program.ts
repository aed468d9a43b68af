export { program } from "../../../../../infra/program.ts";
