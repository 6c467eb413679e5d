/**
 * The reference that leads from one path to another (RFC 3986, section 4.2). It names no more than what differs, so
 * that it is right whatever a proxy puts before both of them.
 * @param from where it is read, a normalized path
 * @param to where it leads, a normalized path
 */
export function relativeReference(from: string, to: string): string {
  const base = from.split("/").slice(0, -1);
  const target = to.split("/");
  let common = 1;
  while (common < base.length && common < target.length - 1 && base[common] === target[common]) common += 1;
  const up = "../".repeat(base.length - common);
  const down = target.slice(common);
  const [first = ""] = down;
  // Nothing would mean `from` itself, a slash the root, and a colon would end a scheme.
  const bare = up === "" && (first === "" || first.includes(":"));
  return `${bare ? "./" : up}${down.join("/")}`;
}
