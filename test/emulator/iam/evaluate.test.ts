import * as v from "valibot";
import { expect, test } from "vitest";
import { evaluate, type Need } from "../../../emulator/iam/evaluate.ts";
import { identityPolicy } from "../../../emulator/iam/policyDocument.ts";

const service = "arn:aws:ecs:eu-central-1:123456789012:service/shop/shop";
const execution = "arn:aws:states:eu-central-1:123456789012:execution:shop-dev:main-1";
const passing = { StringEquals: { "iam:PassedToService": ["ecs-tasks.amazonaws.com", "ecs.amazonaws.com"] } };
const role = "arn:aws:iam::123456789012:role/task";

interface Case {
  title: string;
  allow: object;
  deny?: object;
  need: Need;
  is: "allowed" | "denied" | "nothing";
}

const cases: Case[] = [
  {
    title: "what is named is allowed",
    allow: { Action: ["ecs:DescribeServices", "ecs:UpdateService"], Resource: [service] },
    need: { action: "ecs:UpdateService", resource: service },
    is: "allowed",
  },
  {
    title: "another action isn't",
    allow: { Action: "ecs:UpdateService", Resource: "*" },
    need: { action: "ecs:UpdateServicePrimaryTaskSet", resource: service },
    is: "nothing",
  },
  {
    title: "another resource isn't",
    allow: { Action: "ecs:UpdateService", Resource: service },
    need: { action: "ecs:UpdateService", resource: `${service}2` },
    is: "nothing",
  },
  {
    title: "actions have no case",
    allow: { Action: "sns:publish", Resource: "*" },
    need: { action: "SNS:Publish", resource: "arn:aws:sns:eu-central-1:123456789012:shop" },
    is: "allowed",
  },
  {
    title: "resources have",
    allow: { Action: "ecs:UpdateService", Resource: service.toUpperCase().replace("ARN", "arn") },
    need: { action: "ecs:UpdateService", resource: service },
    is: "nothing",
  },
  {
    title: "* and ? are wildcards",
    allow: { Action: "ecs:Describe*", Resource: "arn:aws:ecs:*:123456789012:service/sh?p/*" },
    need: { action: "ecs:DescribeServices", resource: service },
    is: "allowed",
  },
  {
    title: "a dot is a dot, and stays one before a *",
    allow: { Action: "dynamodb:GetItem", Resource: "arn:aws:dynamodb:eu-central-1:123456789012:table/shop.*.ledger" },
    need: { action: "dynamodb:GetItem", resource: "arn:aws:dynamodb:eu-central-1:123456789012:table/shop.dev.ledger" },
    is: "allowed",
  },
  {
    title: "and nothing else",
    allow: { Action: "dynamodb:GetItem", Resource: "arn:aws:dynamodb:eu-central-1:123456789012:table/shop.ledger" },
    need: { action: "dynamodb:GetItem", resource: "arn:aws:dynamodb:eu-central-1:123456789012:table/shop-ledger" },
    is: "nothing",
  },
  {
    title: "a last * passes colons",
    allow: { Action: "states:DescribeExecution", Resource: "arn:aws:states:eu-central-1:123456789012:*" },
    need: { action: "states:DescribeExecution", resource: execution },
    is: "allowed",
  },
  {
    title: "one within doesn't",
    allow: { Action: "states:DescribeExecution", Resource: "arn:aws:states:*:main-1" },
    need: { action: "states:DescribeExecution", resource: execution },
    is: "nothing",
  },
  {
    title: "a denial wins",
    allow: { Action: "*", Resource: "*" },
    deny: { Action: "ecs:*", Resource: service },
    need: { action: "ecs:UpdateService", resource: service },
    is: "denied",
  },
  {
    title: "any of a condition's values will do",
    allow: { Action: "iam:PassRole", Resource: role, Condition: passing },
    need: { action: "iam:PassRole", resource: role, context: { "iam:PassedToService": "ecs.amazonaws.com" } },
    is: "allowed",
  },
  {
    title: "another value won't",
    allow: { Action: "iam:PassRole", Resource: role, Condition: passing },
    need: { action: "iam:PassRole", resource: role, context: { "iam:PassedToService": "lambda.amazonaws.com" } },
    is: "nothing",
  },
  {
    title: "nor will none",
    allow: { Action: "iam:PassRole", Resource: role, Condition: passing },
    need: { action: "iam:PassRole", resource: role },
    is: "nothing",
  },
  {
    title: "every condition must hold",
    allow: {
      Action: "iam:PassRole",
      Resource: role,
      Condition: { StringEquals: { ...passing.StringEquals, "aws:SourceAccount": "123456789012" } },
    },
    need: { action: "iam:PassRole", resource: role, context: { "iam:PassedToService": "ecs.amazonaws.com" } },
    is: "nothing",
  },
];

test.each(cases)("$title", ({ allow, deny, need, is }) => {
  const Statement = [{ Effect: "Allow", ...allow }, ...(deny ? [{ Effect: "Deny", ...deny }] : [])];
  const statements = v.parse(identityPolicy, JSON.stringify({ Version: "2012-10-17", Statement }));
  expect(evaluate(statements, need)).toBe(is);
});
