import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  UpdateItemCommand,
  type UpdateItemCommandInput,
} from "@aws-sdk/client-dynamodb";
import { marshall, unmarshall } from "@aws-sdk/util-dynamodb";
import * as v from "valibot";
import { nameOf } from "../contract/execution.ts";
import { environmentItem, type Good, releaseRecord, releaseRecordId } from "../contract/ledger.ts";
import { type ApprovalItem, approvalId, approvalItem, type Decision, type Question } from "../contract/question.ts";

/**
 * The questions in the ledger: one item each, and one item `approvals` whose string set `waiting` lists the unsettled ones, so that
 * older ones are found without a scan. Every write touches one item. Throws what DynamoDB throws, except for a condition that doesn't
 * hold.
 */
export function openQuestions(dynamodb: DynamoDBClient, table: string) {
  const read = async (id: string): Promise<unknown> => {
    const { Item } = await dynamodb.send(
      new GetItemCommand({ TableName: table, Key: { id: { S: id } }, ConsistentRead: true }),
    );
    return Item && unmarshall(Item);
  };
  /** The item after the change; undefined where the condition doesn't hold. */
  const update = async (id: string, { values, ...expressions }: ItemChange): Promise<unknown> => {
    try {
      const { Attributes } = await dynamodb.send(
        new UpdateItemCommand({
          TableName: table,
          Key: { id: { S: id } },
          ReturnValues: "ALL_NEW",
          ExpressionAttributeValues: marshall(values),
          ...expressions,
        }),
      );
      return unmarshall(Attributes ?? {});
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return undefined;
      throw error;
    }
  };
  const dropWaiting = async (entries: string[]): Promise<void> => {
    if (entries.length > 0)
      await update("approvals", { UpdateExpression: "DELETE waiting :some", values: { ":some": new Set(entries) } });
  };

  return {
    /**
     * Stores the question. A new attempt of the same execution replaces the task token, and links that were sent stay good; what an
     * earlier execution of the same name left is replaced whole. False, and nothing changed, if this execution's question is decided.
     */
    async store(question: Question, taskToken: string, links: string[]): Promise<boolean> {
      const id = idOf(question);
      const values = { ":question": question, ":taskToken": taskToken, ":links": new Set(links), ...startOf(question) };
      const renew = () =>
        update(id, {
          UpdateExpression: "SET question = :question, taskToken = :taskToken ADD links :links",
          ConditionExpression: `${sameStart} AND attribute_not_exists(decision)`,
          values,
        });
      const replace = () =>
        update(id, {
          UpdateExpression:
            "SET question = :question, taskToken = :taskToken, links = :links REMOVE decision, delivered",
          ConditionExpression: `NOT (${sameStart})`,
          values,
        });
      // Once more, for an attempt that stored the question in between.
      if (!((await renew()) ?? (await replace()) ?? (await renew()))) return false;
      const list = await update("approvals", {
        UpdateExpression: "ADD waiting :one",
        values: { ":one": new Set([entryOf(question)]) },
      });
      await dropWaiting(waitingIn(list).filter((entry) => isExpired(entry, question.startedAt)));
      return true;
    },

    /** The question of the execution of this name; undefined if there is none. */
    async find(executionName: string): Promise<ApprovalItem | undefined> {
      const item = await read(approvalId(executionName));
      return item === undefined ? undefined : v.parse(approvalItem, item);
    },

    /** The one write that decides. Answers the item as it then stands: whose decision it holds is for the caller to see. */
    async decide(question: Question, decision: Decision): Promise<ApprovalItem | undefined> {
      const item = await update(idOf(question), {
        UpdateExpression: "SET decision = :decision",
        ConditionExpression: `${sameStart} AND attribute_not_exists(decision)`,
        values: { ":decision": decision, ...startOf(question) },
      });
      return item === undefined ? this.find(nameOf(question.execution)) : v.parse(approvalItem, item);
    },

    /** Keeps whether the decision was `delivered`, which is never taken back, and takes the question off the list. */
    async settle({ question }: ApprovalItem, delivered: boolean): Promise<void> {
      await update(idOf(question), {
        UpdateExpression: "SET delivered = :delivered",
        ConditionExpression: `${sameStart} AND attribute_exists(decision)${delivered ? "" : " AND attribute_not_exists(delivered)"}`,
        values: { ":delivered": delivered, ...startOf(question) },
      });
      await dropWaiting([entryOf(question)]);
    },

    /** The unsettled questions about builds older than `sequence`: names of their executions, and the entries that list them. */
    async findOlder(sequence: number): Promise<{ entry: string; executionName: string }[]> {
      return waitingIn(await read("approvals")).flatMap((entry) => {
        const [number, , executionName] = entry.split(" ");
        return Number(number) < sequence && executionName ? [{ entry, executionName }] : [];
      });
    },

    dropWaiting,

    /** What the environment runs as last-known-good; `null` before the first release. */
    async findGood(): Promise<Good | null> {
      const item = await read("environment");
      if (item === undefined)
        throw new Error(`${table} has no item "environment": restore the table from its point-in-time recovery`);
      return v.parse(environmentItem, item).good ?? null;
    },

    /** The decision that the release's record holds: gate/ had it when the release ended. */
    async findRecorded({ execution, startedAt }: Question): Promise<unknown> {
      const record = v.safeParse(releaseRecord, await read(releaseRecordId(execution)));
      return record.success && record.output.startedAt === startedAt ? record.output.decision : undefined;
    },
  };
}
export type Questions = ReturnType<typeof openQuestions>;

type ItemChange = Pick<UpdateItemCommandInput, "UpdateExpression" | "ConditionExpression"> & {
  values: Record<string, unknown>;
};

const idOf = ({ execution }: Question): string => approvalId(nameOf(execution));

/** One execution and no other of its name. */
const sameStart = "question.execution = :execution AND question.startedAt = :startedAt";
const startOf = ({ execution, startedAt }: Question) => ({ ":execution": execution, ":startedAt": startedAt });

/** Names hold no spaces. */
const entryOf = ({ build, execution, expiresAt }: Question): string =>
  `${build.sequence} ${expiresAt} ${nameOf(execution)}`;

/** Questions that nobody answered leave the list when a later one comes: theirs had run out before its release began. */
const isExpired = (entry: string, startedAt: string): boolean =>
  !(Date.parse(entry.split(" ")[1] ?? "") >= Date.parse(startedAt));

const waitingList = v.object({ waiting: v.optional(v.set(v.string()), () => new Set<string>()) });
const waitingIn = (item: unknown): string[] => [...v.parse(waitingList, item ?? {}).waiting];
