/** `{`, an operator, and the variables with what is to be done with them (RFC 6570, 2.2). */
const EXPRESSION = /\{[+#./;?&]?([^{}]+)\}/g;

/** The names of the variables of a URI template, each once. */
export function variablesOf(template: string): readonly string[] {
  const names = [...template.matchAll(EXPRESSION)].flatMap(([, list = ""]) =>
    list.split(",").map((variable) => variable.replace(/(\*|:\d+)$/, "")),
  );
  return [...new Set(names)];
}
