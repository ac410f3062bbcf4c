const query = new URLSearchParams(location.search);
fetch("/targets/api/worker?from=" + query.get("from"));
if (query.get("nest")) new Worker("/targets/worker.js?from=nested-" + query.get("from"));
