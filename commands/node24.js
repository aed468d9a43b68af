// Plain JavaScript, loaded before any TypeScript: an older Node can't read that.
if (Number(process.versions.node.split(".")[0]) < 24) {
  console.error(`Greengate runs on Node 24, not ${process.versions.node}: run npm ci, which brings it, or install it.`);
  process.exit(1);
}
