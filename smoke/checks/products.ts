import * as v from "valibot";
import { check } from "../check.ts";
import { demand } from "../outcome.ts";
import { readBody } from "../readBody.ts";

const products = v.array(v.looseObject({ id: v.string(), merchantId: v.string() }));

/** The smoke merchant sees its products; it keeps at least one, or an empty shop would pass. */
export const listProducts = check("products.list", { touches: ["src/products/**"] }, async ({ api, login }) => {
  const answer = await api.get("/products", await login());
  const rows = readBody(answer, products, "a list of products with id and merchantId");
  demand(rows.length > 0, `${answer.request} shows no product of the smoke merchant: it must keep at least one`);
});
