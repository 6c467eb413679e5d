/** The `resultType` of a result that asks before it is one (Multi Round-Trip Requests). */
export const INPUT_REQUIRED = "input_required";
