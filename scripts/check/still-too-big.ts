/** What was too big before house.ts asked. The list only gets shorter: whoever mends one takes its line out. */
export const STILL_TOO_BIG: readonly string[] = []
