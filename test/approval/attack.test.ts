import { expect, test, vi } from "vitest";
import { stage } from "./support/stage.ts";

test("a form on another site, or without a site, can't answer", async () => {
  await using live = await stage();
  await live.asks("token-1");
  const link = live.linkOf("ana");
  const from = (headers: Record<string, string | undefined>) => live.press(link, "approve", { headers });

  for (const headers of [
    { origin: "https://evil.test" },
    { origin: "https://approve.example.test.evil.test" },
    { origin: "null" },
    { origin: undefined },
    { "sec-fetch-site": "cross-site" },
    { "sec-fetch-site": "same-site" },
  ])
    expect(await from(headers), JSON.stringify(headers)).toMatchObject({ statusCode: 403 });
  for (const type of ["text/plain", "application/json", "multipart/form-data; boundary=x", undefined])
    expect(await from({ "content-type": type }), type ?? "no type").toMatchObject({ statusCode: 415 });
  expect(live.aws.answers).toEqual([]);

  expect(await from({ "sec-fetch-site": undefined })).toMatchObject({ statusCode: 200 });
});

test("a wrong link tells nothing: not even whether its question exists", async () => {
  await using live = await stage();
  const name = await live.asks("token-1");
  const token = live.linkOf("ana").split("/").at(-1) ?? "";
  const other = await live.asks("token-2", { build: { commit: "c".repeat(40) } });
  const wrong = [
    `/a/${name}/${token.slice(0, -1)}${token.endsWith("A") ? "E" : "A"}`,
    `/a/${name}/${token.slice(0, -1)}`,
    `/a/${name}/%00`,
    `/a/${other}/${token}`,
    `/a/main-0000000-20261123T101500/${token}`,
    `/a/${"x".repeat(81)}/${token}`,
    `/a/..%2Fenvironment/${token}`,
    `/a/~ff/${token}`,
    `/a/${name.replaceAll("-", "~2D")}/${token}`,
    `/a/${"~F0~9F~91~A9".repeat(41)}/${token}`,
    `/a/${name}`,
    "/",
  ];
  const pages = await Promise.all(wrong.map((link) => live.open(link)));

  expect(new Set(pages.map(({ statusCode }) => statusCode))).toEqual(new Set([404]));
  expect(new Set(pages.map((page) => JSON.stringify(page))).size).toBe(1);
  for (const link of wrong) expect((await live.submit(link, "approve", { base: "" })).body).toBe(pages[0]?.body);
  expect(live.aws.answers).toEqual([]);
});

test("what a commit says is text on the page and one line where one line belongs", async () => {
  await using live = await stage();
  await live.asks("token-1", {
    build: {
      author: 'Mallory"><script>alert(1)</script>\r\nAsked by  the CEO',
      message: "<img src=x onerror=alert(1)>\n</pre><form action=https://evil.test>\u202Eevas",
      ref: "main'--><style>*{}</style>",
    },
    hotfix: { commit: "f".repeat(40), knownBy: "<img src=y>" },
    name: "<script>",
  });
  const { body } = await live.open(live.linkOf("ana"));
  const refused = await live.press(live.linkOf("ana"), "approve", { commit: '"><i>', reason: "</textarea><script>" });

  for (const page of [body, refused.body]) {
    expect(page).not.toMatch(/<(script|img|i>|form action)|\u202E/i);
    expect(page.match(/<style>/g)).toHaveLength(1);
  }
  expect(body).toContain("&lt;img src=x onerror=alert(1)&gt;");
  expect(refused.body).toContain("&lt;/textarea&gt;&lt;script&gt;");
  expect(live.aws.published[0]?.body).not.toMatch(/^Asked by {2}the CEO/m);
});

test("every page forbids scripts, frames, caches and foreign assets, and needs none", async () => {
  await using live = await stage();
  await live.asks("token-1");
  const link = live.linkOf("ana");
  const foreign = { headers: { origin: "https://evil.test" } };
  const pages = [await live.open(link), await live.open("/a/x/y"), await live.press(link, "approve", foreign)];

  for (const page of pages) {
    expect(page.headers).toMatchObject({
      "cache-control": "no-store",
      "content-type": "text/html; charset=UTF-8",
      "referrer-policy": "same-origin",
      "x-content-type-options": "nosniff",
    });
    const style = /<style>([\s\S]*)<\/style>/.exec(page.body)?.[1] ?? "";
    const digest = Buffer.from(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(style)));
    expect(page.headers?.["content-security-policy"]).toBe(
      `default-src 'none'; style-src 'sha256-${digest.toString("base64")}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`,
    );
    expect(page.body).not.toMatch(/<(script|img|link|iframe|object)|\sstyle=|\son\w+=/i);
  }
});

test("the task token stays out of pages, mails, logs and errors, and the link out of all but its mail", async () => {
  const logged: unknown[] = [];
  const spies = (["log", "info", "warn", "error"] as const).map((level) =>
    vi.spyOn(console, level).mockImplementation((...said) => void logged.push(...said)),
  );
  const secret = "AQCEAAAAKgAAAAMAAAAAAAAAAb-the-task-token";
  await using live = await stage();
  live.aws.trouble.add("Publish");
  const failure = await live.asks(secret).catch((error: Error) => `${error.name} ${error.message} ${error.stack}`);
  live.aws.trouble.clear();
  await live.asks(secret);
  const link = live.linkOf("ana");
  live.aws.trouble.add("SendTaskSuccess"); // its error quotes the request
  const pages = [await live.open(link), await live.press(link, "approve"), await live.open(link)];
  live.aws.trouble.clear();
  live.aws.trouble.add("Publish");
  pages.push(await live.press(link, "approve"), await live.open(live.linkOf("ben")));
  for (const spy of spies) spy.mockRestore();

  expect(pages.map(({ statusCode }) => statusCode)).toEqual([200, 503, 200, 200, 200]);
  const lines = logged.map((said) => (said instanceof Error ? `${said.stack} ${JSON.stringify(said)}` : String(said)));
  expect(lines).toHaveLength(4);
  expect(failure).toContain("AskFailed");
  for (const text of [String(failure), ...lines, ...pages.map((page) => JSON.stringify(page))]) {
    expect(text).not.toContain(secret);
    expect(text).not.toContain(link.split("/").at(-1));
  }
  for (const { body } of live.aws.published) expect(body).not.toContain(secret);
});
