import { marshall, unmarshall } from "@aws-sdk/util-dynamodb";
import type { Reply } from "../../../deployment/plan.ts";
import { AwsError } from "../../../emulator/awsError.ts";
import { apply, type Tables } from "../../../emulator/dynamodb/apply.ts";

/** The environment's ledger in memory, as `pulumi up` leaves it. */
export function pureLedger() {
  const item = marshall({ id: "environment", fence: 0 });
  let tables: Tables = { ledger: { key: "id", items: {} } };
  const write = (Item: object) => {
    tables = apply(tables, "PutItem", { TableName: "ledger", Item }).tables;
  };
  write(item);
  return {
    item(id: string) {
      const { output } = apply(tables, "GetItem", { TableName: "ledger", Key: { id: { S: id } } });
      return "Item" in output ? unmarshall(output.Item as Parameters<typeof unmarshall>[0]) : undefined;
    },
    write: (given: object) => write(marshall(given)),
    answer(action: string, input: object): Reply {
      try {
        const applied = apply(tables, action, input);
        tables = applied.tables;
        return { output: applied.output };
      } catch (error) {
        if (!(error instanceof AwsError)) throw error;
        return { error: { name: error.code, message: error.message } };
      }
    },
  };
}
