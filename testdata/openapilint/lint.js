// node lint.js FILE…: says what Redocly's recommended rules have against each OpenAPI document; exit code 1 if anything is an error.
// Left out are the rules that ask for what nobody can hear: a license, and answers to mistakes that nobody made.
const { lint, createConfig } = require("@redocly/openapi-core");
const rules = { "info-license": "off", "info-license-strict": "off", "operation-4xx-response": "off", "no-server-example.com": "off", struct: "error", "no-unused-components": "error" };
(async () => {
  const config = await createConfig({ extends: ["recommended"], rules });
  let bad = 0;
  for (const ref of process.argv.slice(2)) {
    for (const p of await lint({ ref, config })) {
      if (p.severity === "error") bad++;
      console.error(ref, p.severity, p.ruleId, p.message, p.location.map((l) => l.pointer).join(" "));
    }
  }
  process.exit(bad ? 1 : 0);
})().catch((e) => { console.error(e); process.exit(1); });
