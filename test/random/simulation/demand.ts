/** Notes the violation of an invariant unless something holds. */
export type Demand = (holds: boolean, invariant: string, otherwise: string) => void;
