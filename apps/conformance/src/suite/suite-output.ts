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
 * The scenarios that `list --server` names.
 * @throws Error when there are none
 */
export function listedScenarios(output: string): readonly string[] {
  const names = [...output.matchAll(/^\s+- (\S+) \[/gm)].flatMap(([, name]) => name ?? []);
  if (names.length === 0) throw new Error(`The suite lists no scenarios for servers. It wrote:\n${output}`);
  return names;
}
