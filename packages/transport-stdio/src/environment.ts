/** What a program needs to find its way around, and that holds no secrets. */
const POSIX = [
  "HOME",
  "LANG",
  "LC_ALL",
  "LC_CTYPE",
  "LOGNAME",
  "PATH",
  "SHELL",
  "TERM",
  "TMPDIR",
  "TZ",
  "USER",
] as const;

const WINDOWS = [
  "APPDATA",
  "COMSPEC",
  "HOMEDRIVE",
  "HOMEPATH",
  "LOCALAPPDATA",
  "PATH",
  "PATHEXT",
  "PROCESSOR_ARCHITECTURE",
  "PROGRAMDATA",
  "PROGRAMFILES",
  "SYSTEMDRIVE",
  "SYSTEMROOT",
  "TEMP",
  "TMP",
  "USERNAME",
  "USERPROFILE",
  "WINDIR",
] as const;

export interface EnvironmentOptions {
  /** Added to what the server gets; `undefined` takes a variable away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Hands on all of this process's variables, secrets included. Default: `false`, a safe subset. */
  readonly inheritEnv?: boolean;
}

/** The environment of a server, made from `own`, the environment of this process. */
export function serverEnvironment(
  { env = {}, inheritEnv = false }: EnvironmentOptions,
  own: NodeJS.ProcessEnv = process.env,
  platform: NodeJS.Platform = process.platform,
): Record<string, string> {
  const names = inheritEnv ? Object.keys(own) : platform === "win32" ? WINDOWS : POSIX;
  const inherited = names
    .map((name) => [name, own[name]] as const)
    .filter(([, value]) => !isShellFunction(value));
  const merged = [...inherited, ...Object.entries(env)].map(
    ([name, value]) => [nameOn(platform, name), value] as const,
  );
  const last = new Map(merged);
  return Object.fromEntries([...last].filter((entry): entry is [string, string] => entry[1] !== undefined));
}

/** Old versions of bash export functions as variables, which another shell would run. */
function isShellFunction(value: string | undefined): boolean {
  return value?.startsWith("()") === true;
}

/** Windows does not tell `Path` and `PATH` apart, and takes whichever comes first. */
function nameOn(platform: NodeJS.Platform, name: string): string {
  return platform === "win32" ? name.toUpperCase() : name;
}
