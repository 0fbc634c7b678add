import { playScenario, slowScenarios } from './play-scenarios';

// Those that scenarios.test.ts leaves out; one after the other: some keep the machine so busy that others would miss their deadlines.
test.each(slowScenarios)('$name: $summary', playScenario, 180_000);
