importScripts("/hooks/hooks.js");
make(new URLSearchParams(location.search).get("from"));
