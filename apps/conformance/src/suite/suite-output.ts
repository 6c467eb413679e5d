/** A scenario of the suite, as it lists it. */
export interface ListedScenario {
  readonly name: string;
  /** The revisions it is for; none for an extension. */
  readonly revisions: readonly string[];
}

/**
 * The scenarios that `server --requirements` went through.
 * @throws Error when they are not as many as the suite said at first
 */
export function ranScenarios(output: string): readonly string[] {
  const announced = /^Running .* \((\d+) scenarios\)/m.exec(output)?.[1];
  const names = [...output.matchAll(/^=== Running scenario: (\S+) ===$/gm)].flatMap(([, name]) => name ?? []);
  if (announced === undefined || Number(announced) !== names.length) {
    throw new Error(
      `The suite announced ${announced ?? "no"} scenarios and ran ${String(names.length)}. It wrote:\n${output}`,
    );
  }
  return names;
}

/**
 * The scenarios that `list --server` or `list --client` names.
 * @throws Error when there are none
 */
export function listedScenarios(output: string): readonly ListedScenario[] {
  const listed = [...output.matchAll(/^\s+- (\S+) \[([^\]]*)\]/gm)].map(([, name = "", labels = ""]) => ({
    name,
    revisions: labels.split(",").filter((label) => /^\d{4}-\d{2}-\d{2}$/.test(label)),
  }));
  if (listed.length === 0) throw new Error(`The suite lists no scenarios. It wrote:\n${output}`);
  return listed;
}
