async function (request) {
  const bytes = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  const response = await fetch(request.url, {
    method: request.method,
    headers: request.headers,
    body: request.body ? bytes(request.body) : undefined,
    credentials: "include",
    cache: "no-store",
  });
  const body = new Uint8Array(await response.arrayBuffer());
  if (body.length > request.most) {
    return { status: response.status, url: response.url, headers: [], body: "", large: true };
  }
  let text = "";
  for (let i = 0; i < body.length; i += 8192) {
    text += String.fromCharCode.apply(null, body.subarray(i, i + 8192));
  }
  return { status: response.status, url: response.url, headers: [...response.headers], body: btoa(text), large: false };
}
