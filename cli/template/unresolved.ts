/** So many characters of it are told: a stranger may have written what it quotes. */
const LONGEST = 500;

/** A value that can't be told from here. Nothing is guessed. */
export class Unresolved extends Error {
  constructor(why: string) {
    super(why.length > LONGEST ? `${why.slice(0, LONGEST)}…` : why);
  }
}
