// Visits a page, takes the first playlist that it asks for, and has ffmpeg make a film of that with what the browser proved, as a script of a
// person would:
//   node film.mjs EXECUTABLE PAGE OUTPUT
import { spawnSync } from "node:child_process";
import puppeteer from "puppeteer-core";

const [executablePath, address, output] = process.argv.slice(2);
const args = ["--autoplay-policy=no-user-gesture-required", "--mute-audio"];
if (process.env.SEINE_NO_SANDBOX === "1") args.push("--no-sandbox");
const browser = await puppeteer.launch({ executablePath, args, headless: executablePath.includes("headless-shell") ? "shell" : true, pipe: true });
const page = await browser.newPage();
const found = new Promise((done) => page.on("request", (r) => /\.m3u8(\?|$)/.test(r.url()) && done(r)));
await page.goto(address, { waitUntil: "domcontentloaded" });
const request = await found;
const agent = await browser.userAgent();
const cookies = (await browser.cookies()).map((c) => `${c.name}=${c.value}`).join("; ");
await browser.close(); // which would go on to stream, at the cost of the download
const headers = [`Referer: ${page.url()}`, ...(cookies ? [`Cookie: ${cookies}`] : [])].map((h) => h + "\r\n").join("");
const made = spawnSync("ffmpeg", ["-v", "error", "-nostdin", "-y", "-user_agent", agent.replace("Headless", ""), "-headers", headers, "-i", request.url(), "-c", "copy", output], { stdio: "inherit" });
process.exit(made.status ?? 1);
