// node validate.js FILE…: says what in each HAR is against the schema of HAR 1.2; exit code 1 if anything is.
const fs = require("fs");
const { har } = require("har-validator");
const check = async (name) => {
  try {
    await har(JSON.parse(fs.readFileSync(name, "utf8")));
    return true;
  } catch (e) {
    console.error(name, e.message, JSON.stringify(e.errors ?? String(e), null, 1));
    return false;
  }
};
Promise.all(process.argv.slice(2).map(check)).then((ok) => process.exit(ok.every(Boolean) ? 0 : 1));
