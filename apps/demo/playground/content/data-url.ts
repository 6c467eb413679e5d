const BASE64 = /^[A-Za-z0-9+/\s]*={0,2}\s*$/;
const SHOWN = { image: /^image\/[\w.+-]+$/, audio: /^audio\/[\w.+-]+$/ } as const;

/** The URL of bytes that a server sent, or `undefined` where they are not of the kind or no base64. */
export function dataUrl(kind: "image" | "audio", mimeType: string, base64: string): string | undefined {
  if (!SHOWN[kind].test(mimeType) || !BASE64.test(base64)) return undefined;
  return `data:${mimeType};base64,${base64.replaceAll(/\s/g, "")}`;
}

/** How many bytes base64 stands for, about. */
export function sizeOf(base64: string): number {
  return Math.floor((base64.length * 3) / 4);
}
