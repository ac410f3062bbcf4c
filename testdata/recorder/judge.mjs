// What @puppeteer/replay makes of a recording:
//   node judge.mjs parse FILE              prints what its parse() takes from the file
//   node judge.mjs all FILE                parses each recording of a list
//   node judge.mjs run FILE EXECUTABLE     runs it, and prints what the page's window.state is then
import { readFile } from "node:fs/promises";
import { createRunner, parse, PuppeteerRunnerExtension } from "@puppeteer/replay";

const [command, file, executablePath] = process.argv.slice(2);
const data = JSON.parse(await readFile(file, "utf8"));
if (command === "parse") {
  console.log(JSON.stringify(parse(data)));
} else if (command === "all") {
  data.forEach(parse);
} else {
  const flow = parse(data);
  const { default: puppeteer } = await import("puppeteer-core");
  const args = process.env.SEINE_NO_SANDBOX === "1" ? ["--no-sandbox"] : [];
  const browser = await puppeteer.launch({ executablePath, args, pipe: true });
  try {
    const page = await browser.newPage();
    await (await createRunner(flow, new PuppeteerRunnerExtension(browser, page))).run();
    console.log(JSON.stringify(await page.evaluate(() => window.state)));
  } finally {
    await browser.close();
  }
}
