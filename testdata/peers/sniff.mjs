// Visits pages and prints the first playlist that each asks for, as a script of a person would who drives a browser for that:
// Puppeteer opens all in one browser context, unless it is told to give each page one of its own (apart), as Playwright does by itself.
//   node sniff.mjs puppeteer|puppeteer-apart|playwright EXECUTABLE TABS PAGE...
const [driver, executablePath, tabs, ...pages] = process.argv.slice(2);
const args = ["--autoplay-policy=no-user-gesture-required", "--mute-audio"];
if (process.env.SEINE_NO_SANDBOX === "1") args.push("--no-sandbox");
const shell = executablePath.includes("headless-shell");

const launch = async () => {
  const { default: puppeteer } = await import("puppeteer-core");
  return puppeteer.launch({ executablePath, args, headless: shell ? "shell" : true, pipe: true });
};
const read = (page, url) => page.goto(url, { waitUntil: "domcontentloaded" });
const drivers = {
  async puppeteer() {
    const browser = await launch();
    return { browser, open: () => browser.newPage(), close: (page) => page.close(), go: read };
  },
  async "puppeteer-apart"() {
    const browser = await launch();
    return { browser, open: async () => (await browser.createBrowserContext()).newPage(), close: (page) => page.browserContext().close(), go: read };
  },
  async playwright() {
    const { chromium } = await import("playwright-core");
    const browser = await chromium.launch({ executablePath, args: shell ? args : [...args, "--headless=new"], headless: shell, chromiumSandbox: !args.includes("--no-sandbox") });
    return { browser, open: () => browser.newPage(), close: (page) => page.close(), go: (page, url) => page.goto(url, { waitUntil: "commit" }) };
  },
};

const { browser, open, close, go } = await drivers[driver]();
const visit = async (url) => {
  const page = await open();
  const found = new Promise((done) => page.on("request", (r) => /\.(m3u8|mpd)(\?|$)/.test(r.url()) && done(r.url())));
  await go(page, url).catch(() => {});
  console.log(await found);
  await close(page);
};
const lane = async () => { while (pages.length) await visit(pages.shift()); };
await Promise.all(Array.from({ length: Number(tabs) }, lane));
await browser.close();
