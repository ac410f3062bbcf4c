// Prints the requests of a collection, as Postman's own library reads them.
"use strict";
const fs = require("fs");
const { Collection } = require("postman-collection");

const text = JSON.parse(fs.readFileSync(process.argv[2], "utf8"));
if (!Collection.isCollection(new Collection(text)) || text.info.schema !== "https://schema.getpostman.com/json/collection/v2.1.0/collection.json") {
  console.error("no collection of version 2.1");
  process.exit(1);
}
const list = [];
new Collection(text).forEachItem((item) => {
  const r = item.request;
  list.push({ Method: r.method, URL: r.url.toString(), Body: r.body ? r.body.raw : "" });
});
console.log(JSON.stringify(list));
