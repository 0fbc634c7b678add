/** A value that can't be told from here. Nothing is guessed. */
export class Unresolved extends Error {}
