import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  UpdateItemCommand,
  type UpdateItemCommandInput,
} from "@aws-sdk/client-dynamodb";
import { marshall, unmarshall } from "@aws-sdk/util-dynamodb";
import * as v from "valibot";
import type { Decision } from "../stateMachine/calls.ts";
import { type Asked, asked, type Question, type Running, running } from "./question.ts";

/**
 * The questions in the ledger, by execution name: `approval#<name>` each, and one item `approvals` whose string set
 * `waiting` lists the unsettled ones as `<sequence> <name>`, so that older ones are found without a scan.
 * Every write touches one item. Throws what DynamoDB throws, except for a condition that doesn't hold.
 */
export function questions(dynamodb: DynamoDBClient, table: string) {
  const read = async (id: string): Promise<unknown> => {
    const { Item } = await dynamodb.send(
      new GetItemCommand({ TableName: table, Key: { id: { S: id } }, ConsistentRead: true }),
    );
    return Item && unmarshall(Item);
  };
  /** Undefined where the condition doesn't hold. */
  const update = async (id: string, change: Change): Promise<unknown> => {
    const { values, ...expressions } = change;
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
  const parsed = (item: unknown): Asked | undefined => (item === undefined ? undefined : v.parse(asked, item));

  return {
    /**
     * Puts the question, or puts it again: a new attempt's token replaces the old one's, and a decision that the old
     * one never took is void, while links that were sent stay good. False if this very attempt is decided already.
     */
    async put(question: Question, taskToken: string, links: Iterable<string>): Promise<boolean> {
      await update("approvals", {
        UpdateExpression: "ADD waiting :one",
        values: { ":one": new Set([entry(question)]) },
      });
      const item = await update(`approval#${question.name}`, {
        UpdateExpression:
          "SET question = :question, taskToken = :taskToken REMOVE decision, delivered ADD links :links",
        ConditionExpression: "attribute_not_exists(decision) OR taskToken <> :taskToken",
        values: { ":question": question, ":taskToken": taskToken, ":links": new Set(links) },
      });
      return item !== undefined;
    },

    async find(name: string): Promise<Asked | undefined> {
      return parsed(await read(`approval#${name}`));
    },

    /** The one write that decides. Answers the item as it then stands: whose decision it holds is for the caller to see. */
    async decide(name: string, decision: Decision): Promise<Asked | undefined> {
      const item = await update(`approval#${name}`, {
        UpdateExpression: "SET decision = :decision",
        ConditionExpression: "attribute_exists(taskToken) AND attribute_not_exists(decision)",
        values: { ":decision": decision },
      });
      return item === undefined ? this.find(name) : parsed(item);
    },

    /** Keeps whether the decision was `delivered` through the token it was sent with, and takes the question off the list. */
    async settle({ question, taskToken }: Asked, delivered: boolean): Promise<void> {
      const item = await update(`approval#${question.name}`, {
        UpdateExpression: "SET delivered = :delivered",
        ConditionExpression: "taskToken = :taskToken",
        values: { ":delivered": delivered, ":taskToken": taskToken },
      });
      if (item === undefined) return; // asked again meanwhile: it waits once more
      await update("approvals", {
        UpdateExpression: "DELETE waiting :one",
        values: { ":one": new Set([entry(question)]) },
      });
    },

    /** Names of the unsettled questions about candidates older than `sequence`. */
    async olderThan(sequence: number): Promise<string[]> {
      const { waiting } = v.parse(list, (await read("approvals")) ?? {});
      return [...waiting].flatMap((one) => {
        const [number, name] = one.split(" ");
        return Number(number) < sequence && name ? [name] : [];
      });
    },

    /** What the environment runs as last-known-good; null before the first release. */
    async live(): Promise<Running | null> {
      return v.parse(environment, (await read("environment")) ?? {}).good;
    },
  };
}
export type Questions = ReturnType<typeof questions>;

type Change = Pick<UpdateItemCommandInput, "UpdateExpression" | "ConditionExpression"> & {
  values: Record<string, unknown>;
};

const entry = ({ candidate, name }: Question): string => `${candidate.sequence} ${name}`;
const list = v.object({ waiting: v.optional(v.set(v.string()), () => new Set<string>()) });
const environment = v.object({ good: v.optional(v.nullable(running), null) });
