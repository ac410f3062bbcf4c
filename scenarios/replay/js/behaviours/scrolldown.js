// A page that builds what is further down when one comes there.
(kit) => {
  const page = document.scrollingElement;
  if (!kit.framed && page && page.scrollHeight > innerHeight * 1.2) kit.offer("scroll down", page, 1, { what: "to the end of the page", shut: true });
}
