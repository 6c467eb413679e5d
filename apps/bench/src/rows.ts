import { type Contender, raw } from "./implementations.js";
import type { Cell, Detail, Row } from "./measure.js";
import type { Samples } from "./samples.js";
import { median } from "./statistics.js";

/** How the values of one row are written. */
export interface Presentation {
  readonly title: string;
  readonly target: string;
  /** A value with its unit, such as "10,900/s". */
  readonly absolute: (value: number) => string;
  /** What stands in a cell: the ratio to raw where it is given, else the value itself. */
  readonly ratio?: (value: number) => string;
}

const nameOf = ({ implementation, era }: Contender): string => `${implementation.label}, ${era}`;

function detailOf(contender: Contender, samples: Samples, { absolute }: Presentation): Detail {
  const values = samples.of(contender);
  const failure = samples.failureOf(contender);
  if (failure !== undefined) return { contender: nameOf(contender), value: `failed: ${failure}` };
  if (values.length === 0) return { contender: nameOf(contender), value: "not measured" };
  const spread = `${absolute(Math.min(...values))} to ${absolute(Math.max(...values))}`;
  const rounds = values.length === 1 ? "one round" : `${spread} in ${values.length} rounds`;
  return { contender: nameOf(contender), value: `${absolute(median(values))} (${rounds})` };
}

function valueOf(contender: Contender, samples: Samples, { absolute, ratio }: Presentation): string {
  const values = samples.of(contender);
  const compared = ratio === undefined ? undefined : samples.ratioToRaw(contender);
  if (values.length === 0 || (ratio !== undefined && compared === undefined)) return "failed";
  return ratio === undefined || compared === undefined ? absolute(median(values)) : ratio(compared);
}

/** One row of the table, out of what was measured. */
export function rowOf(contenders: readonly Contender[], samples: Samples, presentation: Presentation): Row {
  const cells: Record<string, Cell> = {};
  for (const contender of contenders) {
    const { implementation, era } = contender;
    if (implementation.id === raw.id) continue;
    cells[implementation.id] = {
      ...cells[implementation.id],
      [era]: valueOf(contender, samples, presentation),
    };
  }
  const measured = contenders.filter((one) => one.implementation.id === raw.id && samples.of(one).length > 0);
  return {
    title: presentation.title,
    raw: measured.map((one) => presentation.absolute(median(samples.of(one)))).join(" / "),
    cells,
    target: presentation.target,
    details: contenders.map((contender) => detailOf(contender, samples, presentation)),
  };
}
