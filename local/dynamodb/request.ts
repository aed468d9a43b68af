import { invalid, unsupported } from "./value.ts";

/** The parameters that this DynamoDB knows, once their presence and JSON types are checked. */
export interface Request {
  TableName: string;
  Key: object;
  Item: object;
  RequestItems: { [table: string]: unknown };
  Keys: object[];
  ConsistentRead?: boolean;
  UpdateExpression?: string;
  ConditionExpression?: string;
  ExpressionAttributeNames?: Record<string, string>;
  ExpressionAttributeValues?: object;
  ReturnValues?: string;
}

const isText = (value: unknown) => typeof value === "string";
const isObject = (value: unknown) => value instanceof Object && !Array.isArray(value);

const kinds: { [Parameter in keyof Request]-?: { is(value: unknown): boolean; required?: true } } = {
  TableName: { is: isText, required: true },
  Key: { is: isObject, required: true },
  Item: { is: isObject, required: true },
  RequestItems: { is: isObject, required: true },
  Keys: { is: (value) => Array.isArray(value) && value.length > 0 && value.every(isObject), required: true },
  ConsistentRead: { is: (value) => typeof value === "boolean" },
  UpdateExpression: { is: isText },
  ConditionExpression: { is: isText },
  ExpressionAttributeNames: { is: (value) => isObject(value) && Object.values(value as object).every(isText) },
  ExpressionAttributeValues: { is: isObject },
  ReturnValues: { is: isText },
};

/** Checks a request's parameters: those that are `known` here, the required ones there, each of its JSON type. */
export function request(action: string, given: unknown, known: readonly (keyof Request)[]): Request {
  const input: object = given instanceof Object ? given : {};
  for (const [parameter, value] of Object.entries(input)) {
    if (!known.some((each) => each === parameter)) throw unsupported(`${parameter} of ${action}`);
    if (value !== undefined && !kinds[parameter as keyof Request].is(value)) {
      throw invalid(`${action}: ${parameter} is not what DynamoDB expects: ${JSON.stringify(value)}`);
    }
  }
  const absent = known.filter((parameter) => kinds[parameter].required && !(parameter in input));
  if (absent.length > 0) {
    throw invalid(`${action}: ${absent.join(", ")} must be given`);
  }
  return input as Request;
}
