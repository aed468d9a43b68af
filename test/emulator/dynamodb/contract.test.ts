import { marshall } from "@aws-sdk/util-dynamodb";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { apply } from "../../../emulator/dynamodb/apply.ts";
import { dynaliteLedger, type Ledger, memoryLedger } from "../../support/ledgers.ts";

const refused = { code: "ConditionalCheckFailedException", message: "The conditional request failed" };
const key = (id: string) => ({ TableName: "ledger", Key: { id: { S: id } } });

/** Both must answer every case alike: our use of dynalite's insides, and dynalite behind its own protocol. */
describe.each([
  { name: "memory", open: memoryLedger },
  { name: "dynalite", open: dynaliteLedger },
])("DynamoDB: $name", ({ open }) => {
  let ledger: Ledger;
  beforeEach(async () => {
    ledger = await open();
  });
  afterEach(() => ledger.close());

  const put = (item: Record<string, unknown>, more = {}) =>
    ledger.ask("PutItem", { TableName: "ledger", Item: marshall(item), ...more });
  const update = (id: string, more: object) => ledger.ask("UpdateItem", { ...key(id), ...more });
  const get = async (id: string) => ledger.ask("GetItem", { ...key(id), ConsistentRead: true });
  const isItem = (item: Record<string, unknown>) => ({ output: { Item: marshall(item) } });

  describe("the lock", () => {
    const take = (me: string, over = "nobody") =>
      update("environment", {
        UpdateExpression: "SET holder = :me, fence = if_not_exists(fence, :zero) + :one REMOVE #next",
        ConditionExpression: "attribute_not_exists(holder) OR holder = :me OR holder = :over",
        ExpressionAttributeNames: { "#next": "next" },
        ExpressionAttributeValues: marshall({ ":me": me, ":over": over, ":zero": 0, ":one": 1 }),
        ReturnValues: "ALL_NEW",
      });
    const free = (me: string) =>
      update("environment", {
        UpdateExpression: "REMOVE holder, deploying",
        ConditionExpression: "holder = :me",
        ExpressionAttributeValues: marshall({ ":me": me }),
      });
    const held = (holder: string, fence: number) => ({
      output: { Attributes: marshall({ id: "environment", holder, fence }) },
    });

    it("is taken, kept from others, freed, and its fence grows each time", async () => {
      expect(await take("a")).toEqual(held("a", 1));
      expect(await take("b")).toEqual(refused);
      expect(await take("a")).toEqual(held("a", 2));
      expect(await free("b")).toEqual(refused);
      expect(await free("a")).toEqual({ output: {} });
      expect(await get("environment")).toEqual(isItem({ id: "environment", fence: 2 }));
      expect(await take("b")).toEqual(held("b", 3));
    });

    it("is lost to whoever names its dead holder", async () => {
      await take("dead");
      expect(await take("heir", "dead")).toEqual(held("heir", 2));
      expect(await free("dead")).toEqual(refused);
    });

    it("wipes the mark of the newest that waits", async () => {
      const mark = (sequence: number) =>
        update("environment", {
          UpdateExpression: "SET #next = :sequence",
          ConditionExpression: "attribute_not_exists(#next) OR #next <= :sequence",
          ExpressionAttributeNames: { "#next": "next" },
          ExpressionAttributeValues: marshall({ ":sequence": sequence }),
        });
      expect(await mark(9)).toEqual({ output: {} });
      expect(await mark(10)).toEqual({ output: {} });
      expect(await mark(9)).toEqual(refused);
      expect(await take("a")).toEqual(held("a", 1));
    });
  });

  it("keeps maps, nulls, lists, sets and booleans, and answers what was there before", async () => {
    const good = { taskDefinition: "td:1", sequence: 7 };
    const before = { id: "environment", good, previous: null, seen: ["a", 1], paused: false, links: new Set(["x"]) };
    expect(await put(before, { ReturnValues: "ALL_OLD" })).toEqual({ output: {} });
    expect(await get("environment")).toEqual(isItem(before));
    expect(await put({ id: "environment" }, { ReturnValues: "ALL_OLD" })).toEqual({
      output: { Attributes: marshall(before) },
    });
    expect(await ledger.ask("DeleteItem", { ...key("environment"), ReturnValues: "ALL_OLD" })).toEqual({
      output: { Attributes: marshall({ id: "environment" }) },
    });
    expect(await get("environment")).toEqual({ output: {} });
  });

  it("writes into nested maps, by names that need not be words", async () => {
    await put({ id: "quarantine", templates: {} });
    const entry = (value: object) =>
      update("quarantine", {
        UpdateExpression: "SET templates.#arn = :why",
        ExpressionAttributeNames: { "#arn": "arn:aws:ecs:eu:1:task-definition/t:1" },
        ExpressionAttributeValues: marshall({ ":why": value }),
      });
    expect(await entry({ reason: "red" })).toEqual({ output: {} });
    expect(await get("quarantine")).toEqual(
      isItem({ id: "quarantine", templates: { "arn:aws:ecs:eu:1:task-definition/t:1": { reason: "red" } } }),
    );
    const lift = { UpdateExpression: "REMOVE templates.#arn", ExpressionAttributeNames: { "#arn": "gone" } };
    expect(await update("quarantine", lift)).toEqual({ output: {} });
    expect(await update("other", lift)).toMatchObject({
      message: "The document path provided in the update expression is invalid for update",
    });
  });

  it("adds to sets and numbers, takes from sets, and drops a set that is empty", async () => {
    const change = (UpdateExpression: string, one: unknown) =>
      update("approvals", {
        UpdateExpression,
        ExpressionAttributeValues: marshall({ ":one": one }),
        ReturnValues: "UPDATED_NEW",
      });
    expect(await change("ADD waiting :one", new Set(["7 a"]))).toEqual({
      output: { Attributes: { waiting: { SS: ["7 a"] } } },
    });
    await change("ADD waiting :one", new Set(["7 a", "8 b"]));
    await change("DELETE waiting :one", new Set(["7 a", "unknown"]));
    await change("ADD asked :one", 2);
    await change("ADD asked :one", 3);
    expect(await get("approvals")).toEqual(isItem({ id: "approvals", waiting: new Set(["8 b"]), asked: 5 }));
    expect(await change("DELETE waiting :one", new Set(["8 b"]))).toEqual({ output: { Attributes: {} } });
    expect(await get("approvals")).toEqual(isItem({ id: "approvals", asked: 5 }));
  });

  it("sees the item as it was on every right side", async () => {
    await put({ id: "x", a: 1, b: 2 });
    const swapped = await update("x", {
      UpdateExpression: "SET a = b, b = a, c = a - b REMOVE d",
      ReturnValues: "ALL_NEW",
    });
    expect(swapped).toEqual({ output: { Attributes: marshall({ id: "x", a: 2, b: 1, c: -1 }) } });
  });

  describe("conditions", () => {
    const item = { id: "x", n: 10, s: "smoke#1", yes: true, nil: null, deep: { in: "side" }, set: new Set(["p", "q"]) };
    const values = {
      ":nine": 9,
      ":ten": 10,
      ":hundred": 100,
      ":s": "smoke#1",
      ":start": "smoke#",
      ":yes": true,
      ":null": null,
      ":set": new Set(["q", "p"]),
    };
    it.each([
      ["n = :ten", true],
      ["n <> :ten", false],
      ["n > :nine", true],
      ["n >= :ten AND n <= :ten", true],
      ["n < :hundred", true],
      ["n < :s", false],
      ["n = :s", false],
      ["n <> :s", true],
      ["s > :start", true],
      ["yes = :yes", true],
      ["nil = :null", true],
      ["#set = :set", true],
      ["deep.#in = :s", false],
      ["deep.#in <> :s", true],
      ["attribute_exists(deep.#in)", true],
      ["attribute_exists(deep.gone)", false],
      ["attribute_not_exists(n.gone)", true],
      ["gone = :ten", false],
      ["gone <> :ten", true],
      ["gone < :ten", false],
      ["NOT gone < :ten", true],
      ["NOT n = :ten AND gone = :ten", false],
      ["begins_with(s, :start)", true],
      ["begins_with(s, :s)", true],
      ["begins_with(gone, :s)", false],
      ["begins_with(n, :s)", false],
      ["n = :nine OR n = :ten AND s = :s", true],
      ["(n = :ten OR n = :nine) AND s = :start", false],
      ["n = :ten or n = :nine and s = :start", true],
      ["NOT (n = :ten OR n = :nine)", false],
      [":ten = n", true],
    ])("%s is %s", async (ConditionExpression, holds) => {
      await put(item);
      const names = { "#set": "set", "#in": "in" };
      const used = (each: string) => new RegExp(`${each}(?!\\w)`).test(ConditionExpression);
      const pick = (from: object) => Object.entries(from).filter(([name]) => used(name));
      const chosenNames = pick(names);
      const chosen = pick(values);
      const answer = await put(item, {
        ConditionExpression,
        ...(chosenNames.length > 0 ? { ExpressionAttributeNames: Object.fromEntries(chosenNames) } : {}),
        ...(chosen.length > 0 ? { ExpressionAttributeValues: marshall(Object.fromEntries(chosen)) } : {}),
      });
      expect(answer).toEqual(holds ? { output: {} } : refused);
    });
  });

  describe("refuses", () => {
    const one = { ":one": { N: "1" } };
    it.each([
      {
        input: { UpdateExpression: "SET status = :one", ExpressionAttributeValues: one },
        why: "Invalid UpdateExpression: Attribute name is a reserved keyword; reserved keyword: status",
      },
      {
        input: { UpdateExpression: "SET a = :two", ExpressionAttributeValues: one },
        why: "Invalid UpdateExpression: An expression attribute value used in expression is not defined; attribute value: :two",
      },
      {
        input: { UpdateExpression: "REMOVE #a", ExpressionAttributeNames: { "#b": "b" } },
        why: "Invalid UpdateExpression: An expression attribute name used in the document path is not defined; attribute name: #a",
      },
      {
        input: { UpdateExpression: "REMOVE a", ExpressionAttributeValues: one },
        why: "Value provided in ExpressionAttributeValues unused in expressions: keys: {:one}",
      },
      {
        input: { UpdateExpression: "REMOVE a", ExpressionAttributeNames: { "#b": "b" } },
        why: "Value provided in ExpressionAttributeNames unused in expressions: keys: {#b}",
      },
      { input: { UpdateExpression: "" }, why: "Invalid UpdateExpression: The expression can not be empty;" },
      {
        input: { UpdateExpression: "SET id = :one", ExpressionAttributeValues: one },
        why: "One or more parameter values were invalid: Cannot update attribute id. This attribute is part of the key",
      },
      {
        input: { UpdateExpression: "SET a = :one, a.b = :one", ExpressionAttributeValues: one },
        why: "Invalid UpdateExpression: Two document paths overlap with each other; must remove or rewrite one of these paths; path one: [a], path two: [a, b]",
      },
      {
        input: { UpdateExpression: "SET a = :one SET b = :one", ExpressionAttributeValues: one },
        why: 'Invalid UpdateExpression: The "SET" section can only be used once in an update expression;',
      },
      {
        input: { UpdateExpression: "SET a = gone" },
        why: "The provided expression refers to an attribute that does not exist in the item",
      },
      {
        input: { UpdateExpression: "SET a = txt + :one", ExpressionAttributeValues: one },
        why: "An operand in the update expression has an incorrect data type",
      },
      {
        input: { UpdateExpression: "ADD txt :one", ExpressionAttributeValues: one },
        why: "An operand in the update expression has an incorrect data type",
      },
      {
        input: { UpdateExpression: "DELETE a :one", ExpressionAttributeValues: one },
        why: "Invalid UpdateExpression: Incorrect operand type for operator or function; operator: DELETE, operand type: NUMBER",
      },
      {
        input: { UpdateExpression: "SET a = :a", ExpressionAttributeValues: { ":a": { N: "one" } } },
        why: "ExpressionAttributeValues contains invalid value: The parameter cannot be converted to a numeric value: one for key :a",
      },
      {
        input: { UpdateExpression: "SET a = :a", ExpressionAttributeValues: { ":a": { SS: [] } } },
        why: "ExpressionAttributeValues contains invalid value: One or more parameter values were invalid: An string set  may not be empty for key :a",
      },
      {
        input: { UpdateExpression: "REMOVE b", ConditionExpression: "a = a" },
        why: "Invalid ConditionExpression: The first operand must be distinct from the remaining operands for this operator or function; operator: =, first operand: [a]",
      },
    ])("$input.UpdateExpression: $why", async ({ input, why }) => {
      await put({ id: "x", txt: "text" });
      expect(await update("x", input)).toEqual({ code: "ValidationException", message: why });
      expect(await get("x")).toEqual(isItem({ id: "x", txt: "text" }));
    });

    it("a sentence that is none, a key of another shape, an item without key and a table that isn't there", async () => {
      expect(await update("x", { UpdateExpression: "SET a == :one", ExpressionAttributeValues: one })).toMatchObject({
        code: "ValidationException",
        message: expect.stringContaining("Invalid UpdateExpression: Syntax error"),
      });
      expect(await ledger.ask("GetItem", { TableName: "ledger", Key: { name: { S: "x" } } })).toEqual({
        code: "ValidationException",
        message: "The provided key element does not match the schema",
      });
      expect(await put({ name: "x" })).toEqual({
        code: "ValidationException",
        message: "One or more parameter values were invalid: Missing the key id in the item",
      });
      expect(await ledger.ask("GetItem", { TableName: "elsewhere", Key: { id: { S: "x" } } })).toEqual({
        code: "ResourceNotFoundException",
        message: "Requested resource not found",
      });
    });
  });
});

describe("the in-memory DynamoDB", () => {
  const put: [string, object] = ["PutItem", { TableName: "ledger", Item: marshall({ id: "x", n: 1 }) }];
  const { tables } = apply({ ledger: { key: "id", items: {} } }, ...put);

  it("is plain JSON, and leaves the tables that it was given as they were", () => {
    const before = JSON.parse(JSON.stringify(tables));
    const { tables: after } = apply(tables, "DeleteItem", key("x"));
    expect(tables).toEqual(before);
    expect(after).toEqual({ ledger: { key: "id", items: {} } });
    expect(apply(tables, "GetItem", key("x")).tables).toBe(tables);
  });

  it.each([
    ["Query", { TableName: "ledger" }, /doesn't do Query/],
    ["GetItem", { ...key("x"), ReturnValuesOnConditionCheckFailure: "ALL_OLD" }, /doesn't know ReturnValuesOnCond/],
  ])("refuses %s %j", (action, input, why) => {
    expect(() => apply(tables, action, input)).toThrow(why);
  });
});
