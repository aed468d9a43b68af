import { expect, test } from "vitest";
import { readSettings } from "../../gate/settings.ts";

const env = {
  PROJECT: "shop",
  ENVIRONMENT: "live",
  REPOSITORY: "acme/shop",
  LEDGER: "shop-live-ledger",
  TEMPLATE: "arn:template:7",
  REGISTRIES: "ecr/shop, ghcr.io/acme/shop",
  TOPIC: "arn:topic",
  LOCK_WAIT_MINUTES: "60",
};
const gate = {
  EVIDENCE_MACHINE: "arn:machine",
  EVIDENCE_LEDGER: "shop-dev-ledger",
  EVIDENCE_DAYS: "7",
  EXPIRES_AFTER_HOURS: "72",
  APPROVERS: "ana, ben",
};

test("the function's variables, with a gate and without", () => {
  const settings = {
    project: "shop",
    environment: "live",
    repository: "acme/shop",
    ledger: "shop-live-ledger",
    template: "arn:template:7",
    registries: ["ecr/shop", "ghcr.io/acme/shop"],
    topic: "arn:topic",
    lockWaitMinutes: 60,
  };
  expect(readSettings({ ...env, OFFERS_TO: "arn:next" })).toStrictEqual({ ...settings, offersTo: "arn:next" });
  expect(readSettings({ ...env, ...gate }).gate).toEqual({
    machine: "arn:machine",
    ledger: "shop-dev-ledger",
    evidenceDays: 7,
    expiresAfterHours: 72,
    approvers: ["ana", "ben"],
  });
});

test("every variable that is missing, empty or no number is named at once", () => {
  const { LEDGER: _, ...rest } = env;
  expect(() => readSettings({ ...rest, TOPIC: " ", LOCK_WAIT_MINUTES: "1h", REGISTRIES: "a,,b" })).toThrow(
    "gate: environment variables to be set by pulumi up: LEDGER, REGISTRIES, TOPIC, LOCK_WAIT_MINUTES",
  );
});

test("half a gate is none: nothing would be asked for", () => {
  for (const name of Object.keys(gate))
    expect(() => readSettings({ ...env, ...gate, [name]: undefined })).toThrow(
      `gate: environment variables to be set by pulumi up: ${name}`,
    );
});
